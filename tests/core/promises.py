"""The safety promises S1 to S8, as what must hold on every step of a session."""

from __future__ import annotations

from voiceguide.core.actions import Hush, Listen, Record, Say
from voiceguide.core.asking import ASKED_IN
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard, HearingLost, SpeechFinished, Tick, VoiceBegan
from voiceguide.core.interruptions import DOES_IT_HURT, DOUBTS
from voiceguide.core.pressed import Effect, May, When, Who, effect_of, may, when_of, who_of
from voiceguide.core.safety import REPLY_OF, Reply, Stage
from voiceguide.core.states import MAY_BE_A_CRY, TABLE, State, Step
from voiceguide.testing.exploration import Edge

ROUTINE_KEYS = {
    *("breathe_in", "breathe_out", "halfway", "count_3", "count_2", "count_1", "coach", "upcoming"),
    *("setup", "title", "purpose", "begin", "ease_off", "next_repeat", "now_side", "ask_ready", "welcome"),
}
"""Lines that belong to the routine, not to safety."""

OUT_OF_THE_POSITION = {"release", "safety_release_anywhere"}

_BY_NAME = {Command.YES, Command.NO, Command.NO_PAIN}
"""What answers the question whether something was said."""

AFTER_PAIN = {
    *(State.PAUSED, State.QUIET, State.FINISHED, State.WAITING),
    *(State.SETTING_UP, State.CHANGING, State.INTRODUCING),
}
"""Where the pain conversation leads; never into a hold."""

WAITS_FOR_WORDS = {
    *(State.CHECKING, State.WAITING, State.RETURNING, State.PAUSED, State.STOPPING, State.ENDING),
    *(State.SAFETY, State.QUIET, State.DOUBT),
}
"""States that neither time nor noise leads out of, unless into another of them."""


def keep(edge: Edge) -> None:
    """Raise `AssertionError` if a step breaks a promise."""
    s1_first(edge)
    s2_still(edge)
    s3_no_way_back_by_silence(edge)
    s4_red_flags_close(edge)
    s5_release_first(edge)
    s6_kept_before_the_guidance_goes_on(edge)
    s7_no_deaf_guide(edge)
    s8_doubt_means_pause(edge)
    probably_said(edge)
    asked_by_name(edge)
    no_press_answers_for_the_person(edge)
    what_an_unknown_machine_does(edge)
    the_table_of_presses(edge)
    the_recogniser_follows(edge)


def presser(edge: Edge) -> Who:
    """Who has said or pressed something; a voice, too, where nobody has."""
    return who_of(edge.event.engine) if isinstance(edge.event, Heard) else Who.VOICE


def said(edge: Edge) -> list[str]:
    return [action.key for action in edge.actions if isinstance(action, Say)]


def hurts(edge: Edge) -> bool:
    """A report of pain, from outside of the conversation or anew within it."""
    event, before = edge.event, edge.before.state
    if not isinstance(event, Heard) or (presser(edge) is Who.STRANGER and before is State.SAFETY):
        return False  # an unknown machine adds nothing to what is asked already
    return event.command is Command.PAIN or (event.command in PAIN_FAMILY and before is not State.SAFETY)


def s1_first(edge: Edge) -> None:
    if isinstance(edge.event, Heard) and edge.event.command in PAIN_FAMILY:
        assert edge.after.state is State.SAFETY, "S1: from every state"
    if hurts(edge):
        assert any(isinstance(a, Record) and a.kind == "pain" for a in edge.actions), "S1: reported"
        if edge.before._scene.lines.speaking:
            hush = next(n for n, action in enumerate(edge.actions) if isinstance(action, Hush))
            assert edge.actions[hush].at == edge.event.at, "S1: at once"
            assert not any(isinstance(action, Say) for action in edge.actions[:hush]), "S1: silent first"


def s2_still(edge: Edge) -> None:
    if edge.after.state in (State.SAFETY, State.QUIET):
        assert not ROUTINE_KEYS & set(said(edge)), "S2: no routine line"
        assert not any(isinstance(a, Record) and a.kind.startswith("cue") for a in edge.actions), "S2: no cue"
        assert edge.after._walk.hold is None, "S2: no routine time"


