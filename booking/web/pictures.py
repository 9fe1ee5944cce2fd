"""Pictures as pages show them: those of the site's own files and those that were uploaded, in the size that fits."""

from __future__ import annotations

from typing import Final, NamedTuple

from flask import Blueprint, abort, url_for
from werkzeug.wrappers import Response

from booking import config
from booking.domain.pictures import SHARE
from booking.persistence import pictures
from booking.persistence.masterclasses import MasterClass, Trainer
from booking.persistence.pictures import Picture
from booking.web.assets import FOREVER, asset, is_asset
from booking.web.i18n import current_language

MIMETYPES: Final = {"webp": "image/webp", "jpg": "image/jpeg"}
USUAL: Final = 960  # the width for browsers that do not choose
OWN: Final = (640, 360)  # of the site's own drawings

blueprint = Blueprint("pictures", __name__)


class Shown(NamedTuple):
    """For the `picture` macro. `lang` is set when `alt` is in the other language; `share` is for other sites."""

    src: str
    srcset: str
    width: int
    height: int
    alt: str
    lang: str
    credit: str
    share: str


@blueprint.get("/pictures/<digest>/<name>")
def serve(digest: str, name: str) -> Response:
    """One file. Its address names its content: it may be kept for ever."""
    body = pictures.file_of(digest, name)
    mimetype = MIMETYPES.get(name.rpartition(".")[2])
    if body is None or mimetype is None:
        abort(404)
    response = Response(body, mimetype=mimetype)
    response.cache_control.public = True
    response.cache_control.max_age = FOREVER
    response.cache_control.immutable = True
    return response


def picture_of(owner: MasterClass | Trainer) -> Shown | None:
    """What was uploaded, else the file of this site that a catalogue names, else nothing."""
    if owner.photo:
        return _uploaded(owner.photo)
    if is_asset(owner.picture):
        credit = owner.picture_credit if isinstance(owner, MasterClass) else ""
        return Shown(asset(owner.picture), "", *OWN, alt="", lang="", credit=credit, share="")
    return None


def _uploaded(photo: Picture) -> Shown:
    addresses = {width: _address(photo, f"{width}.webp") for width in photo.widths}
    usual = max((width for width in addresses if width <= USUAL), default=min(addresses))
    own = current_language()
    return Shown(
        src=addresses[usual],
        srcset=", ".join(f"{address} {width}w" for width, address in addresses.items()),
        width=photo.width,
        height=photo.height,
        alt=photo.alt.best(own),
        lang=("en" if own == "fr" else "fr") if photo.alt and own in photo.alt.missing() else "",
        credit=photo.credit,
        share=config.current().base_url + _address(photo, SHARE),
    )


def _address(photo: Picture, name: str) -> str:
    return url_for("pictures.serve", digest=photo.digest, name=name)
