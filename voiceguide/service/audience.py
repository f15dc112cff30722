"""Tells all companions, and no longer one that fails: a broken light is no reason to stop guiding."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from voiceguide.companions.companion import Companion
from voiceguide.core.view import View

_log = logging.getLogger(__name__)


class Audience:
    """All companions of a guide.

    Args:
        companions: in the order in which they are told; closed with this.
    """

    def __init__(self, companions: Iterable[Companion]) -> None:
        self._all = list(companions)
        self._told = list(self._all)

    def notice(self, entry: dict[str, Any]) -> None:
        """Hand an entry of the journal to each."""
        for companion in list(self._told):
            self._tell(companion, lambda one: one.notice(entry))

    def show(self, view: View) -> None:
        """Show the session to each."""
        for companion in list(self._told):
            self._tell(companion, lambda one: one.show(view))

    def close(self) -> None:
        """Close each, once."""
        self._told = []
        while self._all:
            self._tell(self._all.pop(), lambda one: one.close())

    def _tell(self, companion: Companion, how: Callable[[Companion], None]) -> None:
        try:
            how(companion)
        except Exception:  # noqa: BLE001 - whatever it is, the guide goes on
            _log.exception("%s failed and is told nothing more", type(companion).__name__)
            if companion in self._told:
                self._told.remove(companion)
