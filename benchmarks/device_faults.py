"""What can happen to a sound card, a recogniser and a process, done for real. See `device_stage.py`."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from benchmarks.device_stage import GuideProcess, Stage
from benchmarks.sound_server import HOLE, MIC, PARK, SPK

CONNECTIONS = 64
"""As many a PulseAudio takes at once; the next program is turned away, as by a card that another one holds."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and is over after a while.

    Attributes:
        name: for the table.
        strike: lets it happen.
        mend: lets it be over.
        lasts_s: seconds in between.
        servers_own: it is the sound server's or the microphone's, and may look different on another server.
        needs_compiler: it is done with `held_card.c`.
    """

    name: str
    strike: Callable[[Stage, GuideProcess], object]
    mend: Callable[[Stage, GuideProcess], object] = lambda _, __: None
    lasts_s: float = 25.0
    servers_own: bool = False
    needs_compiler: bool = False


@dataclass
class Suffered:
    """What became of a session in one fault; times in seconds.

    Attributes:
        fault: its name.
        known: from the fault until it stood in the events file.
        aloud: until the loudspeaker spoke of it, while the fault lasted; None when there was no loudspeaker.
        back: from the end of the fault until the guide could hear again.
        aloud_after: from there until the loudspeaker said so.
        goes_on: until the next hold, somebody answering by voice.
        next_one: from the end of "next one", said over the guide's voice in that hold, until it was obeyed.
        hurts: the same for "it hurts", after that.
        said: what the guide said of it.
        problems: what should not have been.
    """

    fault: str
    known: float | None = None
    aloud: float | None = None
    back: float | None = None
    aloud_after: float | None = None
    goes_on: float | None = None
    next_one: float | None = None
    hurts: float | None = None
    said: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Greedy:
    """Another program that holds the sound server."""

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def take(self, stage: Stage, guide: GuideProcess) -> None:
        """Take the card from the guide."""
        os.kill(guide.child("card_process"), signal.SIGKILL)
        for _ in range(CONNECTIONS):
            connection = socket.socket(socket.AF_UNIX)
            with suppress(OSError):
                connection.connect(str(stage.server.socket))
            self._held.append(connection)

    def leave(self, _stage: Stage, _guide: GuideProcess) -> None:
        """Give it back."""
        for connection in self._held:
            connection.close()
        self._held.clear()


def _hold_the_card(stage: Stage, guide: GuideProcess) -> None:
    """Take the card the moment it is free: who has it open keeps it."""
    stage.card.take()
    os.kill(guide.child("card_process"), signal.SIGKILL)


def _end(module: str, by: signal.Signals) -> Callable[[Stage, GuideProcess], object]:
    return lambda _, guide: os.kill(guide.child(module), by)


_greedy = Greedy()

FAULTS = (
    Fault(
        "microphone unplugged (its source unloaded)",
        lambda stage, _: stage.server.unplug(MIC),
        lambda stage, _: stage.server.plug_in(),
        servers_own=True,
    ),
    Fault(
        "all devices unplugged",
        lambda stage, _: stage.server.unplug(MIC, SPK, HOLE, PARK),
        lambda stage, _: stage.server.plug_in(),
        servers_own=True,
    ),
    Fault(
        "microphone suspended",
        lambda stage, _: stage.server.pactl("suspend-sink", MIC, "1"),
        lambda stage, _: stage.server.pactl("suspend-sink", MIC, "0"),
        servers_own=True,
    ),
    Fault(
        "sound server killed with -9, started again",
        lambda stage, _: stage.server.kill(),
        lambda stage, _: stage.server.start(),
        servers_own=True,
    ),
    Fault(
        "sound server hangs (SIGSTOP)",
        lambda stage, _: stage.server.send(signal.SIGSTOP),
        lambda stage, _: stage.server.send(signal.SIGCONT),
        servers_own=True,
    ),
    Fault(
        "card lost to another program, which holds it (EBUSY)",
        _hold_the_card,
        lambda stage, _: stage.card.leave(),
        needs_compiler=True,
    ),
    Fault("card lost to another program, which holds the server", _greedy.take, _greedy.leave),
    Fault(
        "microphone sends zeros",
        lambda stage, _: stage.server.hush(),
        lambda stage, _: stage.server.make_noise(),
        servers_own=True,
    ),
    Fault("card's process killed with -9", _end("card_process", signal.SIGKILL), lasts_s=0.0),
    Fault("card's process hangs (SIGSTOP)", _end("card_process", signal.SIGSTOP), lasts_s=0.0),
    Fault("recogniser's process killed with -9", _end("apart_process", signal.SIGKILL), lasts_s=0.0),
    Fault("recogniser's process hangs (SIGSTOP)", _end("apart_process", signal.SIGSTOP), lasts_s=0.0),
)


def _heard(command: str) -> Callable[[dict[str, Any]], bool]:
    return lambda entry: entry["kind"] == "heard" and entry["command"] == command


def suffer(stage: Stage, guide: GuideProcess, fault: Fault) -> Suffered:
    """Lead a session into a hold, let a fault happen and be over, and lead it into a hold again."""
    found = Suffered(fault.name)
    if not stage.person.lead_to(guide, "holding"):
        found.problems.append("no hold was reached before")
        return found
    children = len(guide.children())
    struck = time.monotonic()
    fault.strike(stage, guide)
    lost = guide.wait_for(lambda entry: entry["kind"] == "hearing_lost", struck, 40)
    if lost is None:
        found.problems.append("nobody noticed")
    else:
        found.known = lost.at - struck
    time.sleep(max(0.0, struck + fault.lasts_s - time.monotonic()))
    over = time.monotonic() if fault.lasts_s else struck
    if lost is not None and fault.lasts_s:
        word = stage.loudspeaker.first_word(lost.at)
        found.aloud = word - struck if word is not None else None
    if guide.wait_for(lambda entry: entry["kind"] == "state" and entry["state"] == "paused", struck, 5) is None:
        found.problems.append("the session did not pause")
    fault.mend(stage, guide)
    back = guide.wait_for(lambda entry: entry["kind"] == "hearing_back", max(over, lost.at if lost else 0.0), 60)
    if back is None:
        found.problems.append("it did not hear again")
    else:
        found.back = back.at - over
        time.sleep(4)
        word = stage.loudspeaker.first_word(back.at)
        found.aloud_after = word - over if word is not None else None
    found.said = guide.said(lost.at if lost else struck, back.at + 4 if back else None)
    resumed = time.monotonic()
    if stage.person.lead_to(guide, "holding", 90):
        found.goes_on = time.monotonic() - resumed
        found.next_one = stage.person.is_obeyed(guide, "next one", _heard("next"))
        found.hurts = stage.person.is_obeyed(guide, "it hurts", lambda entry: entry["kind"] == "pain")
        found.problems += ["“next one” was not obeyed"] * (found.next_one is None)
        found.problems += ["“it hurts” was not obeyed"] * (found.hurts is None)
    else:
        found.problems.append("it did not go on")
    if not guide.runs:
        found.problems.append(f"the guide ended with {guide.process.returncode}")
    elif len(guide.children()) != children:
        found.problems.append(f"{len(guide.children())} child processes instead of {children}")
    return found
