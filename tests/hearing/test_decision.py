"""From hypotheses to verdicts, on sample time, with a model of sureness that can be counted by hand."""

from __future__ import annotations

import pytest

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.hearing.recognisers.recogniser import Hypothesis, Scored
from voiceguide.hearing.verdict.decision import REFRACTORY, UNKNOWN_AGAIN, Decision
from voiceguide.hearing.verdict.reading import EVIDENCE
from voiceguide.hearing.verdict.rules import Rule
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.hearing.verdict.sureness import Sureness, Thresholds
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import load_language

PACK = load_language("en")
KINDS = ("pain", "stop", "place", "answer", "other")
BY_SCORE = Sureness(
    dict.fromkeys(EVIDENCE, 0.0) | {"score": 8.0, "written": 1.0, "mentioned": 30.0, "bias": 4.0},
    dict.fromkeys(KINDS, Thresholds(early=0.95, believe=0.8, ask=0.3)),
)
"""About 0.98 at log p 0, 0.73 at -1.5, 0.12 at -3; what a transcript holds is believed."""

SURE, LIKELY, UNLIKELY = 0.0, -1.5, -4.0


def decision(**options: object) -> Decision:
    made = Decision(PACK, sureness=BY_SCORE, **options)  # type: ignore[arg-type]
    made.listen_for(frozenset({Command.NEXT, Command.PAUSE, Command.STOP}))
    return made


def said(at_s: float, *scores: tuple[str, float], text: str = "mumble mumble", final: bool = True) -> Hypothesis:
    scored = tuple(Scored(*one) for one in sorted(scores, key=lambda one: -one[1]))
    return Hypothesis(
        text, final, samples(at_s), "scripted", scored or (Scored("why", -20.0),), -3.0, samples(0.6)
    )


def heard(made: Decision, *hypotheses: Hypothesis, around: Around = QUIET) -> list[Verdict]:
    return [one for hypothesis in hypotheses for one in made.recognised(hypothesis, around)]


def outcomes(verdicts: list[Verdict]) -> list[tuple[Command | None, Command | None]]:
    return [(one.heard.command, one.heard.perhaps) for one in verdicts if one.heard is not None]


def test_a_sure_phrase_is_obeyed_a_likely_one_asked_about_an_unlikely_one_not_understood() -> None:
    found = [heard(decision(), said(1, ("next", score))) for score in (SURE, LIKELY, UNLIKELY)]
    assert [outcomes(one) for one in found] == [[(Command.NEXT, None)], [(None, Command.NEXT)], [(None, None)]]


def test_pain_wins_over_stop_and_stop_over_the_rest() -> None:
    (first,) = heard(decision(), said(1, ("it hurts", -0.5), ("stop", -0.1), ("next", 0.0)))
    (second,) = heard(decision(), said(1, ("stop", -0.5), ("next", 0.0)))
    assert (first.command, second.command) == (Command.PAIN, Command.STOP)


def test_in_a_hold_a_doubtful_word_of_safety_wins_over_what_is_not_sure_either() -> None:
    made = decision()
    made.listen_for(frozenset({Command.NEXT, Command.START}), hold=True)
    (verdict,) = heard(made, said(1, ("start", LIKELY), ("stop", -2.0)))
    assert outcomes([verdict]) == [(None, Command.STOP)]
    made.listen_for(frozenset({Command.NEXT, Command.START}))
    (verdict,) = heard(made, said(5, ("start", LIKELY), ("stop", -2.0)))
    assert outcomes([verdict]) == [(None, Command.START)]


def test_a_word_of_pain_in_a_sentence_that_is_no_phrase_counts() -> None:
    sentence = "My hip hurts when I lean forward."
    (verdict,) = heard(decision(), said(2, text=sentence))
    assert outcomes([verdict])[0] in {(Command.PAIN, None), (None, Command.PAIN)}


