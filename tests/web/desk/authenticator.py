"""A device that keeps passkeys, in memory: what a browser and a phone do together (WebAuthn level 2, ES256)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.test import TestResponse

from tests.web.inspection import Page

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """`verifies` is whether finger, face or PIN open it."""

    def __init__(self, origin: str = "http://localhost", verifies: bool = True) -> None:
        self.origin = origin
        self.flags = PRESENT | (VERIFIED if verifies else 0)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.user = b""
        self.uses = 0

    def create(self, page: TestResponse) -> str:
        """What the page's script would send after a new passkey was made."""
        options = _options(page)
        self.user = _bytes(options["user"]["id"])
        assert options["authenticatorSelection"]["userVerification"] == "required"
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        answer = {
            "attestationObject": _text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "clientDataJSON": _text(self._told("webauthn.create", options)),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(answer)

    def get(self, page: TestResponse) -> str:
        """What the page's script would send after the passkey was used."""
        options = _options(page)
        self.uses += 1
        data, told = self._data(options["rpId"]), self._told("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {
            "authenticatorData": _text(data),
            "clientDataJSON": _text(told),
            "signature": _text(signature),
            "userHandle": _text(self.user),
        }
        return self._credential(answer)

    def _data(self, site: str, more: int = 0) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([self.flags | more]) + self.uses.to_bytes(4, "big")

    def _told(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _credential(self, answer: dict[str, Any]) -> str:
        own = _text(self.id)
        extensions = json.dumps({"credProps": {"rk": True}})
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": answer, "extensions": extensions})


def _options(page: TestResponse) -> dict[str, Any]:
    found = [
        form.attributes["data-options"] for form in Page.of(page.text).all("form") if "data-options" in form.attributes
    ]
    options: dict[str, Any] = json.loads(found[0])
    return options


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
