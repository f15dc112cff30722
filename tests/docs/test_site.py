"""The documentation as people meet it: pages that are up to date, links that lead somewhere, no network."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (*DOCS.rglob("*.md"), ROOT / "README.md"))

LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}
"""What a browser fetches by itself, and the attribute that says from where."""


class Page(HTMLParser):
    """What a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.classes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.classes |= set((given.get("class") or "").split())
        if (value := given.get(LOADS.get(tag, ""))) and given.get("rel") not in {"canonical", "next", "prev"}:
            self.loads.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site; strict: a page that is in no menu, or a link to nowhere, is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_site_needs_no_network(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 15
    for path in pages:
        page = Page()
        page.feed(path.read_text(encoding="utf-8"))
        assert [load for load in page.loads if re.match(r"(https?:)?//", load)] == [], path.name
        assert "mermaid" not in page.classes, f"{path.name}: the script that draws it comes from elsewhere"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", style.read_text(encoding="utf-8")), style.name


def test_the_python_interface_is_explained(site: Path) -> None:
    text = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for name in (
        "voiceguide.core.session.Session",
        "voiceguide.routine.load.read",
        "voiceguide.errors.RoutineError",
    ):
        assert f'id="{name}"' in text


def test_written_pages_are_up_to_date() -> None:
    written = runpy.run_path(str(DOCS / "reference.py"))["pages"]()
    for name, text in written.items():
        assert (DOCS / "reference" / name).read_text(encoding="utf-8") == text, "run: make docs-tables"


def test_the_rules_of_hearing_are_shown_as_they_are() -> None:
    text = (DOCS / "hearing.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(DOCS / "tables.py"))["with_rules"](text) == text, "run: make docs-tables"


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere_where_the_source_is_read(name: str) -> None:
    """The same text is read on a code host, where links are relative to the file and headings make the anchors."""
    page = ROOT / name
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{name}: {target}"
        assert found.is_relative_to(ROOT)
        if anchor:
            assert anchor in anchors(found), f"{name}: {target}"


def anchors(path: Path) -> set[str]:
    """Return the anchors that a code host makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
