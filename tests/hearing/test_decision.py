"""The table of decision.py, by plain calls."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.core.states import TABLE, State
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis
from voiceguide.hearing.verdict.decision import (
    AGREES,
    ALONE,
    EARLY,
    HINT,
    ONE_WORD,
    PERHAPS_AFTER,
    REFRACTORY,
    REST_OF_IT,
    SAME_CALL,
    STEADY,
    UNKNOWN_AGAIN,
    Decision,
)
from voiceguide.hearing.verdict.evidence import QUIET, SAFETY, Around, Claim, Ear, Opinion, Rule, Verdict

NOW = samples(10)
OWN_VOICE = Around(guide=True, other=False, apart=True)
TWO_VOICES = Around(guide=True, other=True, apart=True)
CANNOT_TELL = Around(guide=True, other=True, apart=False)


class Noticed:
    """Another ear, with the scores it gives from a moment on."""

    def __init__(self, command: Command | None = None, score: float = 0.5, since: int = 0) -> None:
        self.command = command
        self.score = score
        self.since = since
        self.now = NOW
        self.awake = True

    def strongest(self, command: Command, since: int) -> float:
        return self.score if command is self.command and self.now >= self.since > since else 0.0

    def judges(self, command: Command, since: int) -> bool:
        return self.awake and command is not Command.HELP and since >= 0

    def agreeing(self, command: Command) -> float:
        return 0.3

    def alone(self, command: Command) -> float:
        return 0.9


class GuideSaid:
    """An ear on the guide's own words."""

    def __init__(self, command: Command, at: int) -> None:
        self.command = command
        self.at = at

    def accept(self, spoken: Frame | None, count: int) -> None:
        raise AssertionError("the decision only asks")

    def said(self, command: Command, since: int) -> bool:
        return command is self.command and self.at > since

    def close(self) -> None:
        pass


def heard(verdicts: Sequence[Verdict]) -> Heard | None:
    found = [verdict.heard for verdict in verdicts if verdict.heard]
    assert len(found) <= 1
    return found[0] if found else None


def rules(verdicts: Sequence[Verdict]) -> list[Rule]:
    return [verdict.rule for verdict in verdicts]


def said(
    decision: Decision,
    command: Command | None,
    at: int,
    *,
    final: bool,
    around: Around = QUIET,
    engine: str = "e",
    text: str | None = None,
) -> list[Verdict]:
    words = str(command or "") if text is None else text
    return decision.recognised(Hypothesis(words, final=final, at=at, engine=engine), command, around)


def partial(decision: Decision, command: Command | None, at: int) -> None:
    assert heard(said(decision, command, at, final=False)) is None


def final(decision: Decision, command: Command | None, at: int, around: Around = QUIET) -> Heard | None:
    return heard(said(decision, command, at, final=True, around=around))


def settle(decision: Decision, at: int, around: Around = QUIET) -> Heard | None:
    return heard(decision.settle(at, around))


def sure(command: Command, at: int = NOW, around: Around = QUIET) -> Claim:
    return Claim(at, command, Ear.SECOND, "spotter", command.value, around=around)


# --- the recogniser alone ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(EARLY))
def test_an_early_command_is_heard_once_it_stood_still(command: Command) -> None:
    decision = Decision()
    partial(decision, command, NOW)
    assert settle(decision, NOW + STEADY - 1) is None
    assert settle(decision, NOW + STEADY) == Heard(NOW + STEADY, command, str(command), "e")
    assert settle(decision, NOW + 2 * STEADY) is None


def test_a_late_look_gives_the_same_time() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    late = settle(decision, NOW + samples(1))
    assert late is not None
    assert late.at == NOW + STEADY


@pytest.mark.parametrize("command", sorted(set(Command) - EARLY))
def test_other_partial_results_do_nothing(command: Command) -> None:
    decision = Decision()
    partial(decision, command, NOW)
    assert settle(decision, NOW + samples(5)) is None


@pytest.mark.parametrize("revision", [None, Command.START])
def test_a_revised_partial_result_does_nothing(revision: Command | None) -> None:
    decision = Decision()
    partial(decision, Command.STOP, NOW)
    assert rules(said(decision, revision, NOW + STEADY - 1, final=False)) == [Rule.REVISED]
    assert settle(decision, NOW + 2 * STEADY) is None


