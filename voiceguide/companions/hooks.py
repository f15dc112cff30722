"""Programs of one's own, run when something happens: for lights and rings that no library here knows.

| hook    | when                                    | placeholders                                |
|---------|-----------------------------------------|---------------------------------------------|
| `state` | what the guide does has changed         | `{condition}`: see `condition.Condition`    |
| `heard` | a command was heard                     | `{command}`                                 |
| `pain`  | a report of pain began or became clear  | `{pain}`: the kind, as in docs/events.md    |
| `deaf`  | hearing was lost, or came back          | `{hearing}`: `lost` or `back`               |

No shell is involved. A program gets nothing on its standard input, and `LIMIT_S` seconds; what it has started and
left behind ends with it. Programs run one after
the other, and while one runs at most `WAITING_AT_MOST` wait: more are dropped, and told in the log.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import subprocess
import threading
from contextlib import suppress
from typing import Any

from voiceguide.audio import priority
from voiceguide.companions.condition import Watch
from voiceguide.core.view import View
from voiceguide.seldom import Seldom
from voiceguide.settings import Hooks

LIMIT_S = 5.0
WAITING_AT_MOST = 20
CLOSING_LIMIT_S = 0.4

_log = logging.getLogger(__name__)


class HookRunner:
    """Runs the programs, in a thread of its own.

    Args:
        hooks: which programs.
    """

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._watch = Watch()
        self._waiting: queue.Queue[tuple[str, list[str]] | None] = queue.Queue(WAITING_AT_MOST)
        self._running: subprocess.Popen[bytes] | None = None
        self._closing = False
        self._seldom = Seldom(_log)
        self._thread = threading.Thread(target=self._work, name="hooks", daemon=True)
        self._thread.start()

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        was_deaf, changed = self._watch.deaf, self._watch.notice(entry)
        match entry:
            case {"kind": "heard", "command": str(command)}:
                self._call("heard", self._hooks.heard, command=command)
            case {"kind": "pain" | "pain_kind", "pain": pain}:
                self._call("pain", self._hooks.pain, pain=pain)
        if self._watch.deaf is not was_deaf:
            self._call("deaf", self._hooks.deaf, hearing="lost" if self._watch.deaf else "back")
        if changed:
            self._tell_condition()

    def show(self, view: View) -> None:
        """Take a look at the session."""
        if self._watch.show(view):
            self._tell_condition()

    def close(self) -> None:
        """Finish with what was called so far, within `CLOSING_LIMIT_S`; what runs longer is ended."""
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            self._closing = True
        self._thread.join(CLOSING_LIMIT_S)
        self._closing = True
        if self._running is not None:
            _end(self._running)

    def _tell_condition(self) -> None:
        self._call("state", self._hooks.state, condition=self._watch.condition.value)

    def _call(self, hook: str, program: list[str] | None, **fields: str) -> None:
        if program is None:
            return
        try:
            self._waiting.put_nowait((hook, [_filled_in(word, fields) for word in program]))
        except queue.Full:
            self._seldom.warn(
                f"{hook} left out", "The hook `%s` was left out: %d programs wait already.", hook, WAITING_AT_MOST
            )

    def _work(self) -> None:
        while not self._closing and (call := self._waiting.get()) is not None:
            hook, program = call
            try:
                self._run(hook, program)
            except OSError as error:
                words = "The hook `%s` cannot be run: %s. Correct it in the settings."
                self._seldom.warn(f"{hook} not run", words, hook, error)

    def _run(self, hook: str, program: list[str]) -> None:
        nothing = subprocess.DEVNULL
        with subprocess.Popen(
            program, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        ) as running:
            self._running = running
            priority.as_others(running.pid)
            try:
                code = running.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                words = "The hook `%s` was ended: %s took longer than %g s."
                self._seldom.warn(f"{hook} too long", words, hook, program[0], LIMIT_S)
                return
            finally:
                _end(running)
        if code:
            words = "The hook `%s` failed: %s ended with %d."
            self._seldom.warn(f"{hook} failed", words, hook, program[0], code)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End a program with all that it has started; they are a session of their own."""
    with suppress(
        ProcessLookupError, PermissionError
    ):  # nothing is left of them; or they are somebody else's by now
        os.killpg(running.pid, signal.SIGKILL)


def _filled_in(word: str, fields: dict[str, str]) -> str:
    for name, value in fields.items():
        word = word.replace(f"{{{name}}}", value)
    return word
