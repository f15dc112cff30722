"""Writes a session down while it runs, from what passes between its loop and the outside world.

The session's course depends on three things alone: what the port gives, what hearing tells, and the samples of the
guide's sentences. Each is reached through one small protocol, and the recorder stands in between.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, TextIO

from voiceguide.audio.port import AudioPort, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.recording import Recording
from voiceguide.audio.samples import to_float, to_int16
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.core.commands import Command
from voiceguide.errors import AudioError, RecogniserError, RecordingError
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.language.pack import LOCALES
from voiceguide.presses import Press, Presses
from voiceguide.private import close_to_others, private_file, private_folder
from voiceguide.replay.folder import README, Circumstances, Names, as_line
from voiceguide.replay.noticed import to_json
from voiceguide.replay.writer import BackgroundWriter
from voiceguide.speaking.voice import Samples

_log = logging.getLogger(__name__)


class Speech(Protocol):
    """The store of rendered speech, as a session and its loop use it."""

    def samples(self, text: str) -> Samples:
        """Return a text as speaker samples at 16 kHz."""
        ...

    def length(self, text: str) -> int:
        """Return its number of samples."""
        ...


class Recorder:
    """Records one session into a folder of its own.

    When the disk is full or too slow the recording stops with a warning; the session never notices. What was
    written by then can be replayed, and so can what a killed process leaves.

    Args:
        folder: made if it is not there; must be empty.
        routine: the routine's file.
        live: the session cannot wait for the disk.

    Raises:
        RecordingError: the folder holds something, or cannot be written.
    """

    def __init__(self, folder: Path, routine: Path, *, live: bool) -> None:
        self._folder = folder
        self._files = ExitStack()
        self._blocks = 0  # exchanges begun
        self._accepted = 0  # blocks given to hearing
        try:
            private_folder(folder)
            if any(folder.iterdir()):
                raise RecordingError(f"{folder} is not empty. Choose a new one for --record.")
            close_to_others(folder)  # it was there, empty
            (folder / Names.UTTERANCES).mkdir(mode=0o700)
            shutil.copyfile(README, private_file(folder / Names.ABOUT))
            (folder / Names.ROUTINE).mkdir(mode=0o700)
            shutil.copyfile(routine, private_file(folder / Names.ROUTINE / routine.name))
            self._microphone = self._sound(Names.MICROPHONE)
            self._speaker = self._sound(Names.SPEAKER)
            self._hearing = self._lines(Names.HEARING)
            self._events = self._lines(Names.EVENTS)
            self._texts = self._lines(Names.SPEECH)
        except (OSError, AudioError) as error:
            self._files.close()
            reason = error.strerror if isinstance(error, OSError) else error
            raise RecordingError(f"{folder} cannot be written: {reason}. Choose another for --record.") from error
        self._writer = BackgroundWriter(patient=not live)

    def begin(self, circumstances: Circumstances, enrolment: Path | None = None) -> None:
        """Write down how the session begins.

        Args:
            circumstances: everything besides what is heard.
            enrolment: file of what the person here has rehearsed, if it is listened for; it need not be there.

        Raises:
            RecordingError: the disk is full or gone.
        """
        try:
            shutil.copyfile(
                LOCALES / f"{circumstances.language}.yaml", private_file(self._folder / Names.LANGUAGE)
            )
            if enrolment is not None and enrolment.exists():
                shutil.copyfile(enrolment, private_file(self._folder / Names.ENROLMENT))
            session = private_file(self._folder / Names.SESSION)
            session.write_text(circumstances.model_dump_json(indent=2), encoding="utf-8")
        except OSError as error:
            raise RecordingError(
                f"{self._folder} cannot be written: {error.strerror}. Choose another for --record."
            ) from error

    def port(self, port: AudioPort) -> AudioPort:
        """Return a port that records what passes through another one."""
        return _RecordedPort(port, self)

    def hearing(self, hearing: Hearing) -> Hearing:
        """Return hearing that records what another one tells."""
        return _RecordedHearing(hearing, self)

    def speech(self, speech: Speech) -> Speech:
        """Return a store of speech that records what is taken out of another one."""
        return _RecordedSpeech(speech, self)

    def presses(self, presses: Presses) -> RecordedPresses:
        """Return presses that record what is taken out of others."""
        return RecordedPresses(presses, self)

    def late(self, late: Callable[[], bool]) -> Callable[[], bool]:
        """Return what records which blocks came too late for the card."""

        def recorded() -> bool:
            if is_late := late():
                self._line(self._hearing, {"block": self._blocks, "late": True})
            return is_late

        return recorded

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry."""
        self._line(self._events, entry)

    def close(self) -> None:
        """Write what still waits and close the files; the last of all to be closed. Never raises."""
        self._line(self._hearing, {"block": self._blocks, "closed": True})
        self._writer.close()
        try:
            self._files.close()
        except (OSError, AudioError) as error:
            _log.warning("The recording is not complete: %s", error)

    # --- what the three report ----------------------------------------------------------------------------

    def spoke(self, block: SpeakerBlock) -> None:
        """Take a block that goes to the speaker."""
        self._blocks += 1
        self._put_sound(self._speaker, block.copy())

    def came_back(self, frame: MicrophoneBlock | None) -> None:
        """Take what the microphone gave; None at its end."""
        if frame is None:
            self._line(self._hearing, {"block": self._blocks - 1, "microphone": "ended"})
        else:
            self._put_sound(self._microphone, to_float(frame))

    def slipped(self, so_far: Slips) -> None:
        """Take what was lost or added so far, when that has changed."""
        told = {"slipped": so_far.unknown, "later": so_far.later}
        self._line(self._hearing, {"block": self._blocks - 1, **told})

    def port_failed(self, error: AudioError) -> None:
        """Take the failure of the port."""
        self._line(self._hearing, {"block": self._blocks - 1, "microphone": "failed", "reason": str(error)})

    def wanted(self, commands: frozenset[Command], *, hold: bool) -> None:
        """Take what the session listens for."""
        self._line(self._hearing, {"block": self._accepted, "listen_for": sorted(commands), "hold": hold})

    def noticed(self, noticed: list[Noticed]) -> None:
        """Take what hearing told about a block."""
        if noticed:
            self._line(self._hearing, {"block": self._accepted, "noticed": [to_json(one) for one in noticed]})
        self._accepted += 1

    def went_deaf(self, error: RecogniserError) -> None:
        """Take the failure of hearing."""
        self._line(self._hearing, {"block": self._accepted, "deaf": str(error)})
        self._accepted += 1

    def pressed(self, taken: list[Press]) -> None:
        """Take what was pressed by the time of this block."""
        pressed = [{"command": press.command, "by": press.by, "text": press.text} for press in taken]
        self._line(self._hearing, {"block": self._blocks - 1, "pressed": pressed})

    def text(self, number: int, text: str, length: int) -> None:
        """Take a text that was asked for, with its length in samples."""
        self._line(self._texts, {"number": number, "text": text, "samples": length})

    def utterance(self, number: int, sound: Samples) -> None:
        """Take the samples of a text."""

        def write() -> None:
            file = Recording(self._folder / Names.UTTERANCES / f"{number}.flac", private=True)
            file.write(sound)
            file.close()

        self._writer.put(write)

    # --- files --------------------------------------------------------------------------------------------

    def _sound(self, name: str) -> Recording:
        file = Recording(self._folder / name, private=True)
        self._files.callback(file.close)
        return file

    def _lines(self, name: str) -> TextIO:
        # Whole lines, also when killed.
        file = private_file(self._folder / name)
        return self._files.enter_context(file.open("w", buffering=1, encoding="utf-8"))

    def _line(self, file: TextIO, entry: dict[str, Any]) -> None:
        line = as_line(entry)  # now: the entry may change until it is written

        def write() -> None:
            file.write(line)

        self._writer.put(write)

    def _put_sound(self, file: Recording, samples: Samples) -> None:
        def write() -> None:
            file.write(samples)

        self._writer.put(write)


