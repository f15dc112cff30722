"""Carries the pain conversation out: speaks its lines, keeps its records, and leads the session on afterwards."""

from __future__ import annotations

from functools import partial

from voiceguide.core.actions import Sound
from voiceguide.core.clock import seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.conversation import PainConversation, Turn
from voiceguide.core.interruptions import ANSWER_WITHIN, DOES_IT_HURT, Interruptions
from voiceguide.core.keeping import KEPT_WITHIN, Keeping
from voiceguide.core.pain import KIND_OF, Kind
from voiceguide.core.phrases import Phrases
from voiceguide.core.pressed import Who
from voiceguide.core.safety import REPLY_OF, Outcome, Reply, Stage
from voiceguide.core.scene import Scene
from voiceguide.core.states import BEFORE_THE_WALK, State
from voiceguide.core.walk import Walk

_CONFIRMS = frozenset({Reply.KIND, Reply.UNSURE, Reply.YES})
"""Replies after which a report is as much that of whoever replied."""


class Safeguard:
    """What happens in the session while something hurts.

    Args:
        scene: the session's present.
        walk: the walk along the routine.
        beside: what interrupts it.
        phrases: the language's prompts.
        keeping: whether reports are safe on the disk.

    Attributes:
        talk: the conversation that goes on, None when nothing hurts.
        over: a red flag was raised: rest or the end is all that is left of this session (S4).
        reported: pain was reported, and no hold has begun since.
        asked: it was asked whether something hurts, no voice has denied it, and no hold has begun since.
    """

    def __init__(
        self, scene: Scene, walk: Walk, beside: Interruptions, phrases: Phrases, keeping: Keeping
    ) -> None:
        self.talk: PainConversation | None = None
        self.over = False
        self.reported = False
        self.asked = False
        self._scene = scene
        self._walk = walk
        self._beside = beside
        self._phrases = phrases
        self._keeping = keeping
        self._sharp_reports: dict[str, int] = {}
        self._reports = 0
        self._answers: list[str] = []
        self._said_by = Who.VOICE  # the one to be relied on most who said that it hurts

    @property
    def hurt(self) -> bool:
        """True when something hurt, or may have: until the next hold only a voice leads on (S3)."""
        return self.reported or self.asked

    def settle(self) -> None:
        """Follow what an event has led to."""
        state = self._scene.state
        if state is State.HOLDING:
            self.reported = self.asked = False
        self.reported = self.reported or state is State.SAFETY
        self.asked = self.asked or state in DOES_IT_HURT

    @property
    def releasing(self) -> bool:
        """True while the way out of a position is being said, which nothing interrupts (S5)."""
        return self.talk is not None and self.talk.stage is Stage.RELEASING

    def possible(self, command: Command) -> bool:
        """Tell whether a command answers the conversation now."""
        return self.talk is not None and command in self.talk.answers()

    def hear(self, command: Command, text: str, who: Who = Who.VOICE) -> None:
        """Take a pain phrase, or "yes" to the question whether something hurts, from whatever state (S1)."""
        if self.talk is not None and command in REPLY_OF:
            self._scene.chime(Sound.ACCEPTED)
            self.answer(command, who)
            return
        if who is Who.STRANGER:
            command = Command.PAIN  # what it is like is for the room to say
        talk = self.talk = self.talk or self._open()
        self._beside.suspend(State.SAFETY)
        turn = talk.report(KIND_OF.get(command, Kind.UNKNOWN))
        self._reports += 1
        self._keeping.reported(self._reports)
        self._answers = []
        self._said_by = who
        self._scene.record("pain", **self._report_of(talk), heard=text, **self._walk.where())
        self._scene.breathe_before_speaking()
        self._carry_out(talk, turn)

    def _open(self) -> PainConversation:
        position, side = self._walk.position, self._walk.side
        before = self._sharp_reports.get(position.id, 0) if position else 0
        return PainConversation(self._phrases, position, side, sharp_before=before, already_over=self.over)

    def answer(self, command: Command, who: Who = Who.VOICE) -> None:
        """Take an answer to what was asked."""
        reply, said_by = REPLY_OF[command], self._said_by
        if self.possible(command):
            self._answers.append(command.value)
            if reply in _CONFIRMS:
                self._said_by = max(said_by, who)
        self._tell(reply, KIND_OF.get(command, Kind.UNKNOWN), said_by)

    def not_understood(self, perhaps: Command | None = None) -> None:
        """Take words that are not understood, and what they may have been."""
        self._tell(Reply.PERHAPS_PAIN if perhaps in PAIN_FAMILY else Reply.NOT_UNDERSTOOD)

    def say_again(self) -> None:
        """Say once more what is being asked, if something is."""
        self._tell(Reply.REPEAT)

    def _tell(self, reply: Reply, kind: Kind = Kind.UNKNOWN, said_by: Who | None = None) -> None:
        talk = self.talk
        if talk is None:
            return
        before = talk.kind
        turn = talk.take(reply, kind)
        if turn is None:
            return
        if talk.kind > before or (said_by is not None and self._said_by > said_by):
            self._scene.record("pain_kind", **self._report_of(talk), **self._walk.where())
        self._carry_out(talk, turn)

    def _carry_out(self, talk: PainConversation, turn: Turn) -> None:
        if turn.outcome is not None:
            self._leave(talk, turn.outcome)
            return
        if turn.lines:
            self._scene.wait = None
            self._scene.say(turn.lines, self._spoken)
        self._scene.listen({*talk.answers(), *PAIN_FAMILY, Command.LOUDER, Command.QUIETER})

    def kept(self, report: int) -> None:
        """Take that a report is on the disk: what waited for that follows the way out of the position (S6)."""
        self._keeping.kept(report)
        if not self._keeping.unsafe:
            self._wait_no_longer()

    def cannot_be_kept(self) -> None:
        """Say, after what is being said, that nothing can be written down; nothing waits for the disk any more."""
        self._keeping.lost()
        self._scene.add(self._scene.prompt("history_lost"))
        self._wait_no_longer()

    def _wait_no_longer(self) -> None:
        if self._scene.wait is not None and self._scene.wait[1] == self._not_kept:
            self._scene.wait_for(0, self._spoken)  # in the next silence

    def _not_kept(self) -> None:
        self._scene.record("report_late", report=self._reports, after_s=seconds(KEPT_WITHIN))
        self._keeping.lost()
        self._scene.add(self._scene.prompt("history_lost"))
        self._scene.wait_for(0, self._spoken)

    def _spoken(self) -> None:
        if self.releasing and self._keeping.unsafe:
            self._scene.wait_for(KEPT_WITHIN, self._not_kept)
            return
        self._tell(Reply.SPOKEN)
        if self.talk is not None and self.talk.awaits_answer and not self._scene.lines.busy:
            self._scene.wait_for(ANSWER_WITHIN, self._silence)

    def _silence(self) -> None:
        self._tell(Reply.SILENCE)

    def _report_of(self, talk: PainConversation) -> dict[str, object]:
        pain = {"pain": talk.kind.name.lower(), "over": talk.over}
        return {"report": self._reports, **pain, "by": self._said_by.called}

    def _leave(self, talk: PainConversation, outcome: Outcome) -> None:
        walk, scene, interrupted = self._walk, self._scene, self._beside.interrupted
        closed = {"answers": self._answers, "outcome": outcome.value}
        scene.record("pain_closed", **self._report_of(talk), **closed, **walk.where())
        self.talk = None
        self.over = talk.over
        position, walk.position = walk.position, None  # the release was spoken
        if position is not None:
            self._sharp_reports[position.id] = talk.sharp_reports
        from_the_set_up = partial(walk.introduce, walk.place) if position is None else walk.set_up_gently
        match outcome:
            case Outcome.END:
                walk.finish("pain")
            case Outcome.REST | Outcome.TAKEN_BACK if talk.over:
                self._beside.rest()
            case _ if interrupted is State.FINISHED:
                walk.finish(walk.how if outcome is Outcome.TAKEN_BACK else "pain")
            case _ if interrupted is None or interrupted in BEFORE_THE_WALK:
                walk.wait_for_start()
            case Outcome.REST:
                self._beside.rest_before(from_the_set_up, scene.prompt("paused"))
            case Outcome.TAKEN_BACK:
                self._beside.rest_before(from_the_set_up, scene.prompt("safety_taken_back"))
            case Outcome.AGAIN:
                from_the_set_up()
            case Outcome.CHANGE_SIDE:
                walk.go(walk.course.next_side(walk.place) or walk.course.next_exercise(walk.place))
            case Outcome.SKIP:
                walk.go(walk.course.next_exercise(walk.place))