def test_another_early_command_waits_anew() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    partial(decision, Command.SHOOTING, NOW + STEADY - 1)
    assert settle(decision, NOW + STEADY) is None
    later = settle(decision, NOW + 2 * STEADY)
    assert later is not None
    assert later.command is Command.SHOOTING


def test_another_wording_of_the_same_command_goes_on_waiting() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    partial(decision, Command.PAIN, NOW + STEADY - 1)
    assert settle(decision, NOW + STEADY) is not None


@pytest.mark.parametrize("last", [Command.PAIN, None])
def test_the_final_result_after_an_early_one_is_not_told_twice(last: Command | None) -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    assert settle(decision, NOW + STEADY) is not None
    assert final(decision, last, NOW + samples(2)) is None


def test_a_final_result_that_says_something_else_is_told_as_well() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    assert settle(decision, NOW + STEADY) is not None
    other = final(decision, Command.SHOOTING, NOW + samples(1))
    assert other is not None
    assert other.command is Command.SHOOTING


def test_an_early_command_stays_answered_within_its_utterance_only() -> None:
    decision = Decision()
    partial(decision, Command.STOP, NOW)
    assert settle(decision, NOW + STEADY) is not None
    partial(decision, Command.STOP, NOW + samples(1))
    assert settle(decision, NOW + samples(2)) is None
    assert final(decision, Command.STOP, NOW + samples(3)) is None
    partial(decision, Command.STOP, NOW + samples(4))
    assert settle(decision, NOW + samples(5)) is not None


@pytest.mark.parametrize("command", list(Command))
def test_every_final_command_is_heard_at_once(command: Command) -> None:
    decision = Decision()
    partial(decision, command, NOW - 1)
    assert final(decision, command, NOW) == Heard(NOW, command, str(command), "e")
    assert settle(decision, NOW + samples(1)) is None


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
    assert final(decision, None, NOW) == Heard(NOW, None, "", "e")
    assert final(decision, None, NOW + UNKNOWN_AGAIN - 1) is None
    assert final(decision, None, NOW + UNKNOWN_AGAIN)


def test_vosk_is_given_the_time_to_look_twice() -> None:
    decision = Decision()
    looks_every = samples(0.24)
    assert not said(decision, Command.PAIN, NOW, final=False, engine="vosk")
    assert settle(decision, NOW + looks_every) is None
    said(decision, Command.START, NOW + looks_every, final=False, engine="vosk")
    assert settle(decision, NOW + samples(5)) is None


# --- two ears ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(set(Command) - {Command.HELP}))
def test_what_another_ear_noticed_is_heard_at_once(command: Command) -> None:
    decision = Decision({Ear.SECOND: Noticed(command, 0.3, NOW - samples(1))})
    verdicts = said(decision, command, NOW, final=True)
    assert heard(verdicts) == Heard(NOW, command, str(command), "e")
    assert verdicts[0].rule is Rule.AGREED
    assert verdicts[0].scores == {Ear.SECOND: 0.3}


def test_words_of_safety_confirm_each_other() -> None:
    decision = Decision({Ear.SECOND: Noticed(Command.STOP, 0.9, NOW - 1)})
    told = final(decision, Command.PAIN, NOW)
    assert told is not None
    assert told.command is Command.PAIN


def test_a_final_result_waits_for_the_other_ear() -> None:
    other = Noticed(Command.NEXT, 0.9, NOW + AGREES - 1)
    decision = Decision({Ear.SECOND: other})
    assert final(decision, Command.NEXT, NOW) is None
    other.now = NOW + AGREES - 1
    assert settle(decision, NOW + AGREES - 1) == Heard(NOW + AGREES - 1, Command.NEXT, "next", "e")


@pytest.mark.parametrize("command", [Command.NEXT, Command.PAIN, Command.STOP])
def test_what_no_other_ear_noticed_is_unknown_speech(command: Command) -> None:
    decision = Decision({Ear.SECOND: Noticed(command, 0.29, NOW)})
    assert final(decision, command, NOW) is None
    perhaps = command if command in SAFETY else None
    assert settle(decision, NOW + AGREES) == Heard(NOW + AGREES, None, str(command), "e", perhaps)