def s3_no_way_back_by_silence(edge: Edge) -> None:
    before, after, event = edge.before.state, edge.after.state, edge.event
    if before is State.SAFETY and after is not State.SAFETY:
        talk = edge.before._safeguard.talk
        assert talk is not None
        # "Stop" and "it was nothing" count when what was being said has been said.
        waited = isinstance(event, Tick) and talk.stage is Stage.RELEASING  # for the disk
        kept = (isinstance(event, SpeechFinished) or waited) and talk._noted is not None
        answered = isinstance(event, Heard) and event.command in talk.answers()
        assert kept or answered, "S3: only words lead out"
        assert after in AFTER_PAIN, "S3: never straight into a hold"
    if before in WAITS_FOR_WORDS and not isinstance(event, Heard | SpeechFinished):
        assert after in WAITS_FOR_WORDS, "S3: neither time nor noise leads on"
    if isinstance(event, Heard) and event.command is None and before in WAITS_FOR_WORDS:
        assert after in WAITS_FOR_WORDS, "S3: unknown speech does not lead on"


def s4_red_flags_close(edge: Edge) -> None:
    after, talk = edge.after.state, edge.before._safeguard.talk
    if edge.before._safeguard.over:
        assert after in (State.SAFETY, State.QUIET, State.FINISHED), "S4: rest or the end"
    if talk is None or after is State.SAFETY:
        return
    taken_back = isinstance(edge.event, Heard) and edge.event.command is Command.NO_PAIN and not talk.red_flag
    if talk.over and not taken_back:
        assert after in (State.QUIET, State.FINISHED), "S4: rest or the end"
    closed = [a.fields["outcome"] for a in edge.actions if isinstance(a, Record) and a.kind == "pain_closed"]
    if closed == ["end"]:
        spoken = isinstance(edge.event, SpeechFinished) and talk.stage is Stage.ADVISING
        assert spoken or talk.stage in (Stage.OFFERING, Stage.CLOSED), "S4: no end before the advice was said"


def s5_release_first(edge: Edge) -> None:
    talk = edge.before._safeguard.talk
    if edge.after.state is State.SAFETY and (hurts(edge) or edge.before.state is not State.SAFETY):
        assert said(edge)[0] in OUT_OF_THE_POSITION, "S5: release first"
        position = edge.before._walk.position
        if position is not None:
            texts = [action.text for action in edge.actions if isinstance(action, Say)]
            assert texts[0] in edge.before._walk._phrases.sided(position.release, edge.before._walk.side), (
                "S5: this one"
            )
    elif talk is not None and talk.stage is Stage.RELEASING:
        assert not any(isinstance(action, Hush) for action in edge.actions), "S5: said to its end"


def s6_kept_before_the_guidance_goes_on(edge: Edge) -> None:
    guard = edge.after._safeguard
    if guard._keeping.unsafe:
        assert guard.releasing, "S6: nothing but the way out before the report is on the disk"
        assert edge.after._scene.lines.speaking or edge.after.next_deadline() is not None, "S6: nothing hangs"


def s7_no_deaf_guide(edge: Edge) -> None:
    if edge.after._deafness.deaf:
        assert edge.after.state in WAITS_FOR_WORDS | {State.FINISHED}, "S7: pauses, and nothing leads on"
    if isinstance(edge.event, HearingLost) and edge.after.state is not State.FINISHED:
        assert "hearing_lost" in [key for key, _ in edge.after._scene.lines.unsaid()], "S7: says so"


