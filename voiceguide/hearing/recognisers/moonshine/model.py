"""Moonshine's two networks, run by onnxruntime: sound to states, states and tokens to the next token.

The files are those of the makers' converter: an encoder, and a decoder that keeps what it has computed for the
tokens before (its cache). What is not written anywhere, and was found by trying: the decoder's
`encoder_attention_mask` has the length of the sound in samples; and once the cache is used, the encoder's part of
it comes back empty and has to be carried over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceguide.core.clock import RATE
from voiceguide.errors import DamagedModelError
from voiceguide.hearing.recognisers.moonshine.runtime import CPU, onnxruntime
from voiceguide.hearing.recognisers.moonshine.tokens import BEGIN, Tokens

ENCODER, DECODER, TOKENS = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"
"""The three files of a model's folder."""

Floats = NDArray[np.float32]
Cache = dict[str, Floats]


@dataclass(frozen=True)
class Heard:
    """An utterance as the encoder sees it.

    Attributes:
        states: `(1, about samples / 384, width)`.
        samples: its length.
    """

    states: Floats
    samples: int


@dataclass(frozen=True)
class Step:
    """What the decoder believes after some tokens, for several beginnings at once.

    Attributes:
        log_p: `(beams, tokens)`, natural logarithm of the probability of each next token.
        cache: what it has computed for the tokens so far, by name, each with `beams` rows.
        across: the same of the encoder's states, one row.
    """

    log_p: Floats
    cache: Cache
    across: Cache


class Model:
    """One Moonshine model.

    Args:
        folder: where its three files are.

    Raises:
        DamagedModelError: one is missing or damaged, or they do not belong together.
        RecogniserError: onnxruntime cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.tokens = Tokens(folder / TOKENS)
        self._encoder = _session(folder / ENCODER)
        self._decoder = _session(folder / DECODER)
        self.width = int(self._encoder.get_outputs()[0].shape[-1])
        past = [one for one in self._decoder.get_inputs() if one.name.startswith("past")]
        self._past = {one.name: (int(one.shape[1]), int(one.shape[3])) for one in past}
        self._present = [one.name.replace("present", "past_key_values") for one in self._decoder.get_outputs()[1:]]
        if not self._past or set(self._present) != set(self._past):
            raise DamagedModelError(f"{DECODER} is no decoder of Moonshine's")
        self._try()

    def hear(self, sound: Floats) -> Heard:
        """Return the states of an utterance.

        Args:
            sound: `(n,)` at 16 kHz, -1 to 1.
        """
        given = {"input_values": sound[None], "attention_mask": np.ones((1, len(sound)), np.int64)}
        return Heard(self._encoder.run(None, given)[0], len(sound))

    def begin(self, heard: Heard) -> Step:
        """Return what the first token may be."""
        nothing = {name: np.zeros((1, heads, 0, size), np.float32) for name, (heads, size) in self._past.items()}
        return self._run(np.array([[BEGIN]]), heard, nothing, None)

    def go_on(self, heard: Heard, step: Step, rows: NDArray[np.int64], tokens: NDArray[np.int64]) -> Step:
        """Return what comes after one more token each.

        Args:
            heard: the utterance.
            step: what came before.
            rows: `(beams,)`, which row of `step` each beam goes on from.
            tokens: `(beams,)`, the token by which it does.
        """
        past = {name: value[rows] for name, value in step.cache.items()}
        past |= {name: np.repeat(value, len(rows), axis=0) for name, value in step.across.items()}
        return self._run(tokens[:, None], heard, past, step.across)

    def _try(self) -> None:
        """Hear a second of silence: files that do not belong together fail here, and not with the first word."""
        try:
            step = self.begin(self.hear(np.zeros(RATE, np.float32)))
        except Exception as error:  # see `_session`
            raise DamagedModelError(
                f"{ENCODER} and {DECODER} do not work together: {_first_line(error)}"
            ) from error
        if step.log_p.shape[1] != len(self.tokens):
            raise DamagedModelError(
                f"{TOKENS} holds {len(self.tokens):,} tokens, and {DECODER} knows {step.log_p.shape[1]:,}"
            )
        if not np.isfinite(step.log_p).all():
            raise DamagedModelError(f"{ENCODER} or {DECODER} is damaged: it computes no numbers")

    def _run(self, tokens: NDArray[np.int64], heard: Heard, past: Cache, across: Cache | None) -> Step:
        beams = len(tokens)
        given: Mapping[str, Any] = {
            "input_ids": tokens.astype(np.int64),
            "encoder_hidden_states": np.repeat(heard.states, beams, axis=0),
            "encoder_attention_mask": np.ones((beams, heard.samples), np.int64),
            "use_cache_branch": np.array([across is not None]),
            **past,
        }
        logits, *values = self._decoder.run(None, given)
        present = dict(zip(self._present, values, strict=True))
        if across is None:
            across = {name: value for name, value in present.items() if ".encoder." in name}
        cache = {name: value for name, value in present.items() if ".encoder." not in name}
        return Step(_log_softmax(logits[:, -1]), cache, across)


def _log_softmax(logits: Floats) -> Floats:
    logits = logits - logits.max(axis=-1, keepdims=True)
    result: Floats = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return result


def _session(path: Path) -> Any:
    module = onnxruntime()
    if not path.is_file():
        raise DamagedModelError(f"{path.name} is missing")
    options = module.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return module.InferenceSession(str(path), options, providers=[CPU])
    except Exception as error:  # its own exceptions share no class but this one
        raise DamagedModelError(f"onnxruntime cannot run {path.name}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
