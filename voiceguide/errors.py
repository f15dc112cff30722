"""The errors voiceguide raises on purpose.

Each message says what is wrong, where, and what to do next; the command line prints it as it is and exits
with `exit_code`. Anything else that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations

INTERRUPTED = 130
"""Exit code of a program that was ended by Ctrl-C, as shells expect it: 128 and the signal's number."""


class VoiceguideError(Exception):
    """Base of all errors a person can do something about."""

    exit_code = 1


class ChoiceError(VoiceguideError):
    """An option names what there is not or what cannot be written, or contradicts another one."""

    exit_code = 2


class RoutineError(VoiceguideError):
    """A routine file is broken or cannot be found. Nothing is run from it."""

    exit_code = 2


class LanguageError(VoiceguideError):
    """A language pack is missing or incomplete."""

    exit_code = 2


class RecogniserError(VoiceguideError):
    """A speech recogniser cannot be loaded or has failed."""


class DamagedModelError(RecogniserError):
    """A file of a recogniser's model is missing or damaged; the caller knows what to do, and adds it."""


class ModelError(VoiceguideError):
    """A recogniser model cannot be found, fetched or unpacked."""


class VoiceError(VoiceguideError):
    """A voice cannot be loaded, or did not render an utterance."""


class AudioError(VoiceguideError):
    """A sound card or sound file cannot be opened, or stopped delivering."""


class UnwritableError(AudioError, ChoiceError):
    """A sound file that was named to be written has no such ending, or cannot be written there."""


class InUseError(VoiceguideError):
    """Another guide uses what only one at a time may."""


class CardInUseError(InUseError, AudioError):
    """Another guide speaks and listens on this machine, or uses this sound device."""


class EchoError(VoiceguideError):
    """The guide's voice cannot be taken out of what the microphone hears; a session can go on without."""


class HistoryError(VoiceguideError):
    """The history cannot be read or written, or a newer voiceguide wrote it; a session goes on without it."""


class HistoryHeldError(HistoryError):
    """Another program keeps the history to itself; later it may be free."""


class SettingsError(VoiceguideError):
    """The settings file cannot be read or has mistakes."""

    exit_code = 2


class RecordingError(VoiceguideError):
    """A session cannot be recorded, or a recording is damaged, incomplete or none at all."""


class PageError(VoiceguideError):
    """The page cannot be served; the guide goes on without."""