def test_a_partial_result_that_was_noticed_too_must_stand_still_as_well() -> None:
    decision = Decision({Ear.SECOND: Noticed(Command.PAIN, 0.5, NOW)})
    partial(decision, Command.PAIN, NOW)
    assert settle(decision, NOW + STEADY - 1) is None
    assert settle(decision, NOW + STEADY) is not None


def test_a_partial_result_that_was_not_noticed_waits_for_the_final_one() -> None:
    decision = Decision({Ear.SECOND: Noticed()})
    partial(decision, Command.PAIN, NOW)
    assert settle(decision, NOW + STEADY) is None
    assert final(decision, Command.PAIN, NOW + samples(0.4)) is None
    assert settle(decision, NOW + samples(0.4) + AGREES) is not None


@pytest.mark.parametrize("awake", [False, True], ids=["asleep", "does not know the command"])
def test_where_no_other_ear_can_tell_the_recogniser_is_believed(*, awake: bool) -> None:
    other = Noticed()
    other.awake = awake
    decision = Decision({Ear.SECOND: other})
    command = Command.HELP if awake else Command.NEXT
    verdicts = said(decision, command, NOW, final=True)
    assert rules(verdicts) == [Rule.ONLY_EAR]
    assert heard(verdicts)


@pytest.mark.parametrize("command", list(Command))
def test_the_second_ear_alone(command: Command) -> None:
    verdicts = Decision({Ear.SECOND: Noticed()}).sure(sure(command))
    alone = command in SAFETY | ALONE
    assert rules(verdicts) == [Rule.SURE if alone else Rule.NOT_ALONE]
    assert (heard(verdicts) is not None) == alone


def own_word(command: Command, at: int = NOW) -> Claim:
    return Claim(at, command, Ear.ENROLLED, "enrolled", command.value)


def test_a_persons_own_word_counts_when_the_second_ear_noticed_it_too() -> None:
    own = Noticed(Command.PAIN, 0.9, NOW - 1)
    agreed = Decision({Ear.SECOND: Noticed(Command.STOP, 0.3, NOW - 1), Ear.ENROLLED: own})
    verdicts = agreed.sure(own_word(Command.PAIN))
    assert rules(verdicts) == [Rule.AGREED]
    assert verdicts[0].scores == {Ear.SECOND: 0.3}, "it cannot confirm itself"


def test_a_persons_own_word_alone_is_a_doubt() -> None:
    decision = Decision({Ear.SECOND: Noticed(), Ear.ENROLLED: Noticed(Command.PAIN, 0.9, NOW - 1)})
    assert heard(decision.sure(own_word(Command.PAIN))) == Heard(NOW, None, "pain", "enrolled", Command.PAIN)
    assert rules(decision.sure(own_word(Command.SHARP, NOW + 1))) == [Rule.SAME_CALL]


def test_without_a_second_ear_a_persons_own_word_is_believed() -> None:
    decision = Decision({Ear.ENROLLED: Noticed(Command.PAIN, 0.9, NOW - 1)})
    assert rules(decision.sure(own_word(Command.PAIN))) == [Rule.SURE]


def test_the_words_of_safety_may_be_heard_by_one_ear_and_what_loses_the_place_may_not() -> None:
    assert not ALONE & {Command.SKIP, Command.NEXT, Command.BACK}
    assert not ALONE & {Command.YES, Command.NO, Command.NO_PAIN}, "nor may what answers a question of safety"
    assert set(SAFETY) == {*PAIN_FAMILY, Command.STOP}


def test_stop_only_where_it_is_possible_but_pain_always() -> None:
    decision = Decision()
    decision.listen_for(frozenset())
    assert rules(decision.sure(sure(Command.STOP))) == [Rule.NOT_NOW]
    assert heard(decision.sure(sure(Command.PAIN)))


def test_one_call_noticed_by_two_ears_is_one() -> None:
    decision = Decision({Ear.SECOND: Noticed(Command.PAIN, 0.9, NOW)})
    assert heard(decision.sure(sure(Command.PAIN)))
    assert rules(said(decision, Command.PAIN, NOW + SAME_CALL - 1, final=True)) == [Rule.SAME_CALL]
    assert heard(decision.sure(sure(Command.PAIN, NOW + SAME_CALL)))


