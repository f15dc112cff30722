"""The events of a session, one JSON object a line, and whoever wants to know of them as they happen.

What each kind carries is written down in docs/events.md.
"""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from voiceguide.core.clock import seconds
from voiceguide.errors import ChoiceError
from voiceguide.own_thread import OwnThread, close_all
from voiceguide.printable import printable
from voiceguide.private import private_file

Watcher = Callable[[dict[str, Any]], object]
"""Is called with each entry: `time_s`, `kind` and the fields of that kind."""

BEHIND_AT_MOST = 2000
"""Entries that a watcher, or the disk of the events file, may be behind: half an hour of a session."""

CLOSING_LIMIT_S = 0.4
"""Seconds that a guide on the card waits at its end for a disk, or for watchers, that take no more."""

_log = logging.getLogger(__name__)

_NO_MISTAKE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
"""A disk that is full, read-only or broken: to choose another place is not up to whoever wants a session now."""

_MUST_SURVIVE = frozenset({"pain", "pain_kind"})


class Journal:
    """Writes down what happens.

    On files a report of pain is on the disk, not only in a buffer, before `write` returns (S6). Live nothing
    waits: the file and the watchers that are told apart have a thread each, and what is too far behind is let go.
    No watcher can end a session, nor keep the others from being told (S11).

    Args:
        path: the file to write, for this user alone, replaced if there is one; None keeps nothing.
        live: a person is guided in real time: nobody waits for a disk.

    Raises:
        ChoiceError: the file cannot be written.
    """

    def __init__(self, path: Path | None = None, *, live: bool = False) -> None:
        self._watchers: list[Watcher] = []
        self._live = live
        self._apart: list[OwnThread[dict[str, Any]]] = []
        self._file: TextIO | None = None
        self._writer: OwnThread[dict[str, Any]] | None = None
        if path is not None:
            try:
                # Whole lines, also when killed. What UTF-8 cannot hold becomes an escape, as JSON writes it.
                self._file = private_file(path).open("w", buffering=1, encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                reason = error.strerror or str(error)
                if error.errno in _NO_MISTAKE:
                    _log.warning("%s cannot be written: %s. The session goes on without it.", path, reason)
                    return
                raise ChoiceError(
                    f"{path} cannot be written: {reason}. Choose another place for --events."
                ) from error
            if live:
                self._writer = OwnThread(self._write_down, str(path), most=BEHIND_AT_MOST)
                self._apart.append(self._writer)

    def watch(self, watcher: Watcher, *, apart: bool = False) -> None:
        """Call a function with every entry from now on; one that fails is logged, once, and called no more.

        Args:
            watcher: what to call.
            apart: in a thread of its own, where the session is live: it may have to wait.
        """
        if apart and self._live:
            own: OwnThread[dict[str, Any]] = OwnThread(watcher, _name(watcher), most=BEHIND_AT_MOST)
            self._apart.append(own)
            watcher = own.put
        self._watchers.append(watcher)

    def write(self, at: int, kind: str, **fields: object) -> None:
        """Write one entry.

        Args:
            at: sample time.
            kind: `heard`, `state`, `cue`, ...
            fields: JSON-ready details.
        """
        entry = {"time_s": seconds(at), "kind": kind, **fields}
        if self._writer is not None:
            self._writer.put(entry)
        else:
            self._write_down(entry)
        for watcher in list(self._watchers):
            self._tell(watcher, entry)

    def close(self) -> None:
        """Write out what is left; live within `CLOSING_LIMIT_S`, whatever the disk does."""
        close_all(self._apart, CLOSING_LIMIT_S)
        written = self._writer is None or self._writer.done(0)
        if self._file is not None and written:
            with suppress(OSError):  # it has been told when the line was written
                self._file.close()

    def _tell(self, watcher: Watcher, entry: dict[str, Any]) -> None:
        try:
            watcher(entry)
        except Exception:  # noqa: BLE001 - whatever it is, the session goes on
            _log.exception("%s failed and is told nothing more. The session goes on.", _name(watcher))
            self._watchers.remove(watcher)

    def _write_down(self, entry: dict[str, Any]) -> None:
        file = self._file
        if file is None:
            return
        try:
            file.write(printable(json.dumps(entry, ensure_ascii=False)) + "\n")
            if entry["kind"] in _MUST_SURVIVE:
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            # A session goes on without its events file: what must not be lost is in the history.
            _log.warning("%s cannot be written any more: %s. The session goes on.", file.name, error.strerror)
            self._file = None
            with suppress(OSError):
                file.close()


def _name(watcher: Watcher) -> str:
    owner = getattr(watcher, "__self__", None)
    return type(owner).__name__ if owner is not None else getattr(watcher, "__qualname__", repr(watcher))
