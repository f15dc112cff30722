"""The guide that stays: waits to be asked, guides a session, waits again, on one sound card and one clock.

Ears and voice are made once. What comes and goes is the conversation that the loop in `guide.py` runs, Standby or
a Session, and for a session its place in the history. Before the first session a Rehearsal is offered; the ears
are made anew after it, with what it has taught them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from voiceguide.app import ears_of, late_of, watch_of, words_of
from voiceguide.audio.port import AudioPort
from voiceguide.companions.companion import Companion
from voiceguide.core.actions import Sound
from voiceguide.core.events import Trouble
from voiceguide.core.memory import NOTHING, Remembered
from voiceguide.core.pressed import STRANGER, Who
from voiceguide.core.rehearsal import Rehearsal
from voiceguide.core.session import Session
from voiceguide.core.standby import Standby, Wanted
from voiceguide.core.takes import Capture, Learn
from voiceguide.core.view import View
from voiceguide.core.volume import AS_CHOSEN, Loudness, Volume
from voiceguide.guide import Conversation, Guide
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Listening
from voiceguide.hearing.enrolment.capture import Capturing
from voiceguide.hearing.enrolment.templates import place
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.health.microphone import MicrophoneWatch
from voiceguide.hearing.health.missing import missing_parts
from voiceguide.hearing.noticed import Remark
from voiceguide.hearing.vad.dozing import Dozing
from voiceguide.history.history import History
from voiceguide.history.journal import Journal
from voiceguide.history.recollection import Recollection
from voiceguide.presses import Presses
from voiceguide.service.absence import Absence
from voiceguide.service.audience import Audience
from voiceguide.service.ready import Ready
from voiceguide.service.voices import Voices
from voiceguide.speaking.chimes import chime

OF_THE_EARS = frozenset({Trouble.MACHINE, Trouble.RECOGNISER})
"""Troubles that are over when the ears are others."""

STANDBY = "standby"
"""Who hands a report of pain over to the session, in the records."""

_SAID_BY = {Who.VOICE: STANDBY, Who.HERE: "button", Who.PAIRED: "page", Who.STRANGER: STRANGER}


class Service:
    """Guides whoever asks, one session after the other, until it is told to end.

    A context manager: leaving it ends the ears and the companions. The port and what is ready are their owner's.

    Args:
        ready: routines, voice and recogniser, with everything rendered.
        port: microphone and speaker, for all the time.
        journal: where events go.
        history: file in which sessions are kept; None keeps nothing.
        companions: told of everything; closed with this.
        presses: commands that are not spoken.
        live: the port is a sound card: listen in threads, in a room that carries the guide's own voice.
        cancel_echo: take the guide's own voice out of a live microphone.
        loudness: is asked before each session how softly the guide may speak here and now.

    Attributes:
        in_session: somebody is being guided; still true when that ended with an error.

    Raises:
        RecogniserError: the ears cannot be loaded.
    """

    def __init__(  # noqa: PLR0913 - what a guide can be given, as in `app.Prepared.guide`
        self,
        ready: Ready,
        port: AudioPort,
        journal: Journal,
        *,
        history: Path | None,
        companions: Iterable[Companion] = (),
        presses: Presses | None = None,
        live: bool,
        cancel_echo: bool = True,
        loudness: Callable[[], Loudness] = lambda: AS_CHOSEN,
    ) -> None:
        self._ready = ready
        self._rehearses = ready.rehearses
        self._port = port
        self._journal = journal
        self._memory = None if history is None else Recollection(history, ready.routines, live=live)
        self._audience = Audience(companions, live=live)
        self._presses = presses or Presses()
        self._loudness = loudness
        self._chimes = {sound: chime(sound) for sound in Sound}
        prepared = ready.prepared
        self._voices = Voices(
            prepared.language.language, prepared.voice.name, prepared.speech, ready.everything_said()
        )
        self._absence = Absence()
        self._now = 0
        self._guide: Guide | None = None
        self._kept: History | None = None
        self._told_to_end = False
        self.in_session = False
        # What a conversation leaves to the next one.
        self._introduced = False
        self._volume_db: float | None = None
        self._troubles: set[Trouble] = set()
        self._hurts = False
        self._live = live
        self._cancels_echo = live and cancel_echo
        self._watch = MicrophoneWatch() if live else None
        self._card_watch = watch_of(port)
        self._front_end = FrontEnd() if self._cancels_echo else None
        self._listen()
        self._hearing = self._chain(self._dozing, missing_parts(self._front_end))
        # Each apart, so that none can keep the others from being told. A report of pain is on the disk first (S6).
        for watcher in (self._keep, self._take_note, self._absence.notice, self._audience.notice):
            journal.watch(watcher)

    def run(self) -> None:
        """Wait and guide, in turn, until told to end or until the microphone's file is over.

        Raises:
            AudioError: the audio port failed for good.
            RecogniserError: the recogniser failed; the guide has said so before.
        """
        announced = True
        while not self._told_to_end:
            wanted, goes_on = self._stand_by(announced=announced)
            if not goes_on:
                return
            announced = False
            if wanted is None:  # hearing was lost in the block in which standby came to its end
                continue
            if self._rehearses and wanted.pain is None and not self._rehearse():
                continue
            if not self._session(wanted):
                return

    def tell_to_end(self) -> None:
        """End with a last word. May be called from a signal's handler."""
        self._told_to_end = True
        if self._guide is not None:
            self._guide.tell_to_end()

    def leave(self) -> None:
        """End at once. May be called from a signal's handler."""
        self._told_to_end = True
        if self._guide is not None:
            self._guide.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and tell the companions to stop."""
        with ExitStack() as everything:
            if self._memory is not None:
                everything.callback(self._memory.close)
            everything.callback(self._audience.close)
            everything.callback(self._hearing.close)
            everything.callback(self._voices.close)

    # --- the two conversations -------------------------------------------------------------------------------

    def _stand_by(self, *, announced: bool) -> tuple[Wanted | None, bool]:
        """Wait to be asked; return what for, and whether there is anybody left to wait for."""
        self._new_voice()
        pack = self._ready.named.pack
        standby = Standby(
            pack.standby.lines,
            pack.phrases,
            self._ready.offers,
            named=self._ready.named.find,
            remembered=self._remembered,
            volume=Volume(self._remembered().volume_db, self._loudness()),
            troubles=self._troubles,
            announced=announced,
        )
        self._may_rest(True)
        try:
            goes_on = self._run(standby)
        finally:
            self._may_rest(False)
        return standby.wanted, goes_on

    def _may_rest(self, may: bool, /) -> None:  # noqa: FBT001 - one word
        """Let hearing do next to nothing while nothing is to be heard, and a voice be made ready meanwhile.

        In a session every sample counts.
        """
        self._voices.may_work(may)
        self._dozing.may_doze = may
        if self._watch is not None:
            self._watch.nobody_need_speak = may
        if self._front_end is not None:
            self._front_end.may_rest = may

    def _session(self, wanted: Wanted) -> bool:
        """Guide a session; return whether there may be another."""
        self._new_voice()
        routine = self._ready.routines[wanted.routine]
        with ExitStack() as stack:
            kept = None
            if self._memory is not None:
                kept = self._kept = self._memory.session(routine.id)
                stack.callback(self._memory.over, kept)
                stack.callback(setattr, self, "_kept", None)
            session = Session(
                routine,
                self._ready.named.pack.phrases,
                self._voices.speech.length,
                first_time=not (self._introduced or (kept is not None and kept.introduced)),
                remembered=self._as_now(kept.remembered if kept is not None else NOTHING),
                loudness=self._loudness(),
                names_another=lambda text: self._ready.named.find(text) not in (None, routine.id),
                awaits_disk=kept is not None,
            )
            if wanted.pain is not None:
                self._presses.press(wanted.pain, _SAID_BY[wanted.by])
            self.in_session = True
            goes_on = self._run(session)
            self.in_session = False
            return goes_on

    def _rehearse(self) -> bool:
        """Offer, once, to learn how the person says the words of safety; return whether to begin the session.

        Not after pain, which only a spoken answer leads on from (S3), nor deaf (S7).
        """
        self._rehearses = False
        if self._memory is not None and self._memory.introduced:
            return True
        pack = self._ready.named.pack
        capturing = Capturing(self._dozing, pack.language, place(pack.language), live=self._live)
        self._hearing = self._chain(capturing)
        try:
            goes_on = self._run(Rehearsal(pack.rehearsal, pack.phrases, offered=True), capturing.do)
        finally:
            capturing.close()  # and the ears; what is known of the room stays
            self._listen()  # with what was learned
        for trouble in self._troubles & OF_THE_EARS:
            self._journal.write(self._now, "hearing_back", trouble=trouble.value)  # these are new ones
        return goes_on and not self._hurts and not self._troubles and not self._told_to_end

    def _new_voice(self) -> None:
        """Between two conversations: let the voice speak that was chosen, if it is ready."""
        before = self._voices.voice
        failure = self._voices.take()
        if failure is not None or self._voices.voice != before:
            self._journal.write(self._now, "voice", voice=self._voices.voice, failure=failure)

    def _run(self, conversation: Conversation, capture: Callable[[Capture | Learn], None] | None = None) -> bool:
        """Run a conversation to its end; return whether the port can take another."""
        guide = self._guide = Guide(
            conversation,
            port=self._port,
            hearing=self._hearing,
            speech=self._voices.speech,
            chimes=self._chimes,
            journal=self._journal,
            watch=self._show,
            capture=capture,
            presses=self._presses,
            begins=self._now,
            late=late_of(self._port),
        )
        if self._kept is not None:
            self._kept.on_loss(guide.history_lost)
            self._kept.on_kept(guide.report_kept)
        if self._told_to_end:  # in between
            guide.tell_to_end()
        self._absence.begin(self._now)
        try:
            guide.run()
        finally:
            self._guide = None
            self._now = guide.now
        return not guide.microphone_ended

    # --- what is noticed meanwhile ---------------------------------------------------------------------------

    def _keep(self, entry: dict[str, Any]) -> None:
        if self._kept is not None:
            self._kept.notice(entry)
        elif entry["kind"] == "volume" and self._memory is not None:
            self._memory.note(entry)

    def _take_note(self, entry: dict[str, Any]) -> None:
        match entry:
            case {"kind": "volume", "gain_db": gain_db}:
                self._volume_db = gain_db
            case {"kind": "voice_chosen", "voice": name}:
                self._voices.choose(name)
            case {"kind": "say_finished", "key": "not_a_device"}:
                self._introduced = True
            case {"kind": "rehearsed", "how": how}:
                self._hurts = how == "pain"
            case {"kind": "hearing_lost", "trouble": trouble}:
                self._troubles.add(Trouble(trouble))
            case {"kind": "hearing_back", "trouble": trouble}:
                self._troubles.discard(Trouble(trouble))
            case _:
                pass

    def _show(self, view: View) -> None:
        self._audience.show(view)
        if view.standby and self._memory is not None:
            self._memory.keep_fresh()
        gone_s = None if view.standby or self._troubles else self._absence.since(view)
        if gone_s is not None and self._guide is not None:
            self._journal.write(view.at, "left_alone", after_s=gone_s)
            self._guide.leave()

    def _remembered(self) -> Remembered:
        """Return what is known of the sessions so far, of the routine that a bare "start" means."""
        if self._memory is None:
            return self._as_now(NOTHING)
        return self._as_now(self._memory.of(next(iter(self._ready.routines))).remembered)

    def _as_now(self, remembered: Remembered) -> Remembered:
        """Return what is remembered, with the volume chosen since, which may not have been kept."""
        return remembered if self._volume_db is None else replace(remembered, volume_db=self._volume_db)

    def _listen(self) -> None:
        """Make the ears."""
        prepared, pack = self._ready.prepared, self._ready.named.pack
        enrolled = words_of(place(pack.language)) if self._live else None
        ears = ears_of(prepared.recogniser, pack, enrolled, live=self._live, card=self._card_watch)
        self._dozing = Dozing(ears)
        self._hearing = self._chain(self._dozing)

    def _chain(self, ears: Listening, remarks: Sequence[Remark] = ()) -> Chain:
        return Chain(ears, self._front_end, self._watch, remarks, lambda: self._port.slipped, self._card_watch)
