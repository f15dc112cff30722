"""What there is to show at a moment: for the terminal, a page, a light."""

from __future__ import annotations

from dataclasses import dataclass

from voiceguide.core.commands import Command
from voiceguide.core.hold import BreathPhase
from voiceguide.core.plan import Side
from voiceguide.core.states import State


@dataclass(frozen=True)
class View:
    """A snapshot of the session.

    Attributes:
        at: sample time of the snapshot.
        state: where the session is.
        exercise: title of the exercise, empty before the first.
        side: side worked on.
        repeat: number of the repeat, from 1.
        repeats: how many there are on this side.
        hold_left: samples left in the hold, None outside of one.
        breath: phase of the breath, None outside of a hold.
        minutes_left: whole minutes to the end of the routine.
        saying: the line being spoken.
        heard: what was heard last.
        standby: no session runs: the guide waits until somebody asks for one. `state` is `WAITING` then.
        commands: what can be said now.
        level_dbfs: the loudest sample of the microphone since the last view, in decibels below full scale; None
            when there was none.
        other_voice: a voice that is not the guide's is heard; known on a sound card alone.
        pace: breathing pace, a factor on both phases of a breath.
        gain_db: the volume that was chosen, relative to the voice as rendered.
        deaf: the guide cannot hear, and has paused.
    """

    at: int
    state: State
    exercise: str = ""
    side: Side | None = None
    repeat: int = 1
    repeats: int = 1
    hold_left: int | None = None
    breath: BreathPhase | None = None
    minutes_left: int = 0
    saying: str = ""
    heard: str = ""
    standby: bool = False
    deaf: bool = False
    commands: frozenset[Command] = frozenset()
    level_dbfs: float | None = None
    other_voice: bool = False
    pace: float = 1.0
    gain_db: float = 0.0
