"""The pain conversation by itself: every reply in every state of it, against its table."""

from __future__ import annotations

import copy
import runpy
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_routine import BALL, STRETCH

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.conversation import PainConversation, Turn
from voiceguide.core.pain import GUIDANCE, KIND_OF, Closes, Kind
from voiceguide.core.phrases import PROMPTS, Phrases
from voiceguide.core.plan import Exercise
from voiceguide.core.safety import LEADS_TO, REPLY_OF, TABLE, Move, Outcome, Reply, Stage
from voiceguide.language.pack import load_language

NAMED = sorted(set(KIND_OF.values()) - {Kind.UNKNOWN})
RED_FLAGS = [kind for kind in Kind if GUIDANCE[kind].closes is Closes.ALWAYS and kind is not Kind.UNCLEAR]


def state(talk: PainConversation) -> tuple[object, ...]:
    kept = {**vars(talk), "_sharp_before": 0, "_sharp_here": min(talk.sharp_reports, 2)}
    return tuple(value for name, value in kept.items() if name not in ("_phrases", "_exercise"))


def replies() -> Iterator[tuple[Reply, Kind]]:
    for reply in Reply:
        for kind in NAMED if reply is Reply.KIND else [Kind.UNKNOWN]:
            yield reply, kind


def every_step(
    phrases: Phrases, exercise: Exercise | None
) -> Iterator[tuple[PainConversation, Reply | None, Kind, Turn | None, PainConversation]]:
    """Yield each reply, or a new report (None), in each state: before, what was told, the turn, after."""
    first = PainConversation(phrases, exercise, None)
    seen, waiting = set(), deque([first])
    first.report(Kind.UNKNOWN)
    while waiting:
        before = waiting.popleft()
        for reply, kind in (*replies(), *((None, kind) for kind in (Kind.UNKNOWN, *NAMED))):
            after = copy.copy(before)
            turn = after.report(kind) if reply is None else after.take(reply, kind)
            yield before, reply, kind, turn, after
            if state(after) not in seen and not (turn and turn.outcome):
                seen.add(state(after))
                waiting.append(after)
    assert len(seen) > 100


@pytest.mark.parametrize("exercise", [STRETCH, BALL, None], ids=["stretch", "ball", "no position"])
def test_every_reply_does_what_the_table_says(phrases: Phrases, exercise: Exercise | None) -> None:
    moves = set()
    for before, reply, _, turn, after in every_step(phrases, exercise):
        if reply is None:
            assert after.stage is Stage.RELEASING
            continue
        move = TABLE[before.stage].get(reply)
        assert (turn is None) == (move is None)
        if turn is None or move is None:
            assert state(after) == state(before)
            continue
        moves.add(move)
        target = turn.outcome or after.stage
        assert target in LEADS_TO.get(move, ()) or (turn.outcome is None and after.stage is before.stage)
    assert moves == set(Move)


@pytest.mark.parametrize("exercise", [STRETCH, BALL, None], ids=["stretch", "ball", "no position"])
def test_s4_a_red_flag_leaves_rest_or_the_end_and_is_not_taken_back(
    phrases: Phrases, exercise: Exercise | None
) -> None:
    for before, _, _, turn, after in every_step(phrases, exercise):
        if before.red_flag:
            assert after.over
        if turn and turn.outcome and before.red_flag:
            assert turn.outcome in (Outcome.REST, Outcome.END)
        if turn and turn.outcome and before.over:
            assert turn.outcome in (Outcome.REST, Outcome.END, Outcome.TAKEN_BACK)


@pytest.mark.parametrize("exercise", [STRETCH, BALL, None], ids=["stretch", "ball", "no position"])
def test_s3_silence_and_noise_never_lead_out(phrases: Phrases, exercise: Exercise | None) -> None:
    for before, reply, _, turn, _ in every_step(phrases, exercise):
        if reply in (Reply.SILENCE, Reply.NOT_UNDERSTOOD):
            assert turn is None or turn.outcome is None
        if reply is Reply.SPOKEN and turn is not None and turn.outcome is not None:
            assert before._noted in (Reply.STOP, Reply.NO_PAIN)


