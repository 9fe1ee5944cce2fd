"""The organiser's logo in a letter: a part of the message itself, for nothing is loaded from anywhere."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from email.message import EmailMessage

from booking.adapters import pictures
from booking.persistence.site import Logo


@dataclass(frozen=True)
class MailLogo:
    """A small PNG, to be shown at `width` x `height`; with `alone`, it says the organiser's name."""

    content: bytes
    width: int
    height: int
    alone: bool
    cid: str

    @property
    def address(self) -> str:
        """As the letter names it."""
        return f"cid:{self.cid}"

    def enclose(self, message: EmailMessage) -> None:
        """Puts the picture beside the HTML that shows it; programs list it among no attachments."""
        html = message.get_body(("html",))
        assert isinstance(html, EmailMessage)
        html.add_related(self.content, "image", "png", cid=f"<{self.cid}>", disposition="inline", filename="logo.png")

    def shown_in(self, html: str) -> str:
        """The HTML for a page of ours, which has no message to look into."""
        return html.replace(self.address, f"data:image/png;base64,{b64encode(self.content).decode()}")


def of(logo: Logo | None, host: str) -> MailLogo | None:
    """For letters of the site at `host`; None without a logo."""
    if logo is None:
        return None
    content, width, height = pictures.logo_in_mail(logo.body)
    return MailLogo(content, width, height, logo.alone, f"logo-{logo.digest}@{host}")