def test_another_kind_of_pain_by_another_ear_is_never_held_back() -> None:
    decision = Decision()
    assert final(decision, Command.PAIN, NOW)
    assert heard(decision.sure(sure(Command.SHARP, NOW + 1)))


def test_what_the_recogniser_made_of_a_call_that_the_second_ear_understood_is_no_unknown_speech() -> None:
    decision = Decision({Ear.SECOND: Noticed()})
    assert heard(decision.sure(sure(Command.PAIN)))
    assert rules(said(decision, None, NOW + REST_OF_IT - 1, final=True)) == [Rule.ANSWERED]
    assert final(decision, Command.NEXT, NOW + 1) is None
    assert settle(decision, NOW + 1 + AGREES) is None, "nor is a command that it took it for"
    assert final(decision, None, NOW + REST_OF_IT)


def test_close_to_a_word_of_safety_is_told_once() -> None:
    decision = Decision()
    decision.perhaps(sure(Command.PAIN))
    decision.perhaps(sure(Command.SHARP, NOW + 1))
    assert settle(decision, NOW + PERHAPS_AFTER - 1) is None
    told = settle(decision, NOW + PERHAPS_AFTER)
    assert told == Heard(NOW + PERHAPS_AFTER, None, "pain", "spotter", Command.PAIN)
    decision.perhaps(sure(Command.SHARP, NOW + UNKNOWN_AGAIN - 1))
    assert settle(decision, NOW + UNKNOWN_AGAIN + PERHAPS_AFTER - 1) is None
    decision.perhaps(sure(Command.SHARP, NOW + 2 * UNKNOWN_AGAIN))
    assert settle(decision, NOW + 3 * UNKNOWN_AGAIN)


@pytest.mark.parametrize("understood", [Command.PAIN, Command.NEXT])
def test_what_is_understood_in_time_is_no_doubt(understood: Command) -> None:
    decision = Decision()
    decision.perhaps(sure(Command.PAIN))
    assert final(decision, understood, NOW + PERHAPS_AFTER - 1)
    assert settle(decision, NOW + PERHAPS_AFTER) is None


# --- the guide's own voice --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [*Command, None])
def test_while_the_guide_speaks_another_voice_must_have_been_noticed(command: Command | None) -> None:
    decision = Decision()
    assert final(decision, command, NOW, OWN_VOICE) is None
    assert final(decision, command, NOW + samples(5), TWO_VOICES) is not None


@pytest.mark.parametrize("command", [*Command, None])
def test_until_voices_can_be_told_apart_only_the_recogniser_hears_and_only_pain(command: Command | None) -> None:
    decision = Decision()
    if command is not None:
        assert heard(decision.sure(sure(command, NOW, CANNOT_TELL))) is None
    assert (final(decision, command, NOW, CANNOT_TELL) is not None) == (command in PAIN_FAMILY)


def test_what_the_guide_has_just_said_does_not_count() -> None:
    decision = Decision(own_words=GuideSaid(Command.PAIN, NOW - samples(0.4)))
    assert rules(decision.sure(sure(Command.PAIN, NOW, TWO_VOICES))) == [Rule.OWN_WORDS]
    assert final(decision, Command.STOP, NOW, TWO_VOICES), "something else does"
    assert final(decision, Command.PAIN, NOW + samples(1), TWO_VOICES), "and the same later"


def test_what_the_guide_said_before_it_fell_silent_does_not_matter() -> None:
    decision = Decision(own_words=GuideSaid(Command.PAIN, NOW - samples(0.4)))
    assert final(decision, Command.PAIN, NOW)


def test_the_guides_own_voice_does_not_count_as_the_answer_to_a_call() -> None:
    decision = Decision()
    partial(decision, Command.PAIN, NOW)
    assert settle(decision, NOW + STEADY, OWN_VOICE) is None
    assert final(decision, Command.PAIN, NOW + samples(0.4), TWO_VOICES), "the final result is judged anew"


class EasilyNoticed(Noticed):
    """Another ear that needs less to agree with "stop" than with any other word."""

    def agreeing(self, command: Command) -> float:
        return 0.1 if command is Command.STOP else 0.3


