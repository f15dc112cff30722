"""The table of decision.py, by plain calls."""

from __future__ import annotations

import pytest

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.hearing.decision import EARLY, REFRACTORY, STEADY, UNKNOWN_REFRACTORY, Decision
from voiceguide.hearing.recogniser import Hypothesis

NOW = samples(10)


def partial(decision: Decision, command: Command | None, at: int) -> None:
    text = str(command or "")
    assert decision.judge(Hypothesis(text, final=False, at=at, engine="e"), command) is None


def final(decision: Decision, command: Command | None, at: int) -> Heard | None:
    return decision.judge(Hypothesis(str(command or ""), final=True, at=at, engine="e"), command)


@pytest.mark.parametrize("command", sorted(EARLY))
def test_an_early_command_is_heard_once_it_stood_still(command: Command) -> None:
    decision = Decision()
    partial(decision, command, NOW)
    assert decision.settle(NOW + STEADY - 1) is None
    heard = decision.settle(NOW + STEADY)
    assert heard == Heard(at=NOW + STEADY, command=command, text=str(command), engine="e")
    assert decision.settle(NOW + 2 * STEADY) is None


def test_a_late_look_gives_the_same_time() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    heard = decision.settle(NOW + samples(1))
    assert heard is not None
    assert heard.at == NOW + STEADY


@pytest.mark.parametrize("command", sorted(set(Command) - EARLY))
def test_other_partial_results_do_nothing(command: Command) -> None:
    decision = Decision()
    partial(decision, command, NOW)
    assert decision.settle(NOW + samples(5)) is None


@pytest.mark.parametrize("revision", [None, Command.START])
def test_a_revised_partial_result_does_nothing(revision: Command | None) -> None:
    decision = Decision()
    partial(decision, Command.STOP, NOW)
    partial(decision, revision, NOW + STEADY - 1)
    assert decision.settle(NOW + 2 * STEADY) is None


def test_another_early_command_waits_anew() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    partial(decision, Command.SHOOTING, NOW + STEADY - 1)
    assert decision.settle(NOW + STEADY) is None
    heard = decision.settle(NOW + 2 * STEADY)
    assert heard is not None
    assert heard.command is Command.SHOOTING


def test_another_wording_of_the_same_command_goes_on_waiting() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    partial(decision, Command.PAIN, NOW + STEADY - 1)
    assert decision.settle(NOW + STEADY) is not None


@pytest.mark.parametrize("said", [Command.PAIN, None])
def test_the_final_result_after_an_early_one_is_not_told_twice(said: Command | None) -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    assert decision.settle(NOW + STEADY) is not None
    assert final(decision, said, NOW + samples(2)) is None


def test_a_final_result_that_says_something_else_is_told_as_well() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    assert decision.settle(NOW + STEADY) is not None
    heard = final(decision, Command.SHOOTING, NOW + samples(1))
    assert heard is not None
    assert heard.command is Command.SHOOTING


def test_an_early_command_stays_answered_within_its_utterance_only() -> None:
    decision = Decision()
    partial(decision, Command.STOP, NOW)
    assert decision.settle(NOW + STEADY) is not None
    partial(decision, Command.STOP, NOW + samples(1))
    assert decision.settle(NOW + samples(2)) is None
    assert final(decision, Command.STOP, NOW + samples(3)) is None
    partial(decision, Command.STOP, NOW + samples(4))
    assert decision.settle(NOW + samples(5)) is not None


@pytest.mark.parametrize("command", list(Command))
def test_every_final_command_is_heard_at_once(command: Command) -> None:
    decision = Decision()
    partial(decision, command, NOW - 1)
    heard = final(decision, command, NOW)
    assert heard == Heard(at=NOW, command=command, text=str(command), engine="e")
    assert decision.settle(NOW + samples(1)) is None


def test_the_same_command_again_at_once_is_one_call() -> None:
    decision = Decision()
    assert final(decision, Command.NEXT, NOW)
    assert final(decision, Command.NEXT, NOW + REFRACTORY - 1) is None
    assert final(decision, Command.NEXT, NOW + REFRACTORY)


def test_another_command_is_never_held_back() -> None:
    decision = Decision()
    assert final(decision, Command.NEXT, NOW)
    assert final(decision, Command.PAIN, NOW + 1)
    assert final(decision, None, NOW + 2)


def test_long_talk_is_one_unknown_thing() -> None:
    decision = Decision()
    assert final(decision, None, NOW) == Heard(at=NOW, command=None, text="", engine="e")
    assert final(decision, None, NOW + UNKNOWN_REFRACTORY - 1) is None
    assert final(decision, None, NOW + UNKNOWN_REFRACTORY)


def test_vosk_is_given_the_time_to_look_twice() -> None:
    decision = Decision()
    looks_every = samples(0.24)
    guess = Hypothesis("pain", final=False, at=NOW, engine="vosk")
    assert decision.judge(guess, Command.PAIN) is None
    assert decision.settle(NOW + looks_every) is None
    revised = Hypothesis("start the session", final=False, at=NOW + looks_every, engine="vosk")
    assert decision.judge(revised, Command.START) is None
    assert decision.settle(NOW + samples(5)) is None
