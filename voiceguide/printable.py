r"""Text that somebody else wrote, as a terminal, a log or a page may show it.

A terminal obeys control characters: they move the cursor, recolour what follows, change the window's title. And
the direction characters of Unicode turn around the order of what is read. So nothing foreign is printed as it is:
each such character appears as its number, as in \u001b, which JSON reads back as the very same character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
"""C0 but for tab and line break, DEL and C1."""

_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
"""The direction characters of Unicode (UAX 9), and the deprecated ones beside them."""

_UNSEEN = "\u2028\u2029\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Other line breaks, the byte order mark within a text, annotations, and the invisible tags."""

_NOT_SHOWN = re.compile(f"[{_CONTROL}{_DIRECTION}{_UNSEEN}]")


def printable(text: str) -> str:
    """Return a text with the number of each character that must not be shown in its place.

    Tabs and line breaks stay. A text that is fine comes back as it is.
    """
    return _NOT_SHOWN.sub(lambda found: _numbered(found[0]), text)


def not_shown(text: str) -> Iterator[tuple[int, str]]:
    """Yield where in a text the characters are that must not be shown, and what each is called, as in U+202E."""
    for found in _NOT_SHOWN.finditer(text):
        yield found.start(), f"U+{ord(found[0]):04X}"


def _numbered(character: str) -> str:
    units = character.encode("utf-16-be").hex()  # JSON writes the far ones as two
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