@pytest.mark.parametrize(
    ("claimed", "noticed", "score", "agrees"),
    [
        (Command.PAIN, Command.PAIN, 0.3, True),
        (Command.PAIN, Command.STOP, 0.2, False),
        (Command.PAIN, Command.STOP, 0.3, True),
        (Command.STOP, Command.PAIN, 0.2, False),
        (Command.STOP, Command.STOP, 0.1, True),
    ],
)
def test_no_other_word_agrees_more_easily_than_the_same(
    claimed: Command, noticed: Command, score: float, *, agrees: bool
) -> None:
    decision = Decision({Ear.SECOND: EasilyNoticed(noticed, score, since=NOW)})
    told = final(decision, claimed, NOW) or settle(decision, NOW + AGREES)
    assert told is not None
    assert (told.command, told.perhaps) == ((claimed, None) if agrees else (None, claimed))


BEHIND = Around(stood_out=False)


@pytest.mark.parametrize(
    "ears", [{}, {Ear.SECOND: Noticed(Command.PAIN, 0.89, since=NOW)}], ids=["alone", "agreed"]
)
def test_a_word_of_pain_that_did_not_stand_out_is_asked_about(ears: dict[Ear, Noticed]) -> None:
    decision = Decision(dict(ears))
    told = final(decision, Command.PAIN, NOW, around=BEHIND)
    assert told is not None
    assert (told.command, told.perhaps) == (None, Command.PAIN)
    assert final(decision, Command.PAIN, NOW + samples(1.6), around=BEHIND) is None


def test_a_second_ear_sure_of_pain_that_did_not_stand_out_asks() -> None:
    told = heard(Decision().sure(sure(Command.PAIN, around=BEHIND)))
    assert told is not None
    assert (told.command, told.perhaps) == (None, Command.PAIN)
    told = heard(Decision().sure(sure(Command.STOP, around=BEHIND)))
    assert told is not None
    assert told.command is Command.STOP


def test_while_the_guide_speaks_a_word_of_pain_need_not_stand_out() -> None:
    around = Around(guide=True, other=True, apart=True, stood_out=False)
    told = heard(Decision().sure(sure(Command.PAIN, around=around)))
    assert told is not None
    assert told.command is Command.PAIN


def test_a_word_of_pain_of_which_two_ears_are_sure_counts_however_it_stood_out() -> None:
    decision = Decision({Ear.SECOND: Noticed(Command.PAIN, 0.9, since=NOW)})
    told = final(decision, Command.PAIN, NOW, around=BEHIND)
    assert told is not None
    assert told.command is Command.PAIN


def test_one_ear_that_is_sure_of_a_word_of_pain_that_did_not_stand_out_asks_and_two_ears_are_believed() -> None:
    decision = Decision({Ear.SECOND: Noticed(Command.PAIN, 1.0, since=NOW)})
    assert heard(decision.sure(sure(Command.PAIN, NOW, BEHIND))) == Heard(
        NOW, None, "pain", "spotter", Command.PAIN
    )
    told = final(decision, Command.PAIN, NOW + samples(0.3), around=BEHIND)
    assert told is not None
    assert told.command is Command.PAIN


# --- a harmless command that may be a word of safety ------------------------------------------------------


def in_a_hold(second: Opinion) -> Decision:
    decision = Decision({Ear.SECOND: second})
    decision.listen_for(frozenset(Command), hold=True)
    return decision


class Torn(Noticed):
    """A second ear with a score for more than one command, each since a moment of its own."""

    def __init__(self, scores: dict[Command, float], times: dict[Command, int] | None = None) -> None:
        super().__init__()
        self.scores = scores
        self.times = times or {}

    def strongest(self, command: Command, since: int) -> float:
        return self.scores.get(command, 0.0) if self.times.get(command, NOW) > since else 0.0

    def judges(self, command: Command, since: int) -> bool:
        return command is not Command.PAUSE and super().judges(command, since)


