"""The loop around a session: ten milliseconds of sound out, ten in, and what follows from them.

The same loop runs on a sound card, on files and with a simulated person; only the port differs. It never waits
itself: a sound card's `exchange` does. Time is the mouth's count of samples, so the microphone block that comes
back from an exchange belongs to the speaker block that went out.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from voiceguide.audio.port import BLOCK, AudioPort, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.samples import FULL_SCALE
from voiceguide.core.actions import Action, Chime, End, Hush, Listen, Record, Say, SetVolume, Sound
from voiceguide.core.clock import samples, seconds
from voiceguide.core.events import (
    Begun,
    CodeAsked,
    Event,
    Heard,
    HearingBack,
    HearingLost,
    HearingPoor,
    HearingSlow,
    HistoryLost,
    ReportKept,
    SpeechCut,
    SpeechFinished,
    SpeechStarted,
    Tick,
    ToldToEnd,
    Trouble,
    VoiceBegan,
    VoiceEnded,
)
from voiceguide.core.takes import Capture, Learn, Learned, Taken
from voiceguide.core.view import View
from voiceguide.errors import RecogniserError
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.noticed import Remark
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.history.journal import Journal
from voiceguide.presses import Press, Presses
from voiceguide.speaking.mouth import Mouth
from voiceguide.speaking.voice import Samples

VIEW_EVERY = 10
"""Blocks between two looks of a watcher at the session: ten a second."""

LAST_WORDS = samples(1.65)
"""A guide that is told to end has so long to say so: with closing the devices it is gone within two seconds."""

_STUCK_AFTER = 1000

_log = logging.getLogger(__name__)


class Speech(Protocol):
    """What the loop needs of the store of rendered speech."""

    def samples(self, text: str) -> Samples:
        """Return a text as speaker samples at 16 kHz."""
        ...


class Pressed(Protocol):
    """What the loop needs of buttons and the like."""

    def take(self) -> list[Press]:
        """Return what was pressed since the last time, in the order in which it is to be obeyed."""
        ...

    def take_code(self) -> str | None:
        """Return digits to be said for pairing a phone, once; None when nobody asks."""
        ...

    def take_voice(self) -> str | None:
        """Return the voice that was chosen for the next session on, once; None when none was."""
        ...


class Conversation(Protocol):
    """What the loop runs: a session, or a rehearsal before it."""

    def handle(self, event: Event) -> list[Action]:
        """Take one event and return what is to be done, in order."""
        ...

    def next_deadline(self) -> int | None:
        """Return the sample time at which a `Tick` is wanted, None when it waits for an event."""
        ...

    def view(self, at: int) -> View:
        """Return what there is to show at a sample time."""
        ...


class Guide:
    """Runs one session on one audio port.

    Args:
        session: the session, or a rehearsal.
        port: microphone and speaker.
        hearing: what listens; closed with the guide.
        speech: rendered speech.
        chimes: the sounds that answer.
        journal: where events go.
        watch: is shown the session ten times a second.
        capture: is told what a rehearsal wants to have recorded and learned.
        presses: commands that are not spoken.
        begins: sample time at which it begins, where another guide has used the port before.
        late: tells whether the next block will not become sound, because the card did not get it in time.

    Attributes:
        microphone_ended: the microphone's file was over, and so the guide's work.
    """

    def __init__(  # noqa: PLR0913 - the loop is where everything meets
        self,
        session: Conversation,
        *,
        port: AudioPort,
        hearing: Hearing,
        speech: Speech,
        chimes: dict[Sound, Samples],
        journal: Journal,
        watch: Callable[[View], None] | None = None,
        capture: Callable[[Capture | Learn], None] | None = None,
        presses: Pressed | None = None,
        begins: int = 0,
        late: Callable[[], bool] = lambda: False,
    ) -> None:
        self.microphone_ended = False
        self._session = session
        self._port = port
        self._hearing = hearing
        self._speech = speech
        self._chimes = chimes
        self._journal = journal
        self._watch = watch
        self._capture = capture
        self._presses = presses or Presses()
        self._mouth = Mouth(begins)
        self._late = late
        self._says: dict[int, Say] = {}
        self._deaf: RecogniserError | None = None
        self._history_lost: str | None = None
        self._kept: deque[int] = deque()
        self._told_to_end = False
        self._ended = False
        self._since_shown: list[MicrophoneBlock | None] = []
        self._other_voice = False
        self._ends: int | None = None  # sample time by which it has ended, whatever is being said

    @property
    def now(self) -> int:
        """Sample time: how many samples went to the speaker."""
        return self._mouth.now

    def run(self) -> None:
        """Guide the session to its end.

        It ends when the session says so, when it is told to (`tell_to_end`, `leave`), or when the microphone's
        file is over and nothing but words could lead on.

        Raises:
            AudioError: the audio port failed.
            RecogniserError: the recogniser failed; the guide has said so and paused before.
        """
        self._happen(Begun(self.now))
        blocks = 0
        while not self._ended and (self._ends is None or self.now < self._ends):
            block = self._speak(BLOCK)
            frame = self._port.exchange(block)
            if self._nothing_to_come():
                if self._deaf is not None:
                    raise self._deaf
                if frame is None:
                    self.microphone_ended = True
                    self._journal.write(self.now, "microphone_ended")
                    break
            for press in self._presses.take():
                self._happen(Heard(self.now, press.command, press.text, press.by))
            if (digits := self._presses.take_code()) is not None:
                self._happen(CodeAsked(self.now, digits))
            if (voice := self._presses.take_voice()) is not None:
                self._journal.write(self.now, "voice_chosen", voice=voice)
            self._listen(frame, block)
            while self._kept:
                self._happen(ReportKept(self.now, self._kept.popleft()))
            if self._history_lost is not None:
                reason, self._history_lost = self._history_lost, None
                self._happen(HistoryLost(self.now, reason))
            if self._told_to_end and self._ends is None:
                self._ends = self.now + LAST_WORDS
                self._happen(ToldToEnd(self.now))
            if self._watch is not None:
                self._since_shown.append(frame)
                if blocks % VIEW_EVERY == 0:
                    level_dbfs = _dbfs(self._since_shown)
                    self._since_shown.clear()
                    self._show(replace(self._session.view(self.now), level_dbfs=level_dbfs))
            blocks += 1

    def history_lost(self, reason: str) -> None:
        """Say with the next block that what happens cannot be written down. From any thread."""
        self._history_lost = reason

    def report_kept(self, report: int) -> None:
        """Tell the session with the next block that a report is on the disk (S6). From any thread."""
        self._kept.append(report)

    def tell_to_end(self) -> None:
        """End with a last word, within `LAST_WORDS` of the next block. May be called from a signal's handler."""
        self._told_to_end = True

    def leave(self) -> None:
        """End after this block without a word. May be called from a signal's handler."""
        self._ended = True

    def close(self) -> None:
        """Stop listening. The port and the recogniser belong to who made them."""
        self._hearing.close()

    def _show(self, view: View) -> None:
        if self._watch is None:
            return
        try:
            self._watch(replace(view, other_voice=self._other_voice))
        except Exception:  # noqa: BLE001 - whatever it is, the session goes on
            _log.exception("What shows the session failed and is shown nothing more. The session goes on.")
            self._watch = None

    def _nothing_to_come(self) -> bool:
        return self._mouth.next_boundary() is None and self._session.next_deadline() is None

    def _speak(self, count: int) -> SpeakerBlock:
        """Render the next samples, stopping at every moment at which something happens."""
        mouth, end = self._mouth, self._mouth.now + count
        parts = []
        late = self._late()
        while mouth.now < end:
            self._keep_up()
            if late:
                self._say_later(end)
            moments = (self._session.next_deadline(), mouth.next_boundary(), end)
            stop = min(moment for moment in moments if moment is not None)
            parts.append(mouth.render(min(stop, end) - mouth.now))
        self._keep_up()
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _say_later(self, at: int) -> None:
        """Say what would not be heard now from sample `at` on, from its beginning."""
        for utterance in self._mouth.put_off(at):
            self._journal.write(self.now, "say_late", **self._said(utterance))

    def _keep_up(self) -> None:
        """Tell the session what happened up to now, until nothing more follows at this sample."""
        for _ in range(_STUCK_AFTER):
            reports = self._mouth.reports()
            for report in reports:
                self._happen(report)
            due = self._session.next_deadline()
            if due is not None and due <= self._mouth.now:
                self._happen(Tick(self._mouth.now))
            elif not reports:
                return
        raise RuntimeError(
            f"the session is stuck at sample {self._mouth.now}: it asks for the same moment for ever"
        )

    def _listen(self, frame: MicrophoneBlock | None, spoken: SpeakerBlock) -> None:
        if self._deaf is not None:
            return
        try:
            noticed = self._hearing.accept(frame, spoken)
        except RecogniserError as error:
            # A guide that cannot hear pain does not go on (S7).
            self._deaf = error
            self._happen(HearingLost(self.now, str(error), Trouble.RECOGNISER))
            return
        for one in noticed:
            match one:
                case Verdict(heard=None):
                    self._journal.write(self.now, "not_heard", **_claimed(one))
                case Verdict(heard=Heard() as heard):
                    self._happen(replace(heard, at=self.now))
                case Remark(kind=kind, fields=fields):
                    self._journal.write(self.now, kind, **fields)
                case Verdict():
                    pass
                case event:
                    self._happen(replace(event, at=self.now))

    def _happen(self, event: Event) -> None:
        if isinstance(event, VoiceBegan | VoiceEnded):
            self._other_voice = isinstance(event, VoiceBegan)
        self._write_down(event)
        for action in self._session.handle(event):
            self._do(action)

    def _do(self, action: Action) -> None:
        match action:
            case Say(at=at, utterance=utterance, text=text):
                self._says[utterance] = action
                self._mouth.say(utterance, self._speech.samples(text), at)
            case Hush(at=at):
                self._mouth.hush(at)
            case Chime(at=at, sound=sound):
                self._journal.write(at, "chime", sound=sound.value)
                self._mouth.chime(self._chimes[sound], at)
            case Listen(commands=commands, hold=hold) if self._deaf is None:
                self._hearing.listen_for(commands, hold=hold)
            case SetVolume(gain_db=gain_db):
                self._mouth.set_gain_db(gain_db)
            case Record(at=at, kind=kind, fields=fields):
                self._journal.write(at, kind, **fields)
            case Capture() | Learn():
                if self._capture is not None:
                    self._capture(action)
            case End():
                self._ended = True

    def _write_down(self, event: Event) -> None:
        match event:
            case Heard(at=at):
                self._journal.write(at, "heard", **_words(event))
            case SpeechStarted(at=at, utterance=utterance):
                say = self._says[utterance]
                late = seconds(at - say.at)
                self._journal.write(
                    at, "say_started", **self._said(utterance), wanted_s=seconds(say.at), late_s=late
                )
            case SpeechFinished(at=at, utterance=utterance):
                self._journal.write(at, "say_finished", **self._said(utterance))
            case SpeechCut(at=at, utterance=utterance):
                self._journal.write(at, "say_cut", **self._said(utterance))
            case ReportKept(at=at, report=report):
                self._journal.write(at, "report_kept", report=report)
            case HearingLost() | HearingSlow() | HearingPoor() | HearingBack() | HistoryLost() | ToldToEnd():
                pass  # the session records what follows from them
            case VoiceBegan() | VoiceEnded() | CodeAsked() | Taken() | Learned() | Begun() | Tick():
                pass

    def _said(self, utterance: int) -> dict[str, object]:
        say = self._says[utterance]
        return {"utterance": utterance, "key": say.key, "text": say.text}


def _dbfs(frames: list[MicrophoneBlock | None]) -> float | None:
    heard = [frame for frame in frames if frame is not None]
    together = np.concatenate(heard) if heard else np.zeros(1, np.int16)
    peak = max(int(together.max()), -int(together.min()))
    return 20 * math.log10(peak / FULL_SCALE) if peak else None


def _words(heard: Heard) -> dict[str, object]:
    command = heard.command.value if heard.command else None
    perhaps = heard.perhaps.value if heard.perhaps else None
    return {"command": command, "text": heard.text, "engine": heard.engine, "perhaps": perhaps}


def _claimed(verdict: Verdict) -> dict[str, object]:
    command = verdict.command.value if verdict.command else None
    return {
        "command": command,
        "text": verdict.text,
        "engine": verdict.engine,
        "sure": round(verdict.sure, 3),
        "why": verdict.rule.value,
    }
