"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from voiceguide.errors import ChoiceError
from voiceguide.hearing.recognisers.choose import ENGINES
from voiceguide.places import settings_file
from voiceguide.private import private_file
from voiceguide.settings import Settings, read_settings
from voiceguide.speaking.choose import VOICES
from voiceguide.special_files import hold_a_pipe


def _one_of(what: str, names: Sequence[str]) -> Callable[[str | None], str | None]:
    def see(name: str | None) -> str | None:
        if name is not None and name not in names:
            raise ChoiceError(f'There is no {what} "{name}". Choose one of: {", ".join(names)}.')
        return name

    return see


Engine = Annotated[
    str | None,
    typer.Option(
        callback=_one_of("engine", ENGINES),
        help="Recogniser: moonshine or vosk. By default moonshine for English, vosk for other languages.",
    ),
]
ModelEngine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        callback=_one_of("engine", ENGINES),
        help="The recogniser it is for: moonshine or vosk. By default what the source holds; vosk for a download.",
    ),
]
VoiceName = Annotated[
    str | None,
    typer.Option(
        callback=_one_of("voice", VOICES),
        help="Voice: hibari or pyttsx3. By default hibari if it is installed.",
    ),
]
SessionVoice = Annotated[
    str | None,
    typer.Option(
        "--voice",
        callback=_one_of("voice", VOICES),
        help="Voice: hibari or pyttsx3. By default the one chosen on the page, else that of the settings, else "
        "hibari if it is installed.",
    ),
]
MicFile = Annotated[Path | None, typer.Option(help="Hear this sound file instead of the sound card.")]
SpeakerFile = Annotated[
    Path | None, typer.Option(help="Write the guide's voice to this sound file: .wav, .flac, .mp3 or .ogg.")
]
InputDevice = Annotated[str | None, typer.Option("--input", help="Microphone: part of its name.")]
OutputDevice = Annotated[str | None, typer.Option("--output", help="Loudspeaker: part of its name.")]
OtherCard = Annotated[
    bool,
    typer.Option(
        "--other-card",
        help="Run beside another guide on this machine: on another card, out of its earshot, named with --input "
        "and --output.",
    ),
]
CancelEcho = Annotated[
    bool | None,
    typer.Option(
        help="On the card, take the guide's own voice out of the microphone.", show_default="as in the settings"
    ),
]
_LONGEST_WAIT_S = 3600
"""Seconds that a person may take who is only thought of."""

ReadyAfter = Annotated[
    float,
    typer.Option(min=0, max=_LONGEST_WAIT_S, help="Seconds from the guide's question until the person is ready."),
]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file instead.")]
EventsFile = Annotated[Path | None, typer.Option(help="Write what happens to this file, one JSON object a line.")]
HistoryFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Keep what happens in this file; by default in your data folder, on the card only.",
    ),
]
SettingsFrom = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="By default settings.yaml in your config folder."),
]


def settings_here(path: Path | None) -> Settings:
    """Return what whoever set up the speaker has written; the usual settings where there is no file.

    Args:
        path: a file that was named on the command line; None for the one in the user's config folder.

    Raises:
        SettingsError: it has mistakes, or one that was named is not there.
    """
    if path is None and not settings_file().exists():
        return Settings()
    return read_settings(path or settings_file())


def card_or_files(mic: Path | None, speaker: Path | None, *devices: str | None, other_card: bool = False) -> None:
    """See that the sound comes from one place: a card, or files.

    Raises:
        ChoiceError: options contradict each other.
    """
    if speaker is not None and mic is None:
        raise ChoiceError(
            "--speaker writes the guide's voice of a run on files and needs --mic FILE as well. For its voice "
            "alone use: voiceguide render."
        )
    if mic is not None and any(devices):
        raise ChoiceError("--mic names a file, --input and --output name devices: use one or the other.")
    if mic is not None and other_card:
        raise ChoiceError("--mic hears a file, --other-card is about sound cards: use one or the other.")


def write_out(text: str, output: Path, *, private: bool = False) -> None:
    """Write what a command has made to the file that was named for it.

    Args:
        text: what it has made.
        output: the file.
        private: for this user alone.

    Raises:
        ChoiceError: it cannot be written.
    """
    try:
        hold_a_pipe(output)
        (private_file(output) if private else output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ChoiceError(
            f"{output} cannot be written: {error.strerror or error}. Choose another file with -o."
        ) from error
