"""Whether the words of safety are heard here: the guide asks for them, and listens as in a session."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from voiceguide.audio.port import AudioPort
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.trial import Trial, Tried
from voiceguide.doctor.check import Check, Figure, Verdict
from voiceguide.doctor.sound import WINDOW, level_dbfs
from voiceguide.errors import AudioError, RecogniserError
from voiceguide.guide import Guide, Speech
from voiceguide.hearing.hearing import Hearing
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recogniser import Frame
from voiceguide.history.journal import Journal
from voiceguide.language.pack import LanguagePack
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Samples

_ASKED_WITHIN = samples(30.0)
"""How far back levels are kept: longer than a word is waited for."""

_REMEDY = "Say it louder or move the microphone nearer; `voiceguide rehearse` teaches it your voice."


class Levelled:
    """Hearing that also measures how loud the microphone was.

    Args:
        hearing: what listens; closed with this.
    """

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._window: list[Frame] = []
        self._at = 0
        self._levels: deque[tuple[int, float]] = deque(maxlen=_ASKED_WITHIN // WINDOW)

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        self._hearing.listen_for(commands, hold=hold)

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        """Take one exchange's blocks and return what was noticed by now, in order.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        self._at += len(spoken)
        if microphone is not None:
            self._window.append(microphone)
            if sum(map(len, self._window)) >= WINDOW:
                loud = level_dbfs(np.concatenate(self._window))
                self._levels.append((self._at, loud))
                self._window.clear()
        return self._hearing.accept(microphone, spoken)

    def loudest(self, since: int, until: int) -> float:
        """Return the level of the loudest tenth of a second between two sample times, in dBFS."""
        return max((level for at, level in self._levels if since < at <= until), default=-math.inf)

    def close(self) -> None:
        """Stop listening."""
        self._hearing.close()


@dataclass(frozen=True)
class _Asked:
    tried: Tried
    level_dbfs: float


def words(
    port: AudioPort,
    hearing: Hearing,
    pack: LanguagePack,
    speech: Speech,
    *,
    floor_dbfs: float | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Check]:
    """Ask for the words of safety and judge what was heard.

    Args:
        port: microphone and speaker.
        hearing: the chain as in a session; closed here.
        pack: the language.
        speech: rendered speech, `core.trial.everything_tried` in it.
        floor_dbfs: what the microphone hears in silence; None when that is not known.
        tell: is told every sentence the guide says.
    """
    levelled = Levelled(hearing)
    trial = Trial(pack.rehearsal.words, pack.trial)
    asked: list[_Asked] = []

    def notice(entry: dict[str, Any]) -> None:
        if entry["kind"] == "say_started":
            tell(entry["text"])

    def look(_: object) -> None:
        new = trial.tried[len(asked) :]
        asked.extend(_Asked(tried, levelled.loudest(tried.since, tried.until)) for tried in new)

    journal = Journal()
    journal.watch(notice)
    chimes = {sound: chime(sound) for sound in Sound}
    guide = Guide(trial, port=port, hearing=levelled, speech=speech, chimes=chimes, journal=journal, watch=look)
    trouble = ""
    try:
        guide.run()
    except (AudioError, RecogniserError) as error:
        trouble = str(error)
    finally:
        guide.close()
    look(None)
    yield from (_check(one, floor_dbfs) for one in asked)
    if trouble or trial.deaf:
        yield Check("words", Verdict.FAILS, trouble or trial.deaf, _REMEDY)


def _check(asked: _Asked, floor_dbfs: float | None) -> Check:
    tried = asked.tried
    name = f"“{tried.phrase}”"
    level = f"{asked.level_dbfs:.0f} dBFS" if math.isfinite(asked.level_dbfs) else "no sound at all"
    figures: dict[str, Figure] = {
        "command": tried.command.value,
        "heard": None if tried.heard is None else tried.heard.value,
        "ear": tried.engine or None,
        "tries": tried.tries,
        "level_dbfs": asked.level_dbfs if math.isfinite(asked.level_dbfs) else None,
    }
    if floor_dbfs is not None and math.isfinite(asked.level_dbfs - floor_dbfs):
        level += f", {asked.level_dbfs - floor_dbfs:.0f} dB above the noise"
    if tried.heard is None:
        return Check(
            name, Verdict.FAILS, f"not heard in {tried.tries} tries; loudest sound {level}", _REMEDY, figures
        )
    found = f"heard by {tried.engine} at {level}"
    if tried.heard is not tried.command:
        # Any word of safety ends the effort at once, so this is safe; but it is another conversation.
        remedy = "`voiceguide rehearse` teaches it your voice."
        return Check(name, Verdict.WARNING, f"{found}, taken for “{tried.heard.value}”", remedy, figures)
    if tried.tries > 1:
        return Check(name, Verdict.WARNING, f"{found}, at the second try only", _REMEDY, figures)
    return Check(name, Verdict.GOOD, found, figures=figures)
