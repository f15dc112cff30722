from __future__ import annotations

import pytest
from small_routine import ROUTINE

from voiceguide.core.commands import Command
from voiceguide.core.events import CodeAsked, Heard
from voiceguide.core.memory import Remembered
from voiceguide.core.pressed import LEADS_ON
from voiceguide.core.safety import Stage
from voiceguide.core.session import Session
from voiceguide.core.states import BEFORE_THE_WALK, TABLE, State
from voiceguide.language.pack import load_language
from voiceguide.testing import VirtualSession, spoken_length


def begun(remembered: Remembered | None = None, run_s: float = 30) -> VirtualSession:
    phrases = load_language("en").phrases
    known = {"remembered": remembered} if remembered else {}
    world = VirtualSession(Session(ROUTINE, phrases, spoken_length, first_time=False, **known))
    world.begin()
    world.run(run_s)
    return world


def press(world: VirtualSession, command: Command, by: str = "page") -> None:
    world.feed(Heard(world.now, command, engine=by))


def said_since(world: VirtualSession, number: int) -> list[str]:
    return [line.key for line in world.spoken[number:]]


@pytest.mark.parametrize("by", ["page", "home"])
@pytest.mark.parametrize("command", [c for c in Command if TABLE[State.WAITING].get(c) in LEADS_ON])
def test_a_press_from_elsewhere_only_asks_the_room_to_begin(by: str, command: Command) -> None:
    world = begun()
    world.hear(Command.NO)
    world.run(10)
    before = len(world.spoken)
    press(world, command, by)
    world.run(60)
    assert world.session.state is State.WAITING
    assert said_since(world, before) == ["start_asked"]

    press(world, Command.START, by)  # nobody answers from there, either
    world.run(60)
    assert world.session.state is State.WAITING

    world.hear(Command.START)
    world.run(1)
    assert world.session.state is State.INTRODUCING


def test_the_button_at_the_speaker_begins() -> None:
    world = begun()
    press(world, Command.START, "button")
    assert world.session.state is State.INTRODUCING


def test_no_press_from_elsewhere_leads_out_of_the_questions_before_the_start() -> None:
    for command in Command:
        world = begun(Remembered(sessions=3), 2)
        assert world.session.state is State.CHECKING
        press(world, command)
        world.run(5)
        press(world, command)
        allowed = {*BEFORE_THE_WALK, State.ENDING, State.SAFETY, State.FINISHED}
        assert world.session.state in allowed, command


def in_a_hold() -> VirtualSession:
    world = begun()
    world.hear(Command.START)
    for _ in range(20):
        world.run(10)
        if world.session.state is State.HOLDING:
            return world
        world.hear(Command.READY)
    raise AssertionError("never came to a hold")


def test_after_pain_only_a_voice_leads_on() -> None:
    world = in_a_hold()
    press(world, Command.PAIN)
    assert world.session.state is State.SAFETY
    world.run(15)
    press(world, Command.DULL)  # what it feels like may be pressed
    for _ in range(20):
        world.run(3)
        talk = world.session._safeguard.talk
        assert talk is not None
        if talk.stage is Stage.OFFERING:
            break
    for command in (Command.RESUME, Command.YES, Command.NEXT, Command.SKIP, Command.NEXT_SIDE, Command.START):
        before = len(world.spoken)
        press(world, command)
        world.run(25)
        assert world.session.state is State.SAFETY, command
        assert "safety_offer_go_on" in said_since(world, before), command

    world.hear(Command.RESUME)
    assert world.session.state is not State.SAFETY


@pytest.mark.parametrize("command", [Command.PAIN, Command.STOP, Command.PAUSE, Command.QUIETER])
def test_less_is_never_refused(command: Command) -> None:
    world = in_a_hold()
    before = world.session.state, world.session._volume.gain_db
    press(world, command)
    assert (world.session.state, world.session._volume.gain_db) != before


def test_a_code_is_said_digit_by_digit_while_nothing_goes_on() -> None:
    world = begun()
    world.feed(CodeAsked(world.now, "040913"))
    world.run(20)
    spoken = [line.text for line in world.spoken if line.key == "pairing_digit"]
    assert spoken == list("040913")
    assert world.session.state is State.WAITING


def test_a_code_never_breaks_into_a_hold_or_a_report_of_pain() -> None:
    world = in_a_hold()
    world.feed(CodeAsked(world.now, "040913"))
    world.run(5)
    world.hear(Command.PAIN)
    world.feed(CodeAsked(world.now, "040913"))
    world.run(30)
    assert not [line for line in world.spoken if line.key.startswith("pairing")]


def test_codes_are_said_one_after_the_other() -> None:
    world = begun()
    world.feed(CodeAsked(world.now, "123456"))
    world.run(3)
    world.feed(CodeAsked(world.now, "112233"))
    world.run(60)
    spoken = [line.text for line in world.spoken if line.key == "pairing_digit"]
    assert spoken == list("123456112233")


