"""The recorded microphone heard again, through the echo canceller and with sound that was lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from taping import SCRIPT, NoisyPort, tape, typed

from voiceguide.audio.slips import Slips
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.verdict.rules import Rule
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.replay.heard_again import NEAR, Pair, hear_again, pair_up
from voiceguide.replay.recorded import read_recording
from voiceguide.speaking.voice import Samples


def verdict(at: int, command: Command = Command.PAIN, rule: Rule = Rule.SURE) -> Verdict:
    heard = Heard(at, command, "it hurts", "scripted")
    return Verdict(at, rule, heard, "it hurts", "scripted", command)


def test_verdicts_on_the_same_words_stand_side_by_side() -> None:
    then = [verdict(16_000), verdict(80_000), verdict(160_000, Command.STOP)]
    now = [verdict(16_000), verdict(80_000 + NEAR, rule=Rule.PERHAPS_PAIN), verdict(240_000)]
    assert pair_up(then, now) == [
        Pair(then[0], now[0]),
        Pair(then[1], now[1]),
        Pair(then[2], None),
        Pair(None, now[2]),
    ]
    assert [pair.same for pair in pair_up(then, now)] == [True, False, False, False]


class Slipping(NoisyPort):
    """A card that loses sound twice."""

    @property
    def slipped(self) -> Slips:
        return Slips(unknown=int(self.now > 32_000), later=-320 * (self.now > 48_000))


class Witness:
    """Keeps what it is given, and when it learned that sound was lost."""

    def __init__(self, slips: Callable[[], Slips]) -> None:
        self.slips = slips
        self.frames: list[Frame | None] = []
        self.spoken: list[Samples] = []
        self.slipped: list[Slips] = []
        self.wanted: list[tuple[int, frozenset[Command], bool]] = []

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        self.wanted.append((len(self.frames), commands, hold))

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        self.frames.append(microphone)
        self.spoken.append(spoken)
        self.slipped.append(self.slips())
        return []

    def close(self) -> None:
        """Nothing to stop."""


def test_hearing_gets_again_what_it_got_then(tmp_path: Path) -> None:
    port = Slipping(18.0)
    tape(tmp_path / "session", port, typed(SCRIPT[:2]))
    recorded = read_recording(tmp_path / "session")
    witnesses: list[Witness] = []

    def listening(slips: Callable[[], Slips]) -> Hearing:
        witnesses.append(Witness(slips))
        return witnesses[0]

    pairs = hear_again(recorded, listening)
    [witness] = witnesses
    frames = [frame for frame in witness.frames if frame is not None]
    assert np.array_equal(np.concatenate(frames), np.concatenate(port.given))
    assert len(frames) < len(witness.frames), "silence after the microphone's end"
    # As a card plays it: with sixteen bits.
    assert np.abs(np.concatenate(witness.spoken) - port.played[: len(witness.spoken) * 160]).max() < 1 / 32_768
    assert [witness.slipped.index(one) for one in (Slips(1), Slips(1, -320))] == [200, 300]
    assert witness.wanted[0][0] == 0
    assert [(pair.then is None, pair.now is None) for pair in pairs] == [(False, True)] * 2
