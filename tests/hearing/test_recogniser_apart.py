"""A recogniser in a process of its own: hears the same, fails alone, and leaves nothing behind."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from speakers import HIBARI, Sound, blocks, in_a_room, spoken

from voiceguide.app import Choices, prepare
from voiceguide.core.commands import Command
from voiceguide.errors import LanguageError, RecogniserError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.ears_thread import EarsInThread
from voiceguide.hearing.recognisers.apart import RecogniserApart
from voiceguide.hearing.recognisers.apart_link import LONGEST
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Hypothesis, Recogniser
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import load_language, normalise

ENGLISH = load_language("en")
EVERY_PHRASE = ENGLISH.phrases_for(Command)
FAILING = Path(__file__).with_name("recogniser_child.py")
FRAME: Sound = np.zeros(160, np.int16)
ENDS_A_HANG_S = 60  # not to measure: nothing here takes long


@pytest.fixture(scope="module")
def apart() -> Iterator[RecogniserApart]:
    with closing(RecogniserApart("en", "moonshine", answer_limit_s=ENDS_A_HANG_S)) as recogniser:
        yield recogniser


@pytest.fixture(scope="module")
def session() -> Sound:
    words = ("pause please", "the weather was lovely", "i feel pain")
    return in_a_room(*(spoken(text, HIBARI) for text in words), before_s=1.0)


def failing(how: str, limit_s: float = ENDS_A_HANG_S) -> RecogniserApart:
    return RecogniserApart(how, process=(str(FAILING),), answer_limit_s=limit_s)


def heard(recogniser: Recogniser, sound: Sound, size: int = 160) -> list[Hypothesis]:
    recogniser.restart()
    return [one for frame in blocks(sound, size) for one in recogniser.accept(frame)]


def written(heard: list[Hypothesis]) -> list[str]:
    """Return the words of each utterance."""
    return [normalise(one.text) for one in heard if one.final]


def runs(process: int) -> bool:
    """Tell whether there is such a process; one that is dead and was not waited for counts, too."""
    return Path(f"/proc/{process}").exists()


def until(happened: Callable[[], bool], every_s: float = 0.02) -> None:
    ends = time.monotonic() + ENDS_A_HANG_S
    while not happened():
        assert time.monotonic() < ends
        time.sleep(every_s)


def test_it_hears_exactly_what_the_same_engine_hears_here(apart: RecogniserApart, session: Sound) -> None:
    with closing(choose_recogniser("en", "moonshine")) as here:
        assert apart.name == here.name == "moonshine"
        for recogniser in (apart, here):
            recogniser.expect(EVERY_PHRASE)
        first = heard(apart, session)
        assert first == heard(here, session)
        assert written(first) == ["pause please", "the weather was lovely", "i feel pain"]
        assert any(not one.final for one in first)
        # Again, in one frame that is longer than any message, and then with other phrases.
        assert session.nbytes > LONGEST
        assert heard(apart, session, len(session)) == heard(here, session, len(session))
        for recogniser in (apart, here):
            recogniser.expect(["the weather was lovely"])
        again = heard(apart, session)
        assert again == heard(here, session)
        assert "the weather was lovely" in {one.scores[0].phrase for one in again if one.scores}
        odd = ["i feel pain", "\N{SNOWMAN} plugh"]
        assert apart.unknown_words(odd) == here.unknown_words(odd) == ["\N{SNOWMAN} plugh"]


def test_two_at_once_do_not_hear_each_other(apart: RecogniserApart) -> None:
    pain, pause = (in_a_room(spoken(text, HIBARI)) for text in ("i feel pain", "pause please"))
    end = np.zeros(max(len(pain), len(pause)), np.int16)
    with closing(RecogniserApart("en", "moonshine", answer_limit_s=ENDS_A_HANG_S)) as other:
        assert other.process_id != apart.process_id
        said: dict[RecogniserApart, list[Hypothesis]] = {apart: [], other: []}
        for recogniser in said:
            recogniser.expect(EVERY_PHRASE)
            recogniser.restart()
        for frames in zip(blocks(np.append(pain, end)), blocks(np.append(pause, end)), strict=False):
            for recogniser, frame in zip(said, frames, strict=True):
                said[recogniser] += recogniser.accept(frame)
        assert [written(heard) for heard in said.values()] == [["i feel pain"], ["pause please"]]


def test_the_ears_thread_hears_with_it(apart: RecogniserApart) -> None:
    ears = EarsInThread(Ears(apart, ENGLISH))
    ears.listen_for(frozenset({Command.PAUSE}))
    waiting = iter(blocks(in_a_room(spoken("pause please", HIBARI))))
    commands: list[Command | None] = []

    def heard_it() -> bool:
        verdicts = (one for one in ears.accept(next(waiting, FRAME)) if isinstance(one, Verdict))
        commands.extend(one.heard.command for one in verdicts if one.heard)
        return bool(commands)

    until(heard_it, every_s=0.01)
    ears.close()
    assert commands == [Command.PAUSE]


@pytest.mark.parametrize(("language", "engine"), [("en", "ears"), ("xx", None), ("ko", "moonshine")], ids=str)
def test_what_cannot_be_loaded_is_told_as_it_is_told_here(language: str, engine: str | None) -> None:
    with pytest.raises((RecogniserError, LanguageError)) as here:
        choose_recogniser(language, engine)
    with pytest.raises(here.type) as apart:
        RecogniserApart(language, engine)
    assert str(apart.value) == str(here.value)
    assert apart.value.exit_code == here.value.exit_code


def test_what_a_person_asked_for_in_vain_ends_a_session_as_before() -> None:
    with pytest.raises(RecogniserError, match='There is no engine "ears"'):
        prepare(Choices("psoas-short", engine="ears"), apart=True)


@pytest.mark.parametrize("by", ["SIGKILL", "SIGSEGV"])
def test_a_process_that_dies_is_told_with_what_to_do(by: str) -> None:
    with closing(failing("works")) as recogniser:
        os.kill(recogniser.process_id, signal.Signals[by])
        with pytest.raises(RecogniserError, match=rf"ended by itself \({by}\); if it happens again"):
            recogniser.accept(FRAME)
        assert not runs(recogniser.process_id)
        with pytest.raises(RecogniserError, match="ended by itself"):
            recogniser.expect(["stop"])


@pytest.mark.parametrize("how", ["is stopped", "hangs"])
def test_a_process_that_does_not_answer_is_given_up_and_ended(how: str) -> None:
    with closing(failing(how, limit_s=0.3)) as recogniser:
        if how == "is stopped":
            os.kill(recogniser.process_id, signal.SIGSTOP)
        with pytest.raises(RecogniserError, match=r"did not answer within 0\.31 s; if it happens again"):
            recogniser.accept(FRAME)
        assert not runs(recogniser.process_id)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("crashes", r"ended by itself \(SIGSEGV\)"),
        ("hangs alone", r"ended by itself \(SIGALRM\)"),
        ("refuses", "^out of order; please repair it$"),
        ("stumbles", "stopped: IndexError: "),
    ],
)
def test_an_engine_that_fails_with_a_frame_is_told(how: str, told: str) -> None:
    with closing(failing(how)) as recogniser, pytest.raises(RecogniserError, match=told):
        recogniser.accept(FRAME)


def test_an_engine_that_fails_at_once_leaves_no_process() -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = children.read_text()
    with pytest.raises(RecogniserError, match=r"ended by itself \(SIGKILL\)"):
        failing("crashes at once")
    with pytest.raises(LanguageError):
        failing("knows no such language")
    assert children.read_text() == before


def test_the_guide_learns_from_its_ears_that_the_process_died(apart: RecogniserApart) -> None:
    with closing(failing("works")) as recogniser:
        ears = EarsInThread(Ears(recogniser, ENGLISH))
        os.kill(recogniser.process_id, signal.SIGKILL)

        def told() -> bool:
            try:
                ears.accept(FRAME)
            except RecogniserError as error:
                return "ended by itself" in str(error)
            return False

        until(told)
        ears.close()


@pytest.mark.parametrize("by", ["SIGKILL", "SIGSTOP"])
def test_s7_a_process_that_died_or_hung_is_brought_back_with_what_was_listened_for(by: str) -> None:
    with closing(RecogniserApart("en", "moonshine", answer_limit_s=2.0)) as recogniser:
        ears = Ears(recogniser, ENGLISH)
        ears.listen_for(frozenset({Command.PAUSE}))
        ears.accept(FRAME)
        first = recogniser.process_id
        os.kill(first, signal.Signals[by])
        with pytest.raises(RecogniserError):
            ears.accept(np.tile(FRAME, 100))
        ears.revive()
        assert not runs(first)
        heard = [
            one.heard for block in blocks(in_a_room(spoken("pause please", HIBARI))) for one in ears.accept(block)
        ]
        assert [one.command for one in heard if one] == [Command.PAUSE]
        ears.close()


def test_a_recogniser_that_was_closed_does_not_come_back() -> None:
    recogniser = failing("works")
    recogniser.close()
    with pytest.raises(RecogniserError, match="was closed"):
        recogniser.revive()


def test_closing_ends_the_process_and_is_harmless_twice() -> None:
    recogniser = failing("works")
    recogniser.close()
    assert not runs(recogniser.process_id)
    recogniser.close()
    with pytest.raises(RecogniserError, match="was closed"):
        recogniser.accept(FRAME)


def test_closing_wakes_a_thread_that_waits_for_an_engine_that_hangs(caplog: pytest.LogCaptureFixture) -> None:
    recogniser = failing("hangs")
    raised: list[str] = []

    def listen() -> None:
        try:
            recogniser.accept(FRAME)
        except RecogniserError as error:
            raised.append(str(error))

    thread = threading.Thread(target=listen)
    thread.start()
    until(lambda: "hangs from now on" in caplog.text)
    recogniser.close()
    thread.join(ENDS_A_HANG_S)
    assert raised == ["the recogniser was closed; make a new one"]
    assert not runs(recogniser.process_id)


@pytest.mark.parametrize("by", ["SIGINT", "SIGTERM"])
def test_what_is_sent_to_all_processes_does_not_deafen_the_guide(by: str) -> None:
    with closing(failing("works")) as recogniser:
        os.kill(recogniser.process_id, signal.Signals[by])
        assert [one.at for one in recogniser.accept(FRAME)] == [160]


def test_the_process_ends_with_a_program_that_is_killed() -> None:
    command = [sys.executable, str(FAILING), "die"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=ENDS_A_HANG_S, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    process = json.loads(done.stdout)

    def gone() -> bool:
        try:
            return not Path(f"/proc/{process}/cmdline").read_bytes()  # empty when nobody waited for it yet
        except OSError:
            return True

    until(gone)


def test_what_it_logs_is_in_the_log_of_the_program(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), closing(failing("works")) as recogniser:
        recogniser.expect(["xyzzy"])
    assert caplog.record_tuples == [("an.engine", logging.WARNING, "unknown: xyzzy")]
