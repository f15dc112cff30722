"""The rehearsal as a conversation: takes, problems, ways out, pain, and what is told at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from voiceguide.core.actions import Hush
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.core.rehearsal import LINES, QUIET_TAKES, Rehearsal, advice, everything_rehearsed, grade
from voiceguide.core.takes import Capture, Learn, Learned, Problem, Recall, Taken
from voiceguide.language.pack import available_languages, load_language
from voiceguide.testing import VirtualSession

EN = load_language("en")
WORDS = list(EN.rehearsal.words)


@dataclass
class World(VirtualSession):
    """The world of a rehearsal; `answered` counts the takes asked for up to the last that somebody has said."""

    answered: int = 0


def begun(*, offered: bool = False) -> World:
    world = World(Rehearsal(EN.rehearsal, EN.phrases, offered=offered))
    world.begin()
    return world


def captures(world: World) -> list[Capture]:
    return [one for one in world.actions if isinstance(one, Capture)]


def capturing(world: World) -> Capture | None:
    """Return the take that is being recorded."""
    last = next(reversed(captures(world)), None)
    return last if last is not None and last.command is not None else None


def until_capture(world: World) -> Capture:
    """Let time pass until a take is recorded that nobody has said yet."""
    for _ in range(600):
        take = capturing(world)
        if take is not None and len(captures(world)) > world.answered:
            return take
        world.run(0.05)
    raise AssertionError("no take was asked for\n" + world.transcript())


def say(world: World, heard: Command | None = None, problem: Problem | None = None) -> None:
    take = captures(world)[-1]
    world.answered = len(captures(world))
    assert take.command is not None
    world.feed(Taken(world.now, take.command, heard, problem))


def keys(world: World) -> list[str]:
    said = [one.key.removeprefix("rehearsal_") for one in world.spoken]
    return said + ([world.playing.key.removeprefix("rehearsal_")] if world.playing else [])


def whole(world: World) -> Iterator[Capture]:
    """Say every word as it is asked for."""
    for _ in range(len(WORDS) * (QUIET_TAKES + 1)):
        take = until_capture(world)
        yield take
        world.run(1.0)
        say(world, take.command)


def how(world: World) -> str:
    (record,) = world.records("rehearsed")
    return str(record.fields["how"])


def recall(**changes: object) -> Recall:
    values = {"takes": 3, "by_ears": 3, "by_own": 3, "over_guide": True, "level_dbfs": -30.0} | changes
    return Recall(**values)  # type: ignore[arg-type]


def test_every_word_is_said_three_times_in_quiet_and_once_over_the_guide() -> None:
    world = begun()
    takes = list(whole(world))
    assert [take.command for take in takes] == [word for word in WORDS for _ in range(QUIET_TAKES + 1)]
    assert [take.over_guide for take in takes] == [False, False, False, True] * len(WORDS)
    assert [type(one) for one in world.actions if isinstance(one, Learn)] == [Learn]


def test_the_guide_is_silent_when_a_take_begins_and_speaks_when_it_is_to_be_spoken_over() -> None:
    world = begun()
    for take in whole(world):
        world.run(0.5)
        assert (world.playing is not None) is take.over_guide, world.transcript()


def test_a_word_heard_over_the_guide_silences_it() -> None:
    world = begun()
    for take in whole(world):
        if take.over_guide:
            break
    world.run(1.0)
    before = len(world.actions)
    say(world, take.command)
    assert any(isinstance(one, Hush) for one in world.actions[before:])


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem.QUIET, "too_quiet"),
        (Problem.CLIPPED, "too_loud"),
        (Problem.NOISE, "noise"),
        (Problem.SHORT, "too_short"),
        (Problem.LONG, "too_long"),
        (Problem.ALIKE, "too_alike"),
    ],
)
def test_a_take_that_cannot_be_used_is_asked_for_again_with_the_reason(problem: Problem, line: str) -> None:
    world = begun()
    first = until_capture(world)
    say(world, problem=problem)
    again = until_capture(world)
    assert again.command is first.command
    assert keys(world)[-1] == line


def test_after_three_bad_takes_the_rehearsal_goes_on() -> None:
    world = begun()
    for _ in range(3):
        until_capture(world)
        say(world, problem=Problem.NOISE)
    until_capture(world)
    assert keys(world)[-1] == "once_more"


def test_silence_is_asked_about_twice_and_then_ends_it() -> None:
    world = begun()
    world.run_until_idle()
    assert world.ended
    assert keys(world).count("nothing_came") == 2
    assert how(world) == "silence"
    assert keys(world)[-1] == "ended"


def test_silence_over_the_guide_is_no_reason_to_end() -> None:
    world = begun()
    for take in whole(world):
        if take.over_guide:
            break
    world.answered = len(captures(world))
    assert until_capture(world).command is WORDS[1]
    assert not world.records("rehearsed")


def test_stop_twice_ends_it_and_once_does_not() -> None:
    world = begun()
    until_capture(world)
    say(world, Command.STOP)
    until_capture(world)
    assert keys(world)[-1] == "stop_heard"
    say(world, Command.PAIN)
    until_capture(world)
    assert keys(world)[-1] == "once_more"
    say(world, Command.STOP)
    until_capture(world)
    say(world, Command.STOP)
    world.run_until_idle()
    assert how(world) == "stopped"


def test_stop_is_a_word_like_others_when_it_is_asked_for() -> None:
    world = begun()
    takes = [take.command for take in whole(world)]
    assert takes[-1] is Command.STOP
    assert "stop_heard" not in keys(world)


def test_stop_while_the_guide_explains_is_asked_about_too() -> None:
    world = begun()
    world.run(1.0)
    world.hear(Command.STOP)
    world.run(1.0)
    assert keys(world)[-1] == "stop_heard"
    world.hear(Command.STOP)
    world.run_until_idle()
    assert how(world) == "stopped"


def test_pain_outside_of_a_take_is_meant_and_only_words_lead_on() -> None:
    world = begun()
    world.run(1.0)
    world.hear(Command.PAIN, "it hurts")
    world.run_until_silent()
    assert keys(world)[-2:] == ["safety_release_anywhere", "hurts"]
    assert [record.fields["heard"] for record in world.records("pain")] == ["it hurts"]
    assert capturing(world) is None
    world.run_until_idle()
    assert how(world) == "pain"


def test_after_pain_continue_leads_on() -> None:
    world = begun()
    world.run(1.0)
    world.hear(Command.PAIN)
    world.run_until_silent()
    world.hear(Command.RESUME)
    assert until_capture(world).command is WORDS[0]


@pytest.mark.parametrize("by", ["page", "button", "stranger"])
def test_after_pain_no_press_leads_on(by: str) -> None:
    world = begun()
    world.run(1.0)
    world.hear(Command.PAIN)
    world.run_until_silent()
    world.feed(Heard(world.now, Command.RESUME, engine=by))
    world.run(5)
    assert capturing(world) is None
    world.run_until_idle()
    assert how(world) == "pain"


def test_an_unknown_machine_ends_no_rehearsal() -> None:
    world = begun()
    world.run(1.0)
    for _ in range(4):
        world.feed(Heard(world.now, Command.STOP, engine="stranger"))
    assert until_capture(world).command is WORDS[0]


@pytest.mark.parametrize("when", ["learning", "telling"])
@pytest.mark.parametrize("command", [Command.PAIN, Command.STOP])
def test_after_the_last_take_pain_and_stop_are_obeyed_too(when: str, command: Command) -> None:
    world = begun()
    list(whole(world))
    if when == "telling":
        world.feed(Learned(world.now, {WORDS[0]: recall()}))
        world.run(1.0)
    world.hear(command)
    if when == "learning" and command is Command.STOP:  # it is over in a second; what was learned is still told
        world.feed(Learned(world.now, {WORDS[0]: recall()}))
    world.run_until_idle()
    assert world.ended
    assert (keys(world)[-1] == "safety_release_anywhere") is (command is Command.PAIN)
    assert len(world.records("rehearsed")) == 1


@pytest.mark.parametrize("answer", [Command.NO, Command.STOP, None])
def test_an_offer_that_is_not_taken_ends_at_once(answer: Command | None) -> None:
    world = begun(offered=True)
    world.run_until_silent()
    assert keys(world) == ["offer"]
    if answer is not None:
        world.hear(answer)
    world.run_until_idle()
    assert how(world) == "declined"
    assert not captures(world) or capturing(world) is None


def test_an_offer_that_is_taken_begins() -> None:
    world = begun(offered=True)
    world.run_until_silent()
    world.hear(Command.YES)
    assert until_capture(world).command is WORDS[0]


def test_what_was_heard_is_told_word_by_word_and_then_what_to_change() -> None:
    world = begun()
    list(whole(world))
    results = [
        recall(),
        recall(by_ears=1, by_own=2, level_dbfs=-50.0),
        recall(takes=0, by_ears=0, by_own=0, problem=Problem.NOISE),
        recall(by_ears=0, by_own=0, over_guide=False),
    ]
    world.run_until_silent()
    world.feed(Learned(world.now, dict(zip(WORDS, results, strict=True))))
    world.run_until_idle()
    told = keys(world)[keys(world).index("learning") + 1 :]
    assert told == [
        "heard_well",
        "heard_sometimes",
        "advice_instead",
        "not_learned",
        "advice_instead",
        "heard_hardly",
        "advice_instead",
        "advice_nearer",
        "advice_noise",
        "advice_volume",
        "kept",
    ]
    assert world.ended
    assert how(world) == "completed"


def test_nothing_kept_is_told() -> None:
    world = begun()
    list(whole(world))
    world.feed(Learned(world.now, {WORDS[0]: recall(problem=Problem.NOISE)}, kept=False))
    world.run_until_idle()
    assert keys(world)[-1] == "not_kept"


def test_what_the_ears_hear_counts_as_much_as_what_was_learned() -> None:
    assert grade(recall(by_ears=3, by_own=0)) == "heard_well"
    assert grade(recall(by_ears=0, by_own=3)) == "heard_well"
    assert grade(recall(by_ears=1, by_own=0)) == "heard_sometimes"
    assert grade(recall(by_ears=0, by_own=0)) == "heard_hardly"
    assert advice({Command.PAIN: recall()}) == []


@pytest.mark.parametrize("language", available_languages())
def test_every_line_can_be_rendered_before_the_first_word(language: str) -> None:
    texts = load_language(language).rehearsal
    rendered = set(everything_rehearsed(texts))
    for key in LINES:
        for command, phrase in texts.words.items():
            for line in texts.lines.lines(key, phrase=phrase, other=texts.instead.get(command)):
                assert line in rendered
    assert all("{" not in text for text in rendered)


@pytest.mark.parametrize("language", available_languages())
def test_the_guide_never_says_a_rehearsed_word_between_two_pauses(language: str) -> None:
    pack = load_language(language)
    for text in everything_rehearsed(pack.rehearsal):
        pieces = {piece.strip().lower() for mark in ".,:;!?" for piece in text.replace(mark, "|").split("|")}
        assert not pieces & set(pack.rehearsal.words.values()), text


def test_s8_what_may_be_a_word_of_pain_outside_of_a_take_stops_the_rehearsal_too() -> None:
    world = begun()
    world.feed(Heard(world.now, None, "ow", "e", Command.PAIN))
    assert world.records("pain")
    world = begun()
    until_capture(world)
    world.feed(Heard(world.now, None, "ow", "e", Command.PAIN))
    assert not world.records("pain"), "it is the word that was asked for"
