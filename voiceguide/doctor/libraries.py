"""The C libraries and packages that voiceguide stands on."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Iterator
from importlib.metadata import version

from voiceguide.audio.devices import portaudio
from voiceguide.doctor.check import Check, Verdict, failing
from voiceguide.errors import AudioError, EchoError
from voiceguide.hearing.front_end.canceller import TAPS
from voiceguide.hearing.front_end.speex import open_filter

ESPEAK = "libespeak-ng.so.1"


def libraries(language: str) -> Iterator[Check]:
    """Look for every library. Whether the voice and the recogniser work is tried by checks of their own.

    Args:
        language: what will be spoken.
    """
    yield _portaudio()
    yield _espeak()
    yield _vosk()
    yield _canceller()


def _portaudio() -> Check:
    try:
        found = portaudio().get_portaudio_version()[1]
    except AudioError as error:
        return failing("PortAudio", error)
    return Check("PortAudio", Verdict.GOOD, found.split(",", 1)[0])


def _espeak() -> Check:
    try:
        ctypes.CDLL(ESPEAK)
    except OSError:
        remedy = (
            "sudo apt-get install libespeak-ng1 espeak-ng-data: the voice that is left when another one fails."
        )
        return Check("espeak-ng", Verdict.WARNING, f"no {ESPEAK}", remedy)
    return Check("espeak-ng", Verdict.GOOD, ESPEAK)


def _vosk() -> Check:
    if importlib.util.find_spec("vosk") is None:
        return Check("Vosk", Verdict.WARNING, "not installed", "pip install vosk==0.3.45, to use its models.")
    return Check("Vosk", Verdict.GOOD, version("vosk"))


def _canceller() -> Check:
    name = "echo canceller"
    try:
        found = open_filter(TAPS)
    except EchoError:
        remedy = "pip install pyaec, or apt-get install libspeexdsp1. Without, little is heard while it speaks."
        return Check(name, Verdict.WARNING, "none", remedy)
    found.close()
    return Check(name, Verdict.GOOD, found.name)
