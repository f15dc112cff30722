"""Google's speech embedding, from the wheel `pyopen-wakeword`: sound in, one vector of 96 numbers per hop out.

Two networks in a row. The first turns 1760 samples into 8 mel frames, one per 160 samples. The second turns 76
mel frames, 0.78 s, into a vector that says what was spoken rather than who spoke. It is fully convolutional: given
76 + 8 (n - 1) frames it returns n vectors in one call, for little more than the price of one when n is small.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceguide.errors import RecogniserError

Floats = NDArray[np.float32]

HOP = 1280
"""Samples (80 ms) from one vector to the next."""

SIZE = 96
"""Numbers in a vector."""

OVERLAP = 480
"""Samples of the hop before that the mel network needs again."""

HOP_FRAMES = 8
"""Mel frames of one hop."""

FRAMES = 76
"""Mel frames one vector is made from."""

_BANDS = 32
_INSTALL = "pip install pyopen-wakeword==1.1.0"


class _Network:
    """One TensorFlow Lite model with a fixed shape of its input, on one thread.

    On several, which are the default, more time goes into waiting for each other than into these small networks:
    half as much CPU again for each vector. And the sums are rounded in another order with another number of cores,
    so that a session would not repeat to the bit on another machine.
    """

    def __init__(self, lib: Any, model: Any, shape: tuple[int, ...]) -> None:
        self._lib = lib
        options = ctypes.c_void_p(lib.TfLiteInterpreterOptionsCreate())
        lib.TfLiteInterpreterOptionsSetNumThreads(options, ctypes.c_int32(1))
        self._interpreter = lib.TfLiteInterpreterCreate(model, options)
        lib.TfLiteInterpreterOptionsDelete(options)
        sizes = (ctypes.c_int32 * len(shape))(*shape)
        lib.TfLiteInterpreterResizeInputTensor(self._interpreter, 0, sizes, len(shape))
        if lib.TfLiteInterpreterAllocateTensors(self._interpreter) != 0:
            raise RecogniserError(f"The speech embedding cannot be set up. Install it again: {_INSTALL}")
        self._input = lib.TfLiteInterpreterGetInputTensor(self._interpreter, 0)
        self._output = lib.TfLiteInterpreterGetOutputTensor(self._interpreter, 0)

    def run(self, values: Floats) -> Floats:
        values = np.ascontiguousarray(values, np.float32)
        size = ctypes.c_size_t(values.nbytes)
        failed = self._lib.TfLiteTensorCopyFromBuffer(self._input, values.ctypes.data, size)
        if failed or self._lib.TfLiteInterpreterInvoke(self._interpreter):
            raise RecogniserError("The speech embedding failed. Please start voiceguide again.")
        size = ctypes.c_size_t(self._lib.TfLiteTensorByteSize(self._output))
        result = np.empty(size.value // 4, np.float32)
        self._lib.TfLiteTensorCopyToBuffer(self._output, result.ctypes.data, size)
        return result

    def close(self) -> None:
        self._lib.TfLiteInterpreterDelete(self._interpreter)


class SpeechEmbedding:
    """The two networks. Keeps nothing of the sound.

    Raises:
        RecogniserError: `pyopen-wakeword` is not installed or cannot be loaded.
    """

    def __init__(self) -> None:
        try:
            import pyopen_wakeword  # noqa: PLC0415 - an optional extra
            from pyopen_wakeword.wakeword import TfLiteWakeWord  # noqa: PLC0415 - same
        except ModuleNotFoundError as error:
            raise RecogniserError(
                f"Words of your own need the Python package {error.name}, which is not installed. "
                f"Install it: {_INSTALL}"
            ) from error
        folder = Path(pyopen_wakeword.__file__).parent
        try:
            self._lib: Any = TfLiteWakeWord(folder / "lib" / "libtensorflowlite_c.so").lib
        except OSError as error:  # no wheel for this machine, or its C library is older than 2.35
            raise RecogniserError(f"What words of your own need cannot be loaded here: {error}") from error
        self._lib.TfLiteInterpreterOptionsCreate.restype = ctypes.c_void_p
        self._models = [
            self._lib.TfLiteModelCreateFromFile(str(folder / "models" / name).encode())
            for name in ("melspectrogram.tflite", "embedding_model.tflite")
        ]
        if not all(self._models):
            raise RecogniserError(f"{folder / 'models'}: a model is missing. Install it again: {_INSTALL}")
        self._mel = _Network(self._lib, self._models[0], (1, OVERLAP + HOP))
        self._embedding: dict[int, _Network] = {}
        self.silence: Floats = self.mel(np.zeros(OVERLAP + HOP, np.float32))

    def mel(self, sound: NDArray[np.generic]) -> Floats:
        """Return the mel frames, shape (8, 32), of `OVERLAP + HOP` samples on the scale of 16-bit integers."""
        frames: Floats = self._mel.run(sound.astype(np.float32)).reshape(HOP_FRAMES, _BANDS) / np.float32(10) + 2
        return frames.astype(np.float32, copy=False)

    def vectors(self, mels: Floats) -> Floats:
        """Return n vectors, shape (n, 96), of 76 + 8 (n - 1) mel frames."""
        count = (len(mels) - FRAMES) // HOP_FRAMES + 1
        if count not in self._embedding:
            shape = (1, FRAMES + HOP_FRAMES * (count - 1), _BANDS, 1)
            self._embedding[count] = _Network(self._lib, self._models[1], shape)
        return self._embedding[count].run(mels).reshape(count, SIZE)

    def before(self, hops: int) -> Floats:
        """Return the mel frames of silence that stand before a stream, for a first call with `hops` hops."""
        silent = FRAMES + HOP_FRAMES * (hops - 1)
        return np.resize(self.silence, (silent, _BANDS))

    def whole(self, sound: NDArray[np.int16]) -> Floats:
        """Return the vector at the end of every full hop of a whole stream, shape (hops, 96).

        The same that a stream gives hop by hop, up to rounding, at a twentieth of the price.
        """
        hops = len(sound) // HOP
        padded = np.concatenate([np.zeros(OVERLAP, np.int16), sound])
        mels = [self.mel(padded[hop * HOP : (hop + 1) * HOP + OVERLAP]) for hop in range(hops)]
        return self.vectors(np.concatenate([self.before(1)[HOP_FRAMES:], *mels]))

    def close(self) -> None:
        """Free the networks. The embedding is not used again."""
        for network in (self._mel, *self._embedding.values()):
            network.close()
        for model in self._models:
            self._lib.TfLiteModelDelete(model)
        self._embedding, self._models = {}, []
