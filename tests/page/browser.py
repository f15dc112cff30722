"""Debian's Chromium, driven by Playwright; without it, tests of the page in a browser are skipped and say why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium here: the page is not tried in a browser (apt install chromium)"
)

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
def chromium() -> Iterator[Any]:
    """A headless browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - where there is no chromium it need not be

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()


TURNS = """
window.turns = [];
addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("breath");
  new MutationObserver(() => window.turns.push([box.dataset.phase, performance.timeOrigin + performance.now()]))
    .observe(box, {attributes: true, attributeFilter: ["data-phase"]});
});
"""
"""Writes down when the circle turns, in milliseconds since 1970."""