def test_a_partial_result_counts_for_words_of_safety_alone_and_once() -> None:
    made = decision()
    first, second, final = heard(
        made,
        said(1.0, ("it hurts", SURE), text="It hurts.", final=False),
        said(1.8, ("it hurts", SURE), text="It hurts.", final=False),
        said(2.2, ("it hurts", SURE), text="It hurts."),
    )
    assert outcomes([first]) == [(Command.PAIN, None)]
    assert (second.rule, final.rule) == (Rule.SAME_CALL, Rule.SAME_CALL)
    (partial,) = heard(decision(), said(1, ("next", SURE), final=False))
    assert partial.rule is Rule.NOT_YET


def test_a_word_of_pain_that_only_a_partial_result_held_is_asked_about_at_the_end() -> None:
    made = decision()
    partial, final = heard(made, said(1, ("it hurts", LIKELY), final=False), said(2, ("next", UNLIKELY)))
    assert partial.heard is None
    assert outcomes([final]) == [(None, Command.PAIN)]
    (after,) = heard(made, said(9, ("next", UNLIKELY)))
    assert outcomes([after]) == [(None, None)], "it is not carried over into the next utterance"


def test_what_was_surely_something_else_is_no_pain_after_all() -> None:
    made = decision()
    _, final = heard(made, said(1, ("it hurts", LIKELY), final=False), said(2, ("next", SURE)))
    assert outcomes([final]) == [(Command.NEXT, None)]


def test_the_same_command_at_once_is_the_same_call() -> None:
    later = 1 + REFRACTORY / 16000
    rules = [one.rule for one in heard(decision(), *(said(at, ("next", SURE)) for at in (1, 1.2, later + 0.01)))]
    assert rules == [Rule.SURE, Rule.SAME_CALL, Rule.SURE]


def test_talk_is_told_once_in_a_while() -> None:
    again = 1 + UNKNOWN_AGAIN / 16000
    rules = [one.rule for one in heard(decision(), *(said(at) for at in (1, 1.5, again + 0.01)))]
    assert rules == [Rule.UNKNOWN, Rule.GOES_ON, Rule.UNKNOWN]


def test_a_partial_result_without_scores_must_stand_still() -> None:
    made = decision(steady=samples(0.26))
    words = Hypothesis("it hurts", final=False, at=samples(1), engine="scripted")
    assert made.recognised(words, QUIET) == []
    assert made.settle(samples(1.2)) == []
    assert outcomes(made.settle(samples(1.3))) == [(Command.PAIN, None)]
    revised = decision(steady=samples(0.26))
    revised.recognised(words, QUIET)
    revised.recognised(Hypothesis("next", final=False, at=samples(1.1), engine="scripted"), QUIET)
    assert outcomes(revised.settle(samples(1.3))) == []


def test_a_voice_in_a_hold_counts_unless_something_is_made_of_it() -> None:
    made = decision()
    made.listen_for(frozenset({Command.NEXT}), hold=True)
    made.voice_ended(samples(1), samples(0.4))
    assert made.settle(samples(1.3)) == []
    assert outcomes(made.settle(samples(1.5))) == [(None, None)]
    made.voice_ended(samples(5), samples(0.4))
    heard(made, said(5.2, ("next", SURE)))
    assert made.settle(samples(6)) == []


class Rehearsed:
    def agrees(self, command: Command, since: int) -> bool:
        return command is Command.PAIN and since >= 0


def test_a_word_as_this_person_has_rehearsed_it_needs_less() -> None:
    (verdict,) = heard(decision(own_words=Rehearsed()), said(3, ("it hurts", LIKELY)))
    assert outcomes([verdict]) == [(Command.PAIN, None)]


def test_a_rehearsed_word_that_the_recogniser_missed_is_asked_about() -> None:
    made = decision(own_words=Rehearsed())
    made.voice_ended(samples(3), samples(0.4), command=Command.PAIN)
    assert outcomes(made.settle(samples(4))) == [(None, Command.PAIN)]


@pytest.mark.parametrize("around", [Around(guide=True, other=False), Around(guide=True, apart=False)])
def test_while_the_guide_speaks_its_own_words_do_not_count(around: Around) -> None:
    (verdict,) = heard(decision(), said(1, ("next", SURE)), around=around)
    assert verdict.rule is Rule.OWN_VOICE