@pytest.mark.parametrize(
    ("own", "pain", "rule"),
    [
        (0.6, 0.5, Rule.AGREED),
        (0.6, 0.61, Rule.CLOSER),
        (0.3, 0.09, Rule.AGREED),
        (0.2, 0.7, Rule.DISAGREED),
    ],
)
def test_what_both_ears_take_for_harmless_is_asked_about_where_pain_is_more_probable(
    own: float, pain: float, rule: Rule
) -> None:
    decision = in_a_hold(Torn({Command.SLOWER: own, Command.SHARP: pain}))
    verdicts = [*said(decision, Command.SLOWER, NOW, final=True), *decision.settle(NOW + AGREES, QUIET)]
    assert rules(verdicts) == [rule]
    told = heard(verdicts)
    assert told is not None
    assert told.command is (Command.SLOWER if rule is Rule.AGREED else None)


@pytest.mark.parametrize(("pain", "rule"), [(HINT - 0.01, Rule.ONLY_EAR), (HINT, Rule.CLOSER)])
def test_a_hint_of_pain_is_enough_against_a_command_that_one_ear_claims(pain: float, rule: Rule) -> None:
    second = Torn({Command.HELP: 0.5, Command.PAIN: pain})
    assert rules(said(in_a_hold(second), Command.HELP, NOW, final=True)) == [rule]
    alone = in_a_hold(second).sure(sure(Command.SLOWER))
    assert rules(alone) == [Rule.SURE if rule is Rule.ONLY_EAR else Rule.NOT_ALONE]


def test_no_pain_holds_the_word_itself() -> None:
    decision = in_a_hold(Torn({Command.NO_PAIN: 0.5, Command.PAIN: 0.9}))
    assert rules(said(decision, Command.NO_PAIN, NOW, final=True)) == [Rule.AGREED]


def test_what_was_told_already_is_no_hint_of_another_word() -> None:
    later = NOW + samples(1.2)
    decision = in_a_hold(Torn({Command.PAIN: 0.9, Command.YES: 0.5}, {Command.YES: later}))
    assert heard(decision.sure(sure(Command.PAIN)))
    told = final(decision, Command.YES, later)
    assert told is not None
    assert told.command is Command.YES


@pytest.mark.parametrize(
    ("text", "score", "rule"),
    [
        ("help", ONE_WORD - 0.01, Rule.DISAGREED),
        ("help", ONE_WORD, Rule.ONLY_EAR),
        ("help me please", 0.0, Rule.ONLY_EAR),
    ],
)
def test_a_single_word_that_the_second_ear_did_not_notice_at_all_is_not_believed(
    text: str, score: float, rule: Rule
) -> None:
    decision = in_a_hold(Torn({Command.HELP: score}))
    assert rules(said(decision, Command.HELP, NOW, final=True, text=text)) == [rule]


def test_where_nobody_would_ask_a_word_that_one_ear_heard_is_believed() -> None:
    second = Torn({Command.HELP: 0.0, Command.SLOWER: 0.2, Command.PAIN: 0.9})
    assert rules(said(Decision({Ear.SECOND: second}), Command.HELP, NOW, final=True)) == [Rule.ONLY_EAR]
    assert rules(Decision({Ear.SECOND: second}).sure(sure(Command.SLOWER))) == [Rule.SURE]


@pytest.mark.parametrize(("score", "believed"), [(ONE_WORD - 0.01, None), (ONE_WORD, Command.PAUSE)])
def test_a_partial_result_needs_no_less(score: float, believed: Command | None) -> None:
    decision = in_a_hold(Torn({Command.PAUSE: score}))
    partial(decision, Command.PAUSE, NOW)
    told = settle(decision, NOW + STEADY)
    assert (told.command if told else None) is believed


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (Command.YES, Rule.SURE),
        (Command.TIGHT, Rule.SURE),
        (Command.NO, Rule.NOT_ALONE),
        (Command.NO_PAIN, Rule.NOT_ALONE),
        (Command.NEXT, Rule.NOT_ALONE),
    ],
)
def test_asked_whether_it_hurts_one_sure_ear_is_enough_for_yes_and_not_for_no(
    command: Command, rule: Rule
) -> None:
    second = Torn({Command.PAIN: 0.5})
    decision = in_a_hold(second)
    decision.listen_for(frozenset(TABLE[State.DOUBT]), hold=True)
    assert rules(decision.sure(sure(command))) == [rule]
    decision.listen_for(frozenset(TABLE[State.HOLDING]), hold=True)
    held = Rule.NOT_NOW if command in (Command.YES, Command.TIGHT) else Rule.NOT_ALONE
    assert rules(decision.sure(sure(command))) == [held]
