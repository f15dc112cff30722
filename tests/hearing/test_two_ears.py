"""The second ear beside the recogniser: words of safety, heard by either and reported once."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterable

import numpy as np
import pytest

from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.demo.flite import FliteVoice
from voiceguide.errors import RecogniserError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recogniser import Frame
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.spotter.spotter import Spotted, Spotter
from voiceguide.hearing.two_ears import SAME_CALL, TwoEars, second_ear_for
from voiceguide.language.pack import load_language
from voiceguide.speaking.finish import finish

FRAME = np.zeros(160, np.int16)


class ScriptedSpotter:
    """A second ear that is sure of commands at given sample times."""

    def __init__(self, script: Iterable[tuple[int, Command]]) -> None:
        self._script = list(script)
        self._at = 0
        self.closed = False

    def accept(self, frame: Frame) -> list[Spotted]:
        before, self._at = self._at, self._at + len(frame)
        return [Spotted(self._at, command, 1.0, at) for at, command in self._script if before < at <= self._at]

    def restart(self) -> None:
        self._at = 0

    def close(self) -> None:
        self.closed = True


def heard(
    first: list[tuple[float, str]],
    second: list[tuple[float, Command]],
    commands: frozenset[Command] = frozenset(Command),
) -> list[tuple[Command | None, str]]:
    typed = TypedRecogniser(script=[(samples(at), words) for at, words in first])
    spotter = ScriptedSpotter([(samples(at), command) for at, command in second])
    ears = TwoEars(Ears(typed, load_language("en")), spotter)  # type: ignore[arg-type]
    ears.listen_for(commands)
    found: list[Heard] = []
    for _ in range(samples(10) // 160):
        found += ears.accept(FRAME)
    ears.close()
    assert spotter.closed
    return [(one.command, one.engine) for one in found]


@pytest.mark.parametrize("command", sorted(PAIN_FAMILY | {Command.STOP}))
def test_the_second_ear_decides_about_safety_alone(command: Command) -> None:
    assert heard([], [(2.0, command)]) == [(command, "spotter")]


@pytest.mark.parametrize("command", [Command.NEXT, Command.YES, Command.START])
def test_and_about_nothing_else(command: Command) -> None:
    assert heard([], [(2.0, command)]) == []


def test_stop_only_where_it_is_possible_but_pain_always() -> None:
    nothing: frozenset[Command] = frozenset()
    assert heard([], [(2.0, Command.STOP)], nothing) == []
    assert heard([], [(2.0, Command.PAIN)], nothing) == [(Command.PAIN, "spotter")]


@pytest.mark.parametrize(("first", "second", "engine"), [(2.0, 2.3, "typed"), (2.3, 2.0, "spotter")])
def test_one_call_heard_by_both_is_one(first: float, second: float, engine: str) -> None:
    assert heard([(first, "it hurts")], [(second, Command.PAIN)]) == [(Command.PAIN, engine)]


def test_a_second_call_is_heard_again() -> None:
    later = 2.0 + SAME_CALL / 16_000 + 0.1
    assert len(heard([(2.0, "it hurts")], [(later, Command.PAIN)])) == 2


def test_another_kind_of_pain_is_never_held_back() -> None:
    both = heard([(2.0, "it hurts")], [(2.2, Command.SHARP)])
    assert both == [(Command.PAIN, "typed"), (Command.SHARP, "spotter")]


def test_the_recognisers_other_words_pass() -> None:
    assert heard([(2.0, "next side"), (4.0, "gibberish")], []) == [(Command.NEXT_SIDE, "typed"), (None, "typed")]


def test_which_languages_have_a_second_ear() -> None:
    assert not second_ear_for("ko")
    with pytest.raises(RecogniserError, match="ko"):
        Spotter("ko")


@pytest.mark.skipif(importlib.util.find_spec("pyopen_wakeword") is None, reason="pyopen-wakeword is not installed")
@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_real_words_reach_the_session_through_the_second_ear() -> None:
    assert second_ear_for("en")
    ears = TwoEars(Ears(TypedRecogniser(), load_language("en")), Spotter("en"))
    ears.listen_for(frozenset(Command))
    word = finish(FliteVoice("slt").render("sharp pain")) * np.float32(0.5)
    noise = np.random.default_rng(1).standard_normal(samples(5)).astype(np.float32) * np.float32(5e-4)
    noise[samples(2) : samples(2) + len(word)] += word
    sound = (noise * 32767).astype(np.int16)
    found = [one.command for at in range(0, len(sound), 160) for one in ears.accept(sound[at : at + 160])]
    ears.close()
    assert Command.SHARP in found
    assert set(found) <= PAIN_FAMILY