@pytest.mark.parametrize("kind", RED_FLAGS)
@pytest.mark.parametrize("when", ["at once", "in the release", "in the advice", "never"])
def test_s4_the_advice_is_given_once_whenever_stop_is_said(phrases: Phrases, kind: Kind, when: str) -> None:
    talk = PainConversation(phrases, STRETCH, None)
    said = [*talk.report(kind).lines]
    told = {
        "at once": [Reply.STOP, Reply.SPOKEN, Reply.SPOKEN],
        "in the advice": [Reply.SPOKEN, Reply.STOP, Reply.SPOKEN],
    }
    told |= {"in the release": told["at once"], "never": [Reply.SPOKEN, Reply.SPOKEN, Reply.SILENCE]}
    for reply in told[when]:
        turn = talk.take(reply)
        said += turn.lines if turn else ()
    keys = [key for key, _ in said]
    advice = GUIDANCE[kind].says[0]
    assert keys.count(advice) == len(phrases.lines(advice))
    assert keys.count("safety_exercise_over") == 1


def test_each_kind_has_its_own_words(phrases: Phrases) -> None:
    said = {}
    for kind in NAMED:
        talk = PainConversation(phrases, BALL, None)
        talk.report(kind)
        turn = talk.take(Reply.SPOKEN)
        assert turn is not None
        said[kind] = turn.lines
    assert len(set(said.values())) == len(NAMED)


def test_what_is_not_understood_is_asked_about_once_and_then_taken_as_serious(phrases: Phrases) -> None:
    talk = PainConversation(phrases, STRETCH, None)
    talk.report(Kind.UNKNOWN)
    talk.take(Reply.SPOKEN)
    turn = talk.take(Reply.NOT_UNDERSTOOD)
    assert turn is not None
    assert [key for key, _ in turn.lines] == ["safety_narrow"]
    talk.take(Reply.NOT_UNDERSTOOD)
    assert (talk.kind, talk.over) == (Kind.UNCLEAR, True)
    milder = copy.copy(talk)
    milder.take(Reply.KIND, Kind.DULL)
    assert (milder.kind, milder.over) == (Kind.DULL, False), "said plainly at last"
    turn = talk.take(Reply.NO_PAIN)
    assert turn == Turn(outcome=Outcome.TAKEN_BACK)
    assert not talk.over


def test_a_false_alarm_on_the_ball_does_not_count_as_a_try(phrases: Phrases) -> None:
    talk = PainConversation(phrases, BALL, None)
    talk.report(Kind.SHARP)
    assert talk.sharp_reports == 1
    talk.take(Reply.SPOKEN)
    assert talk.take(Reply.NO_PAIN) == Turn(outcome=Outcome.TAKEN_BACK)
    assert talk.sharp_reports == 0


def test_who_answers_it_hurts_is_asked_what_yes_and_no_can_answer(phrases: Phrases) -> None:
    talk = PainConversation(phrases, STRETCH, None)
    talk.report(Kind.UNKNOWN)
    talk.take(Reply.SPOKEN)
    talk.report(Kind.UNKNOWN)
    talk.take(Reply.SPOKEN)
    assert talk.stage is Stage.NARROWING


def test_every_pain_word_names_a_kind_and_every_guidance_has_its_prompts() -> None:
    assert set(KIND_OF) >= PAIN_FAMILY
    assert set(GUIDANCE) == set(Kind)
    for guidance in GUIDANCE.values():
        for key in (*guidance.says, *guidance.professional):
            assert key in PROMPTS or f"{key}_anywhere" in PROMPTS


def test_a_routine_that_allows_more_tries_gets_them(phrases: Phrases) -> None:
    patient = replace(BALL, pain=replace(BALL.pain, sharp_tries=3))
    talk = PainConversation(phrases, patient, None)
    overs = []
    for _ in range(4):
        talk.report(Kind.SHARP)
        overs.append(talk.over)
    assert overs == [False, False, False, True]


def test_words_that_are_no_answer_mean_nothing_there(phrases: Phrases) -> None:
    talk = PainConversation(phrases, STRETCH, None)
    talk.report(Kind.UNKNOWN)
    assert talk.answers() == {command for command in REPLY_OF if REPLY_OF[command] in TABLE[Stage.RELEASING]}
    assert Command.RESUME not in talk.answers()


def test_the_document_shows_the_tables_as_they_are() -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    text = (docs / "safety.md").read_text(encoding="utf-8")
    tables = runpy.run_path(str(docs / "tables.py"))
    assert tables["drawn"](text, load_language("en")) == text, "run: make docs-tables"
    source = tables["diagram"]().replace("->", tables["SOURCE_ARROW"])
    assert source in tables["PICTURE"].read_text(encoding="utf-8"), "run: make docs-tables"