class _RecordedPort:
    def __init__(self, port: AudioPort, recorder: Recorder) -> None:
        self._port = port
        self._recorder = recorder
        self._slipped = NO_SLIPS

    @property
    def name(self) -> str:
        return self._port.name

    @property
    def slipped(self) -> Slips:
        return self._port.slipped

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        self._recorder.spoke(block)
        try:
            frame = self._port.exchange(block)
        except AudioError as error:
            self._recorder.port_failed(error)
            raise
        if self._port.slipped != self._slipped:
            self._slipped = self._port.slipped
            self._recorder.slipped(self._slipped)
        self._recorder.came_back(frame)
        return frame

    def close(self) -> None:
        self._port.close()


class _RecordedHearing:
    def __init__(self, hearing: Hearing, recorder: Recorder) -> None:
        self._hearing = hearing
        self._recorder = recorder

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        self._recorder.wanted(commands, hold=hold)
        self._hearing.listen_for(commands, hold=hold)

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        # With 16 bits, as a card plays it and as it is recorded: heard again it is the same.
        try:
            noticed = self._hearing.accept(microphone, to_float(to_int16(spoken)))
        except RecogniserError as error:
            self._recorder.went_deaf(error)
            raise
        self._recorder.noticed(noticed)
        return noticed

    def close(self) -> None:
        self._hearing.close()


class RecordedPresses:
    """Presses on their way to the guide, written down as they are taken."""

    def __init__(self, presses: Presses, recorder: Recorder) -> None:
        self._presses = presses
        presses.says_codes = False
        self._recorder = recorder

    def take(self) -> list[Press]:
        """Return what was pressed since the last time."""
        taken = self._presses.take()
        if taken:
            self._recorder.pressed(taken)
        return taken

    def take_code(self) -> str | None:
        """Return nothing: what pairs a phone is not said into a recording."""
        return None

    def take_voice(self) -> str | None:
        """Return nothing: it is no part of this session, and is kept for the next one all the same."""
        return None


class _RecordedSpeech:
    """Speech with 16 bits, as it is recorded."""

    def __init__(self, speech: Speech, recorder: Recorder) -> None:
        self._speech = speech
        self._recorder = recorder
        self._numbers: dict[str, int] = {}
        self._written: set[str] = set()

    def samples(self, text: str) -> Samples:
        sound = to_float(to_int16(self._speech.samples(text)))
        number = self._number(text)
        if text not in self._written:
            self._written.add(text)
            self._recorder.utterance(number, sound)
        return sound

    def length(self, text: str) -> int:
        self._number(text)
        return self._speech.length(text)

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self._numbers)
            self._recorder.text(self._numbers[text], text, self._speech.length(text))
        return self._numbers[text]
