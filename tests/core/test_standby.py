"""Standby as a conversation: who is answered, who is not, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceguide.core.actions import Action, Chime, End, Say, SetVolume
from voiceguide.core.clock import samples, seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import (
    CodeAsked,
    Event,
    Heard,
    HearingBack,
    HearingLost,
    HearingPoor,
    Poor,
    ToldToEnd,
    Trouble,
)
from voiceguide.core.memory import Remembered
from voiceguide.core.patience import PATIENCE, PATIENCE_AT_MOST
from voiceguide.core.pressed import Who
from voiceguide.core.standby import (
    ANSWER_WITHIN,
    ATTENTIVE,
    LINES,
    Offer,
    Standby,
    Wanted,
    everything_said_in_standby,
)
from voiceguide.core.states import State
from voiceguide.core.volume import STEP_DB, Volume
from voiceguide.language.pack import load_language
from voiceguide.testing import VirtualSession

EN = load_language("en")
OFFERS = [
    Offer("long", "The long routine", "long one"),
    Offer("short", "The short routine", "short one"),
    Offer("nameless", "The nameless"),
]
NAMED = {"start long one": "long", "start short one": "short"}


@dataclass
class World(VirtualSession):
    """The world of a standby."""

    def say(self, command: Command, text: str = "", by: str = "script") -> list[Action]:
        """Let a command be heard, or pressed."""
        return self.feed(Heard(self.now, command, text or command.value, by))

    @property
    def wanted(self) -> Wanted | None:
        return self.session.wanted  # type: ignore[attr-defined,no-any-return]

    def told(self) -> list[str]:
        playing = [self.playing.key] if self.playing else []
        return [key.removeprefix("standby_") for key in [*(one.key for one in self.spoken), *playing]]

    def stages(self) -> list[str]:
        return [str(record.fields["stage"]) for record in self.records("standby")]


def perhaps_pain(world: World) -> None:
    world.feed(Heard(world.now, None, "plain", "script", perhaps=Command.PAIN))


def begun(
    *,
    remembered: Remembered = Remembered(),  # noqa: B008 - frozen
    volume: Volume | None = None,
    announced: bool = False,
    troubles: tuple[Trouble, ...] = (),
) -> World:
    standby = Standby(
        EN.standby.lines,
        EN.phrases,
        OFFERS,
        named=NAMED.get,
        remembered=lambda: remembered,
        volume=volume or Volume(),
        troubles=troubles,
        announced=announced,
    )
    world = World(standby)  # type: ignore[arg-type]
    world.begin()
    return world


def asked(text: str = "") -> World:
    world = begun()
    world.say(Command.START, text)
    world.run_until_silent()
    return world


def test_it_waits_in_silence_for_start_and_asks() -> None:
    world = begun()
    world.run(3600)
    assert world.told() == []
    assert world.listening_for() == {Command.START, Command.HELP, Command.LAST_TIME}
    world.say(Command.START)
    world.run_until_silent()
    assert [one.text for one in world.spoken] == ["Shall we start The long routine? Please answer with yes or no."]


def test_yes_begins_the_session_after_the_chime() -> None:
    world = asked()
    at = world.now
    world.say(Command.YES)
    assert not world.ended, "the chime that answers must not be cut off"
    world.run_until_idle()
    assert world.ended
    assert world.wanted == Wanted("long")
    assert 0 < world.now - at < samples(0.5)


def test_start_once_more_means_yes() -> None:
    world = asked()
    world.say(Command.START)
    world.run_until_idle()
    assert world.wanted == Wanted("long")


def test_a_routine_is_asked_for_by_name() -> None:
    world = asked("start short one")
    assert world.spoken[-1].text.startswith("Shall we start The short routine?")
    world.say(Command.YES)
    world.run_until_idle()
    assert world.wanted == Wanted("short")


def test_another_name_changes_the_question() -> None:
    world = asked()
    world.say(Command.START, "start short one")
    world.run_until_silent()
    assert not world.ended
    assert world.spoken[-1].text.startswith("Shall we start The short routine?")


@pytest.mark.parametrize("answer", [Command.NO, Command.STOP])
def test_no_and_stop_go_back_to_waiting(answer: Command) -> None:
    world = asked()
    world.say(answer)
    world.run_until_silent()
    assert world.told() == ["ask", "declined"]
    assert world.stages() == ["waiting", "asking", "waiting"]


def test_silence_goes_back_to_waiting_without_a_word() -> None:
    world = asked()
    world.run_until_idle()
    assert world.told() == ["ask"]
    assert world.stages() == ["waiting", "asking", "waiting"]
    assert world.now - world.spoken[-1].ends == ANSWER_WITHIN


def test_start_is_answered_however_often_nobody_said_yes() -> None:
    world = begun()
    for _ in range(20):
        world.say(Command.START)
        world.run_until_idle()
    assert world.told() == ["ask"] * 20


def test_what_is_not_understood_is_answered_by_a_sound_to_a_question_and_not_at_all_without() -> None:
    world = begun()
    assert world.hear(None, "the news at ten") == []
    world.say(Command.START)
    assert [type(one) for one in world.hear(None, "perhaps")] == [Chime]


def test_a_press_from_elsewhere_asks_but_only_the_room_answers() -> None:
    world = begun()
    world.say(Command.START, by="page")
    world.run_until_silent()
    for command in (Command.START, Command.YES):
        world.say(command, by="page")
        world.run_until_silent()
    assert world.wanted is None
    assert world.told() == ["ask", "ask", "ask"]
    world.say(Command.NO, by="page")
    assert world.stages()[-1] == "waiting"
    world.say(Command.START, by="button")
    world.say(Command.YES, by="button")
    world.run_until_idle()
    assert world.wanted == Wanted("long"), "the button is at the speaker, and so is who presses it"


@pytest.mark.parametrize("by", ["page", "home", "button", "stranger"])
@pytest.mark.parametrize("command", [Command.NO, Command.NO_PAIN, Command.STOP])
def test_no_press_takes_back_that_something_hurts(by: str, command: Command) -> None:
    world = begun()
    world.say(Command.PAIN)
    world.run_until_silent()
    world.say(command, by=by)
    assert world.stages()[-1] == "hurts"
    world.run_until_silent()
    assert world.told().count("no_pain") == 0
    world.say(Command.YES)
    world.run_until_idle()
    assert world.wanted == Wanted("long", Command.PAIN)


@pytest.mark.parametrize("command", list(Command))
def test_an_unknown_machine_only_makes_it_ask(command: Command) -> None:
    world = begun()
    for _ in range(3):
        world.say(command, by="stranger")
        world.run(2)
    assert world.told() == (["hurts"] if command in PAIN_FAMILY else [])
    world.run_until_idle()
    assert world.wanted is None
    assert world.stages()[-1] == "waiting"


def test_an_unknown_machine_does_not_keep_it_talking() -> None:
    world = begun()
    for _ in range(3600):
        world.say(Command.PAIN, by="stranger")
        world.run(1)
    assert world.told().count("hurts") == 6, "two lines, three times in an hour: it heeds them less each time"
    world.say(Command.PAIN)
    world.run_until_silent()
    assert world.stages()[-1] == "hurts", "a voice is always heard"


@pytest.mark.parametrize(
    ("first", "then", "by"),
    [
        ("stranger", "script", Who.VOICE),
        ("stranger", "page", Who.PAIRED),
        ("page", "page", Who.PAIRED),
        ("page", "script", Who.VOICE),
        ("script", "page", Who.VOICE),
    ],
)
def test_the_session_is_told_who_said_that_it_hurts(first: str, then: str, by: Who) -> None:
    world = begun()
    world.say(Command.PAIN, by=first)
    world.run_until_silent()
    world.say(Command.YES, by=then)
    world.run_until_idle()
    assert world.wanted == Wanted("long", Command.PAIN, by)


def test_a_code_is_said_to_its_end_whoever_asks_for_another() -> None:
    world = begun()
    world.feed(CodeAsked(world.now, "123456"))
    world.run(3)
    world.feed(CodeAsked(world.now, "112233"))
    world.run_until_idle()
    assert [one.text for one in world.spoken if one.key == "pairing_digit"] == list("123456112233")


class TestPain:
    def test_is_asked_about_and_begins_the_sessions_own_conversation(self) -> None:
        world = begun()
        world.say(Command.SHARP)
        world.run_until_silent()
        assert world.told() == ["hurts", "hurts"]
        world.say(Command.YES)
        world.run_until_idle()
        assert world.wanted == Wanted("long", Command.SHARP)

    @pytest.mark.parametrize("again", sorted(PAIN_FAMILY))
    def test_said_again_is_a_yes(self, again: Command) -> None:
        world = begun()
        world.say(Command.PAIN)
        world.say(again)
        world.run_until_idle()
        assert world.wanted == Wanted("long", again)

    @pytest.mark.parametrize("answer", [Command.NO, Command.NO_PAIN, Command.STOP])
    def test_taken_back_leads_to_waiting(self, answer: Command) -> None:
        world = begun()
        world.say(Command.PAIN)
        world.run_until_silent()
        world.say(answer)
        world.run_until_silent()
        assert world.told() == ["hurts", "hurts", "no_pain"]

    def test_in_the_question_whether_to_begin_is_asked_about_first(self) -> None:
        world = asked()
        world.say(Command.PAIN)
        world.run_until_silent()
        world.say(Command.START)
        assert world.wanted is None, "nothing begins while it is not known whether something hurts"
        assert world.stages()[-1] == "hurts"

    def test_is_always_asked_about_however_often_nobody_answered(self) -> None:
        world = begun()
        for _ in range(9):
            world.say(Command.PAIN)
            world.run_until_silent()
            assert world.stages()[-1] == "hurts"
            world.run_until_idle()

    def test_that_was_likely_answers_the_question_whether_something_hurts(self) -> None:
        world = begun()
        perhaps_pain(world)
        assert world.stages()[-1] == "hurts"
        perhaps_pain(world)
        assert world.wanted == Wanted("long", Command.PAIN)

    def test_that_was_only_likely_and_nobody_confirms_is_asked_about_ever_more_seldom(self) -> None:
        world, silent_for = begun(), PATIENCE
        for _ in range(9):
            perhaps_pain(world)
            assert world.playing is None
            world.run_until_idle()
            world.now += silent_for - 1
            before = len(world.spoken)
            perhaps_pain(world)
            world.run_until_idle()
            assert len(world.spoken) == before, "a television was answered"
            world.now += 1
            silent_for = min(2 * silent_for, PATIENCE_AT_MOST)
        assert silent_for == PATIENCE_AT_MOST

    def test_is_asked_about_at_once_when_somebody_is_there(self) -> None:
        world = begun()
        world.say(Command.PAIN)
        world.run_until_idle()
        world.say(Command.START)
        world.say(Command.NO)
        world.say(Command.PAIN)
        world.run_until_silent()
        assert world.stages()[-1] == "hurts"


def test_help_tells_what_can_be_started_and_how() -> None:
    world = begun()
    world.say(Command.HELP)
    world.run_until_silent()
    assert world.told() == ["help", "help_name", "help_name"]
    assert "short one" in world.spoken[-1].text


def test_the_last_time_is_told_as_of_the_moment_of_the_question() -> None:
    world = begun(remembered=Remembered(today=9, last_day=8))
    world.say(Command.LAST_TIME)
    world.run_until_silent()
    assert world.told() == ["last_yesterday"]


def test_the_volume_is_changed_only_while_somebody_is_being_talked_to() -> None:
    world = begun(volume=Volume(-6.0))
    assert [one.gain_db for one in world.actions if isinstance(one, SetVolume)] == [-6.0]
    assert not world.say(Command.LOUDER)
    world.say(Command.HELP)
    world.run_until_silent()
    world.say(Command.LOUDER)
    (record,) = world.records("volume")
    assert record.fields == {"gain_db": -6.0 + STEP_DB}
    world.run_until_idle()
    assert Command.LOUDER not in world.listening_for()


def test_it_says_once_that_it_is_there_and_listens_attentively_for_a_while() -> None:
    world = begun(announced=True)
    world.run_until_silent()
    assert world.told() == ["here"]
    assert Command.QUIETER in world.listening_for()
    ends = world.now
    world.run_until_idle()
    assert world.now - ends == ATTENTIVE
    assert Command.QUIETER not in world.listening_for()


class TestDeaf:
    def test_it_says_so_once_and_begins_nothing(self) -> None:
        world = begun()
        for _ in range(2):
            world.feed(HearingLost(world.now, "nothing comes", Trouble.CARD))
        world.run_until_silent()
        assert world.told() == ["deaf", "hearing_lost_card"]
        world.say(Command.START, by="button")
        world.say(Command.START, by="button")
        world.run_until_silent()
        assert world.wanted is None
        assert world.stages() == ["waiting"]

    def test_it_hears_again_when_the_last_trouble_is_over(self) -> None:
        world = begun()
        world.feed(HearingLost(world.now, "", Trouble.CARD))
        world.feed(HearingLost(world.now, "", Trouble.MICROPHONE))
        world.run_until_silent()
        world.feed(HearingBack(world.now, Trouble.CARD))
        assert "hears_again" not in world.told()
        world.feed(HearingBack(world.now, Trouble.MICROPHONE))
        world.run_until_silent()
        assert world.told()[-1] == "hears_again"
        world.say(Command.START)
        assert world.stages()[-1] == "asking"

    def test_what_was_wrong_before_is_still_wrong(self) -> None:
        world = begun(troubles=(Trouble.CARD,))
        assert world.told() == []
        world.say(Command.START, by="button")
        assert world.stages() == ["waiting"]
        world.feed(HearingBack(world.now, Trouble.CARD))
        world.run_until_silent()
        assert world.told()[-1] == "hears_again"


@pytest.mark.parametrize("why", list(Poor))
def test_a_poor_microphone_is_told_and_changes_nothing(why: Poor) -> None:
    world = begun()
    world.feed(HearingPoor(world.now, why))
    world.run_until_silent()
    assert world.told() == [f"hearing_{why.value}"]
    world.say(Command.START)
    world.feed(HearingPoor(world.now, why))
    world.run_until_silent()
    assert world.told()[1:] == [f"hearing_{why.value}", "ask"], "the question is asked all the same"
    world.say(Command.YES)
    assert world.wanted == Wanted("long")


def test_told_to_end_it_says_so_and_ends_whatever_comes_then() -> None:
    world = asked()
    world.feed(ToldToEnd(world.now))
    world.say(Command.YES)
    world.run_until_idle()
    assert world.ended
    assert world.wanted is None
    assert world.told() == ["ask", "stopping_now"]


def test_nothing_that_was_heard_is_shown() -> None:
    world = begun()
    world.say(Command.HELP, "what can i say")
    view = world.session.view(world.now)
    assert view.standby
    assert view.state is State.WAITING
    assert view.heard == ""
    assert view.saying


def test_every_line_is_known_beforehand() -> None:
    said = set(everything_said_in_standby(EN.standby.lines, EN.phrases, OFFERS))
    for key in LINES:
        assert any(line.split("{")[0] in text for line in EN.standby.lines.prompts[key] for text in said), key


STEPS = st.one_of(
    st.sampled_from([*Command, Command.START, Command.START, Command.YES]).map(lambda one: ("hear", one)),
    st.sampled_from([("hear", None), ("idle", None), ("lost", None), ("back", None)]),
    st.floats(0.0, 40.0).map(lambda length_s: ("run", length_s)),
)


@dataclass
class Judged(World):
    """Keeps account of what must follow from what."""

    troubles: set[Trouble] = field(default_factory=set)

    def feed(self, event: Event) -> list[Action]:
        waited = self.wanted is None
        actions = super().feed(event)
        if isinstance(event, Heard) and event.command is Command.START and waited and not self.troubles:
            assert any(isinstance(one, Say | Chime) for one in actions), "start was not answered"
        if self.wanted is not None and any(isinstance(one, End) for one in actions):
            assert not self.troubles, "a session began that cannot hear"
        return actions


@settings(max_examples=200)
@given(steps=st.lists(STEPS, max_size=40))
def test_random_evenings(steps: list[tuple[str, object]]) -> None:
    standby = begun().session
    world = Judged(standby)
    said = set(everything_said_in_standby(EN.standby.lines, EN.phrases, OFFERS))
    for step in steps:
        if world.ended:
            break
        match step:
            case ("hear", Command() | None as command):
                world.hear(command)
            case ("run", float() as length_s):
                world.run(length_s)
            case ("lost", _):
                world.troubles.add(Trouble.CARD)
                world.feed(HearingLost(world.now, "", Trouble.CARD))
            case ("back", _):
                world.troubles.discard(Trouble.CARD)
                world.feed(HearingBack(world.now, Trouble.CARD))
            case _:
                world.run_until_idle()
    world.run_until_idle()
    assert world.ended is (world.wanted is not None)
    if world.wanted is None:
        assert world.stages()[-1:] in ([], ["waiting"]), "it always comes back to waiting"
        assert world.session.next_deadline() is None
    ours = {one.text for one in world.spoken if one.key.startswith("standby_")}
    assert ours <= said


def perhaps(world: World, text: str = "") -> list[Action]:
    return world.feed(Heard(world.now, None, text, "script", perhaps=Command.START))


def test_what_is_probably_start_is_asked_about_and_begins_nothing_by_itself() -> None:
    world = begun()
    perhaps(world, "start short one")
    world.run_until_silent()
    assert world.told()[-1] == "ask"
    assert world.spoken[-1].text == "Shall we start The short routine? Please answer with yes or no."
    perhaps(world)
    assert world.wanted is None
    world.say(Command.YES)
    assert world.wanted == Wanted("short")


def test_a_television_that_probably_says_start_is_asked_less_and_less_often() -> None:
    world = begun()
    perhaps(world)
    world.run(60)
    assert world.stages()[-1] == "waiting"
    assert perhaps(world) == []
    world.run(seconds(PATIENCE))
    assert perhaps(world)


def test_while_deaf_nothing_is_asked_about() -> None:
    world = begun(troubles=(Trouble.MICROPHONE,))
    assert perhaps(world) == []
