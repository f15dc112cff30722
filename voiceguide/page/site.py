"""The files of the page: read once, named one by one. What is not in this table does not exist."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SITE = Path(__file__).with_name("site")

FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/server.js": ("server.js", "text/javascript; charset=utf-8"),
    "/session.js": ("session.js", "text/javascript; charset=utf-8"),
    "/breath.js": ("breath.js", "text/javascript; charset=utf-8"),
    "/voice.js": ("voice.js", "text/javascript; charset=utf-8"),
    "/history.js": ("history.js", "text/javascript; charset=utf-8"),
    "/doctor.js": ("doctor.js", "text/javascript; charset=utf-8"),
    "/routines.js": ("routines.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/manifest.webmanifest": ("manifest.webmanifest", "application/manifest+json"),
}
"""Path on the page, name of the file and its media type."""


@cache
def content(path: str) -> tuple[bytes, str]:
    """Return a file of the page and its media type.

    Raises:
        KeyError: there is none at this path.
    """
    name, media_type = FILES[path]
    return (SITE / name).read_bytes(), media_type
