"""The one interface through which anything outside of the sound learns what the guide is doing.

A companion is told; it never asks. What it wants of the guide goes the other way, through `Presses`.
"""

from __future__ import annotations

from typing import Any, Protocol

from voiceguide.core.view import View


class Companion(Protocol):
    """Something that shows or passes on what happens: a page, a light, a home's bus, the log.

    `notice` and `show` are called in a thread of this companion alone (`service/audience.py`), on sound files in
    the guide's own. One that takes long misses looks at the session; one that is hundreds of entries behind, or
    raises something, is told of in the log and called no more: a broken light is no reason to stop guiding.
    """

    def notice(self, entry: dict[str, Any]) -> None:
        """Take one entry of the journal; the kinds are those of docs/events.md.

        Args:
            entry: `time_s`, `kind` and the fields of that kind. Not to be changed: others are given the same one.
        """
        ...

    def show(self, view: View) -> None:
        """Take a look at the session, or at the waiting between two (`View.standby`); ten a second."""
        ...

    def close(self) -> None:
        """Stop: the guide ends. Called once, whatever was raised before, and comes back within half a second."""
        ...
