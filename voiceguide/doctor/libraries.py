"""The C libraries and packages that voiceguide stands on."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

from voiceguide.audio.devices import portaudio
from voiceguide.doctor.check import Check, Verdict, failing
from voiceguide.errors import AudioError, EchoError
from voiceguide.hearing.echo.canceller import TAPS
from voiceguide.hearing.echo.speex import open_filter
from voiceguide.hearing.spotter.head import shipped


def libraries(language: str) -> Iterator[Check]:
    """Look for PortAudio, an echo canceller and what the second ear needs.

    The voice and the recogniser have checks of their own, which use them.

    Args:
        language: what will be spoken.
    """
    yield _portaudio()
    yield _canceller()
    yield _second_ear(language)


def _portaudio() -> Check:
    try:
        version = portaudio().get_portaudio_version()[1]
    except AudioError as error:
        return failing("PortAudio", error)
    return Check("PortAudio", Verdict.GOOD, version.split(",", 1)[0])


def _canceller() -> Check:
    name = "echo canceller"
    try:
        found = open_filter(TAPS)
    except EchoError:
        remedy = "pip install pyaec, or apt-get install libspeexdsp1. Without, little is heard while it speaks."
        return Check(name, Verdict.WARNING, "none", remedy)
    found.close()
    return Check(name, Verdict.GOOD, found.name)


def _second_ear(language: str) -> Check:
    name = "second ear"
    if shipped(language) is None:
        return Check(name, Verdict.NOT_TRIED, f"there is none for the language {language}")
    if importlib.util.find_spec("pyopen_wakeword") is None:
        remedy = "pip install pyopen-wakeword. Without, one recogniser alone decides, and misses more."
        return Check(name, Verdict.WARNING, "not installed", remedy)
    return Check(name, Verdict.GOOD, "pyopen-wakeword")
