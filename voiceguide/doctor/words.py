"""Whether the words of safety are heard here: the guide asks for them, and listens as in a session."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from voiceguide.audio.port import BLOCK, AudioPort
from voiceguide.core.actions import Sound
from voiceguide.core.commands import Command
from voiceguide.core.trial import Trial, Tried
from voiceguide.doctor.check import Check, Figure, Verdict
from voiceguide.doctor.sound import WINDOW, level_dbfs
from voiceguide.errors import AudioError, RecogniserError
from voiceguide.guide import Guide, Speech
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.history.journal import Journal
from voiceguide.language.pack import LanguagePack
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Samples

_REMEDY = "Say it louder or move the microphone nearer; `voiceguide rehearse` teaches it your voice."


class Levelled:
    """Hearing that also measures how loud the microphone was.

    Args:
        hearing: what listens; closed with this.
    """

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._window: deque[Frame] = deque(maxlen=WINDOW // BLOCK)
        self._at = 0
        self._levels: list[tuple[int, float]] = []

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
            self._levels.append((self._at, level_dbfs(np.concatenate(self._window))))
        return self._hearing.accept(microphone, spoken)

    def loudest(self, since: int, until: int) -> float:
        """Return the level of the loudest tenth of a second between two sample times, in dBFS."""
        return max((level for at, level in self._levels if since < at <= until), default=-math.inf)

    def close(self) -> None:
        """Stop listening."""
        self._hearing.close()


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

    def notice(entry: dict[str, Any]) -> None:
        if entry["kind"] == "say_started":
            tell(entry["text"])

    journal = Journal()
    journal.watch(notice)
    chimes = {sound: chime(sound) for sound in Sound}
    guide = Guide(trial, port=port, hearing=levelled, speech=speech, chimes=chimes, journal=journal)
    trouble = ""
    try:
        guide.run()
    except (AudioError, RecogniserError) as error:
        trouble = str(error)
    finally:
        guide.close()
    for tried in trial.tried:
        yield _check(tried, levelled.loudest(tried.since, tried.until), floor_dbfs)
    if trouble or trial.deaf:
        yield Check("words", Verdict.FAILS, trouble or trial.deaf, _REMEDY)


def _check(tried: Tried, loudest_dbfs: float, floor_dbfs: float | None) -> Check:
    name = f"“{tried.phrase}”"
    level = f"{loudest_dbfs:.0f} dBFS" if math.isfinite(loudest_dbfs) else "no sound at all"
    figures: dict[str, Figure] = {
        "command": tried.command.value,
        "heard": None if tried.heard is None else tried.heard.value,
        "ear": tried.engine or None,
        "tries": tried.tries,
        "level_dbfs": loudest_dbfs if math.isfinite(loudest_dbfs) else None,
    }
    if floor_dbfs is not None and math.isfinite(loudest_dbfs - floor_dbfs):
        level += f", {loudest_dbfs - floor_dbfs:.0f} dB above the noise"
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
