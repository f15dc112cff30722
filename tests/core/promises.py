"""The safety promises S1 to S8, as what must hold on every step of a session."""

from __future__ import annotations

from voiceguide.core.actions import Hush, Listen, Record, Say
from voiceguide.core.asking import ASKED_IN
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard, HearingLost, SpeechFinished, Tick, VoiceBegan
from voiceguide.core.interruptions import DOES_IT_HURT, DOUBTS
from voiceguide.core.safety import REPLY_OF, Reply, Stage
from voiceguide.core.states import MAY_BE_A_CRY, TABLE, State, Step
from voiceguide.testing.exploration import Edge

ROUTINE_KEYS = {
    *("breathe_in", "breathe_out", "halfway", "count_3", "count_2", "count_1", "coach", "upcoming"),
    *("setup", "title", "purpose", "begin", "ease_off", "next_repeat", "now_side", "ask_ready", "welcome"),
}
"""Lines that belong to the routine, not to safety."""

OUT_OF_THE_POSITION = {"release", "safety_release_anywhere"}

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
    the_recogniser_follows(edge)


def said(edge: Edge) -> list[str]:
    return [action.key for action in edge.actions if isinstance(action, Say)]


def hurts(edge: Edge) -> bool:
    """A report of pain, from outside of the conversation or anew within it."""
    event, before = edge.event, edge.before.state
    if not isinstance(event, Heard):
        return False
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
    if asked is None:
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
