"""Debian's Chromium without a window, driven by Playwright: for tests, pictures and figures of the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium")
"""The program, None where it is not installed."""

_QUIET = (
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--no-first-run",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser and end it with the context.

    Raises:
        RuntimeError: it is not installed.
    """
    if CHROMIUM is None:
        raise RuntimeError("There is no chromium here. Install it with: apt install chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser to drive

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()