def s8_doubt_means_pause(edge: Edge) -> None:
    event, before, after = edge.event, edge.before, edge.after
    unclear = isinstance(event, Heard) and event.command is None
    if before.state is State.HOLDING and isinstance(event, Heard) and unclear:
        cry = event.perhaps in MAY_BE_A_CRY
        by_name = event.perhaps is not None and before._asking.can_ask(event.perhaps)
        assert not (cry and by_name), "S8: a cry is asked about as one"
        voice_over = not before._yielding.voice_goes_on  # until then the end of what is being said decides
        if cry or (not by_name and voice_over and len(before._beside._doubts) < DOUBTS):
            assert after.state is State.DOUBT, "S8: doubt means pause"
            assert said(edge) == ["doubt_ask"], "S8: and asks"
    if isinstance(event, Heard) and unclear and event.perhaps in PAIN_FAMILY and not after._deafness.deaf:
        assert after.state in {*DOES_IT_HURT, State.SAFETY}, "S8: what may be pain is asked about everywhere"
    if before.state in DOES_IT_HURT and not (isinstance(event, Heard) and event.command is not None):
        goes = {*DOES_IT_HURT, State.SAFETY, State.PAUSED}
        assert after.state in goes, "S8: only words lead on"
    due = before._yielding.next_deadline()
    if before.state is State.HOLDING and isinstance(event, Tick) and due is not None and due <= event.at:
        asks = len(before._beside._doubts) < DOUBTS
        assert not asks or edge.after.state is not State.HOLDING, "S8: a voice that nobody understood"
    if before.state is State.HOLDING and isinstance(event, Heard) and event.command is Command.STOP:
        assert edge.after.state is State.STOPPING, "stop and pain may be mistaken for each other"
    if isinstance(event, VoiceBegan) and before.state is State.HOLDING:
        assert edge.after.state is State.HOLDING, "a voice alone is no word"


def probably_said(edge: Edge) -> None:
    """What was probably said leads nowhere by itself; a pause in a hold is the one exception."""
    event, before, after = edge.event, edge.before, edge.after
    if not isinstance(event, Heard) or event.command is not None or event.perhaps is None:
        return
    if after._asking.asked is not before._asking.asked is None:
        assert after._asking.asked is event.perhaps, "asked by its name"
        assert (after.state, after._walk.place) == (before.state, before._walk.place), "asked where it was said"
        assert said(edge)[0] == "did_you_say"
        assert event.perhaps not in PAIN_FAMILY, "what may be pain is asked about as pain"
        assert event.perhaps not in MAY_BE_A_CRY or before.state is not State.HOLDING, "and a cry in a hold"
    if before.state in ASKED_IN:
        pauses = before.state is State.HOLDING and TABLE[before.state].get(event.perhaps) is Step.PAUSE
        assert after.state in {before.state, State.DOUBT, State.PAUSED if pauses else before.state}
        assert after._walk.place == before._walk.place


def asked_by_name(edge: Edge) -> None:
    """While it is asked whether something was said, only "yes" or a command moves anything, or the hold itself."""
    event, before, after = edge.event, edge.before, edge.after
    asked = before._asking.asked
    if after._asking.asked is not None:
        assert after.state in ASKED_IN, "asked only where yes and no answer no other question"
        assert after._scene.lines.speaking or after.next_deadline() is not None, "it lapses by itself"
    if asked is None or presser(edge) is not Who.VOICE:
        return
    unmoved = (after.state, after._walk.place) == (before.state, before._walk.place)
    in_a_hold = before._asking._where[0] is State.HOLDING
    match event:
        case Heard(command=Command.NO | Command.NO_PAIN):
            assert unmoved, "no: as it was"
            assert after._asking.asked is None
        case Heard(command=Command.YES) if before._asking.overtaken:
            assert unmoved, "what it would lead on from is over"
        case Heard(command=Command.YES):
            assert after._asking.asked is None
            moves = TABLE[before.state][asked] is Step.SKIP
            assert not moves or not unmoved or after.state is State.FINISHED, "yes: it is done"
        case Heard(command=None):
            assert unmoved or after.state is State.DOUBT or event.perhaps is Command.PAUSE, "unclear: as it was"
        case Heard(command=Command() as command) if command not in TABLE[before.state]:
            assert unmoved, "not possible there"
        case Heard() | HearingLost():
            pass
        case _ if not in_a_hold:
            assert unmoved, "neither time nor noise leads on"


