"""Speex's linear echo canceller (MDF: Soo and Pang 1990; step size after Valin 2007), from one of two libraries.

It subtracts what it predicts of the echo and does nothing else, so a person who speaks at the same time stays
whole. Cancellers that also suppress what they cannot predict reach more decibels, and take the person's words too.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE
from voiceguide.errors import EchoError
from voiceguide.hearing.recognisers.recogniser import Frame

DEBIAN_LIBRARY = "libspeexdsp.so.1"
WHEEL = "pyaec"
WHEEL_LIBRARY = "libaec.so"

_SET_SAMPLING_RATE = 24  # SPEEX_ECHO_SET_SAMPLING_RATE in speex/speex_echo.h


class EchoFilter(Protocol):
    """A filter that learns the way from speaker to microphone and subtracts what comes along it."""

    @property
    def name(self) -> str:
        """The library it comes from, for logs."""
        ...

    def cancel(self, microphone: Frame, reference: Frame) -> Frame:
        """Return the microphone's next `(160,)` samples without the echo of the reference."""
        ...

    def close(self) -> None:
        """Free it. It is not used again."""
        ...


class SpeexDsp:
    """The canceller of libspeexdsp, as distributions carry it.

    Args:
        taps: length of the filter in samples.

    Raises:
        OSError: the library is not installed.
        AttributeError: it is another library of that name.
    """

    name = "libspeexdsp"

    def __init__(self, taps: int) -> None:
        library = ctypes.CDLL(DEBIAN_LIBRARY)
        make = library.speex_echo_state_init
        make.restype, make.argtypes = ctypes.c_void_p, [ctypes.c_int, ctypes.c_int]
        control = library.speex_echo_ctl
        control.restype, control.argtypes = ctypes.c_int, [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
        self._cancel = library.speex_echo_cancellation
        self._cancel.restype, self._cancel.argtypes = None, [ctypes.c_void_p] * 4
        self._destroy = library.speex_echo_state_destroy
        self._destroy.restype, self._destroy.argtypes = None, [ctypes.c_void_p]
        self._state: int | None = make(BLOCK, taps)
        control(self._state, _SET_SAMPLING_RATE, ctypes.byref(ctypes.c_int(RATE)))

    def cancel(self, microphone: Frame, reference: Frame) -> Frame:
        """Return the microphone's next `(160,)` samples without the echo of the reference."""
        clean = np.empty(BLOCK, np.int16)
        self._cancel(self._state, *_addresses(microphone, reference, clean))
        return clean

    def close(self) -> None:
        """Free the filter."""
        if self._state is not None:
            self._destroy(self._state)
            self._state = None


class PyAec:
    """The same canceller from the wheel `pyaec`, whose own Python wrapper is passed by: it works on lists.

    Args:
        taps: length of the filter in samples.

    Raises:
        OSError: the wheel is not installed or its library does not load (on arm64 it needs glibc 2.33).
        AttributeError: it is another library of that name.
    """

    name = "pyaec"

    def __init__(self, taps: int) -> None:
        found = importlib.util.find_spec(WHEEL)
        if found is None or found.origin is None:
            raise OSError(f"the Python package {WHEEL} is not installed")
        library = ctypes.CDLL(str(Path(found.origin).with_name(WHEEL_LIBRARY)))
        make = library.AecNew
        make.restype = ctypes.c_void_p
        make.argtypes = [ctypes.c_size_t, ctypes.c_int32, ctypes.c_int32, ctypes.c_bool]
        self._cancel = library.AecCancelEcho
        self._cancel.restype, self._cancel.argtypes = None, [*[ctypes.c_void_p] * 4, ctypes.c_size_t]
        self._destroy = library.AecDestroy
        self._destroy.restype, self._destroy.argtypes = None, [ctypes.c_void_p]
        # Its preprocessor is a suppressor: it would take the person's words too.
        self._state: int | None = make(BLOCK, taps, RATE, False)

    def cancel(self, microphone: Frame, reference: Frame) -> Frame:
        """Return the microphone's next `(160,)` samples without the echo of the reference."""
        clean = np.empty(BLOCK, np.int16)
        self._cancel(self._state, *_addresses(microphone, reference, clean), BLOCK)
        return clean

    def close(self) -> None:
        """Free the filter."""
        if self._state is not None:
            self._destroy(self._state)
            self._state = None


LIBRARIES: tuple[Callable[[int], EchoFilter], ...] = (SpeexDsp, PyAec)
"""Where the filter may come from, the best first."""


def open_filter(taps: int, libraries: tuple[Callable[[int], EchoFilter], ...] = LIBRARIES) -> EchoFilter:
    """Return a filter of a length in samples, from the first library that is there.

    Raises:
        EchoError: none is; the message says what to install and what is weaker without.
    """
    reasons = []
    for library in libraries:
        try:
            return library(taps)
        except (OSError, AttributeError) as error:
            reasons.append(str(error))
    raise EchoError(
        "The guide's voice cannot be taken out of the microphone's sound, because no library for it was found "
        f"({'; '.join(reasons)}). Without it, pain that is reported while the guide speaks may be missed (S1); "
        f"between its sentences nothing changes. Install one: sudo apt-get install libspeexdsp1, "
        f"or: pip install {WHEEL}"
    )


def _addresses(*arrays: Frame) -> list[int]:
    # C reads these as they lie in memory: anything else than whole blocks of 16 bits would be read past the end.
    for array in arrays:
        if array.dtype != np.int16 or array.shape != (BLOCK,) or not array.flags.c_contiguous:
            raise ValueError(f"need ({BLOCK},) int16 in one piece, got {array.shape} {array.dtype}")
    return [array.ctypes.data for array in arrays]
