"""Stylesheet, fonts, scripts and pictures, each under an address that changes with its content."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, abort, current_app, request, url_for
from werkzeug.wrappers import Response

STATIC = Path(__file__).resolve().parent.parent / "static"
STYLESHEETS = {"site": "ORDER", "desk": "ORDER.desk"}  # the small files of css/, in the order of that list, as one
COMPRESSIBLE = (".css", ".js", ".svg", ".txt")
FOREVER = 365 * 24 * 3600  # seconds

blueprint = Blueprint("assets", __name__)


class Asset(NamedTuple):
    """A file as it is served; `packed` is its gzip form, or None where that gains nothing."""

    body: bytes
    packed: bytes | None
    digest: str
    mimetype: str


def init_app(app: Flask) -> None:
    """Reads every asset once; templates name them with `asset('site.css')` or `asset('img/logo.svg')`."""
    app.extensions["assets"] = _read_all()
    app.jinja_env.globals.update(asset=asset)
    app.register_blueprint(blueprint)


def asset(name: str) -> str:
    """The address of an asset; stylesheets are 'site.css' and, beside it at the desk, 'desk.css'.

    Raises KeyError for a file that is not there.
    """
    return url_for("assets.serve", digest=_assets()[name].digest, name=name)


def is_asset(name: str) -> bool:
    """Whether a file of that name is there; catalogues may name pictures that are not."""
    return name in _assets()


@blueprint.get("/static/<digest>/<path:name>")
def serve(digest: str, name: str) -> Response:
    """One asset; an old address still gets today's file, but is not kept."""
    found = _assets().get(name) or abort(404)
    packed = found.packed if request.accept_encodings.quality("gzip") else None
    response = Response(packed or found.body, mimetype=found.mimetype)
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = FOREVER if digest == found.digest else 60
    response.cache_control.immutable = digest == found.digest
    return response


def _assets() -> dict[str, Asset]:
    assets: dict[str, Asset] = current_app.extensions["assets"]
    if current_app.debug:
        current_app.extensions["assets"] = assets = _read_all()
    return assets


def _read_all() -> dict[str, Asset]:
    files = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in STATIC.rglob("*") if path.is_file()}
    assets = {name: _prepared(name, body) for name, body in files.items()}
    for name, order in STYLESHEETS.items():
        assets[f"{name}.css"] = _prepared(f"{name}.css", _stylesheet(files[f"css/{order}"].decode().split(), assets))
    return assets


def _stylesheet(order: list[str], assets: dict[str, Asset]) -> bytes:
    stylesheet = b"\n".join(assets[f"css/{name}"].body for name in order)
    for name, font in assets.items():  # by its own address, or the browser would fetch it twice
        if name.endswith(".woff2"):
            stylesheet = stylesheet.replace(f'url("{name}")'.encode(), f'url("../{font.digest}/{name}")'.encode())
    return stylesheet


def _prepared(name: str, body: bytes) -> Asset:
    packed = gzip.compress(body, 9, mtime=0) if name.endswith(COMPRESSIBLE) else None
    mimetype = "font/woff2" if name.endswith(".woff2") else mimetypes.guess_type(name)[0]
    return Asset(body, packed, hashlib.sha256(body).hexdigest()[:12], mimetype or "application/octet-stream")