def no_press_answers_for_the_person(edge: Edge) -> None:
    """A press takes no report back, makes no false alarm of one, and leads nowhere after pain (S3)."""
    event, before, after = edge.event, edge.before, edge.after
    guard, then = before._safeguard, after._safeguard
    if after.state in {*DOES_IT_HURT, State.SAFETY}:
        assert then.hurt, "S3: pain, or the question for it, is remembered"
    spoken = isinstance(event, Heard) and presser(edge) is Who.VOICE
    if guard.reported and not then.reported:
        assert after.state is State.HOLDING, "S3: until a hold has begun"
    if guard.asked and not then.asked:
        assert spoken or after.state is State.HOLDING, "S3: until a voice has answered"
    if not isinstance(event, Heard) or spoken:
        return
    closed = [a.fields["outcome"] for a in edge.actions if isinstance(a, Record) and a.kind == "pain_closed"]
    assert set(closed) <= {"rest", "end"}, "S3: a press takes nothing back and leads on from nothing"
    if guard.talk is not None and then.talk is not None:
        assert then.talk._noted in {guard.talk._noted, None, Reply.STOP}, "S3: not later either"
    if guard.hurt:
        where = {*WAITS_FOR_WORDS, State.FINISHED}
        unmoved = (after.state, after._walk.place) == (before.state, before._walk.place)
        assert after._walk.hold is None or before._walk.hold is not None, "S3: no press begins a hold after pain"
        assert unmoved or after.state in where, "S3: no press leads on after pain"
    if before.state in DOES_IT_HURT:
        goes = {*DOES_IT_HURT, State.SAFETY, State.PAUSED, State.FINISHED}
        assert after.state in goes, "S8: no press says that nothing hurts"


def what_an_unknown_machine_does(edge: Edge) -> None:
    """It silences and asks; it ends nothing, and says of no pain what it is like."""
    event, before, after = edge.event, edge.before, edge.after
    if not isinstance(event, Heard) or presser(edge) is not Who.STRANGER:
        return
    if event.command not in PAIN_FAMILY | {Command.STOP}:
        assert edge.actions == [], f"an unknown machine has two buttons: {edge.actions}"
    assert after.state is before.state or after.state in {State.SAFETY, State.STOPPING, State.ENDING}, "it asks"
    assert after._safeguard.over == before._safeguard.over, "S4: it closes no exercise"
    records = [a for a in edge.actions if isinstance(a, Record) and a.kind.startswith("pain")]
    told = [(one.kind, one.fields["pain"], one.fields["by"]) for one in records]
    assert told in ([], [("pain", "unknown", "unknown")]), "it is marked, and says of no pain what it is like"


def the_table_of_presses(edge: Edge) -> None:
    """What the table refuses changes nothing; what it grants is as if a voice had said it."""
    event, before, after = edge.event, edge.before, edge.after
    cell = cell_of(edge)
    if cell is None or not isinstance(event, Heard) or event.command is None:
        return
    unmoved = (after.state, after._walk.place) == (before.state, before._walk.place)
    match may(cell[2], event.command, cell[0], cell[1]):
        case May.NOTHING:
            assert unmoved, "the table: nothing"
            assert edge.actions == [], edge.actions
        case May.ASKS:
            assert unmoved or before.state is State.RETURNING, "the table: the room is asked"
            assert after._scene.lines.busy or before.state in (State.SAFETY, State.FINISHED), "the table: it asks"
        case May.DOES:
            pass


def cell_of(edge: Edge) -> tuple[Effect, When, Who] | None:
    """The cell of the table that an edge is about, None where nothing is pressed that does anything by itself."""
    event, before = edge.event, edge.before
    answers_by_name = before._asking.asked is not None and presser(edge) is not Who.STRANGER
    if not isinstance(event, Heard) or event.command is None or (answers_by_name and event.command in _BY_NAME):
        return None
    talk = before._safeguard.talk
    effect = effect_of(event.command, before.state, talk.stage if talk else None)
    when = when_of(before.state, deaf=before.view(event.at).deaf, hurt=before._safeguard.hurt)
    return None if effect is None else (effect, when, presser(edge))


def the_recogniser_follows(edge: Edge) -> None:
    listened = [action.commands for action in edge.actions if isinstance(action, Listen)]
    if edge.after.state is not edge.before.state:
        assert listened, "a new state listens anew"
    for commands in listened:
        assert commands >= PAIN_FAMILY, "pain is always listened for"
    if edge.after.state is not State.SAFETY:
        answers = {Command.YES, Command.NO, Command.NO_PAIN} if edge.after._asking.asked else set()
        assert edge.after._scene.commands == TABLE[edge.after.state].keys() | answers
        assert not listened or listened[-1] == edge.after._scene.commands
    talk = edge.after._safeguard.talk
    if listened and talk is not None:
        assert listened[-1] >= REPLY_OF.keys() & talk.answers()
        assert Reply.SPOKEN not in REPLY_OF.values()