# --- after pain (S3) ----------------------------------------------------------------------------------------

PRESSERS = ["button", "page", "home", "stranger"]
GOES_ON = [
    Command.RESUME,
    Command.YES,
    Command.READY,
    Command.START,
    Command.NEXT,
    Command.SKIP,
    Command.NEXT_SIDE,
]


def reported(by: str = "script") -> VirtualSession:
    """Pain in a hold, and what it feels like is asked."""
    world = in_a_hold()
    world.feed(Heard(world.now, Command.PAIN, "it hurts", by))
    world.run(30)
    assert stage(world) in {Stage.ASKING, Stage.WAITING}
    return world


def stage(world: VirtualSession) -> Stage | None:
    talk = world.session._safeguard.talk
    return talk.stage if talk is not None else None


@pytest.mark.parametrize("by", PRESSERS)
def test_no_pain_and_continue_by_a_press_lead_nowhere(by: str) -> None:
    world = reported()
    for command in (Command.NO_PAIN, *GOES_ON):
        press(world, command, by)
        world.run(20)
        assert world.session.state is State.SAFETY, command
    assert [record.fields["outcome"] for record in world.records("pain_closed")] == []


@pytest.mark.parametrize("by", PRESSERS)
@pytest.mark.parametrize("command", GOES_ON)
def test_nor_does_continue_after_a_pause_that_follows_pain(by: str, command: Command) -> None:
    world = reported()
    world.hear(Command.NO_PAIN)  # a voice takes it back: a pause follows, and waits for a voice
    world.run(20)
    assert world.session.state is State.PAUSED
    press(world, command, by)
    world.run(60)
    assert world.session.state is State.PAUSED

    world.hear(Command.RESUME)
    world.run(60)
    assert world.session.state is State.SETTING_UP
    press(world, command, by)
    world.run(60)
    assert world.session.state is State.SETTING_UP, "nothing but a spoken ready begins the hold"
    world.hear(Command.READY)
    world.run(20)
    assert world.session.state is State.HOLDING
    press(world, Command.NEXT_SIDE, "page")  # and from here on it is as before
    assert world.session.state is not State.HOLDING


@pytest.mark.parametrize("by", PRESSERS)
@pytest.mark.parametrize("around", [None, Command.PAUSE, Command.REST])
@pytest.mark.parametrize("command", [Command.NO, Command.NO_PAIN, Command.RESUME, Command.READY])
def test_no_press_answers_that_nothing_hurts(by: str, around: Command | None, command: Command) -> None:
    world = in_a_hold()
    world.feed(Heard(world.now, None, "aah", perhaps=Command.PAIN))
    world.run(30)
    assert world.session.state is State.DOUBT
    if around is not None:
        press(world, around, by)  # the way around the question: a pause, and on from there
    for _ in range(2):
        press(world, command, by)
        world.run(40)
    assert world.session.state in {State.DOUBT, State.PAUSED}
    assert world.session._walk.hold is None


def test_an_unknown_machines_stop_ends_nothing() -> None:
    world = in_a_hold()
    for _ in range(20):
        press(world, Command.STOP, "stranger")
        world.run(5)
    assert world.session.state is State.STOPPING
    assert [line.key for line in world.spoken].count("stop_hurts") == 2, "asked, and once more as nobody answers"
    world.hear(Command.NO)
    world.run(10)
    assert world.session.state is State.ENDING
    press(world, Command.STOP, "stranger")
    world.run(5)
    assert world.session.state is State.ENDING


def test_an_unknown_machines_pain_silences_and_asks_and_is_marked() -> None:
    world = in_a_hold()
    for _ in range(40):
        press(world, Command.PAIN, "stranger")
        world.run(3)
    assert world.session.state is State.SAFETY
    assert [record.fields["by"] for record in world.records("pain")] == ["unknown"], "once"
    asked = [line.key for line in world.spoken if line.key.startswith("safety_ask") and not line.cut]
    assert asked == ["safety_ask", "safety_ask_again"], "as often as by a voice, and to the end"
    for command in Command:
        press(world, command, "stranger")
    assert not world.records("pain_closed")
    assert not world.records("pain_kind")


@pytest.mark.parametrize(("answer", "by"), [(Command.DULL, "voice"), (Command.NO, "unknown")])
def test_it_is_the_rooms_report_when_the_room_says_what_it_is_like(answer: Command, by: str) -> None:
    world = reported("stranger")
    world.hear(answer)
    world.run(20)
    world.hear(Command.STOP)
    world.run(60)
    assert world.records("pain")[0].fields["by"] == "unknown"
    assert world.records("pain_closed")[0].fields["by"] == by
