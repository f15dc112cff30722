"""Other people's talk: what makes babble, and what is said on television."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import soxr
import yaml

from voiceguide.audio import room
from voiceguide.audio.room.noises import make
from voiceguide.audio.room.parameters import Noise, Room
from voiceguide.core.clock import RATE, samples
from voiceguide.demo.flite import FliteVoice
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

SPEAKERS = ("awb", "rms", "slt", "kal16")
"""flite's voices. A benchmark leaves out those that play the person."""

_HIGHER_AND_LOWER = (0.9, 1.1)
_PAUSE = samples(0.25)
_TALK = Path(room.__file__).parent / "talk.yaml"


@lru_cache(maxsize=8)
def background(kind: Noise, seed: int, speakers: tuple[str, ...] = SPEAKERS) -> Samples:
    """Return a minute's loop of a noise, `(960000,)` float32 at 16 kHz; kept for the next time.

    Args:
        kind: which noise.
        seed: of what is random in it.
        speakers: names of flite's voices: for babble three or more, each of which is two people, one with a higher
            and one with a lower voice; for a television the first one reads.

    Raises:
        VoiceError: flite is needed and not installed.
        AudioError: too few speakers.
    """
    match kind:
        case Noise.BABBLE:
            talk = [talker(name, seed, pitch) for name in speakers for pitch in _HIGHER_AND_LOWER]
        case Noise.TELEVISION:
            talk = [talker(speakers[0], seed, 1.0)]
        case _:
            talk = []
    return make(kind, seed, talk)


def background_of(placed_in: Room, seed: int, speakers: tuple[str, ...] = SPEAKERS) -> Samples | None:
    """Return the noise that a room asks for, None for none."""
    return None if placed_in.noise is Noise.NONE else background(placed_in.noise, seed, speakers)


@lru_cache(maxsize=16)
def talker(speaker: str, seed: int, pitch: float) -> Samples:
    """Return somebody saying all sentences once, in an order of their own.

    Args:
        speaker: name of a voice of flite.
        seed: of the order.
        pitch: factor on the voice's pitch and speed.

    Raises:
        VoiceError: flite is not installed.
    """
    sentences: list[str] = yaml.safe_load(_TALK.read_text(encoding="utf-8"))
    # The order differs between talkers as well, or a crowd would speak in chorus.
    order = np.random.default_rng([seed, *f"{speaker} {pitch}".encode()]).permutation(len(sentences))
    said = [_said(speaker, sentences[number]) for number in order]
    speech = np.concatenate([np.pad(sound, (0, _PAUSE)) for sound in said])
    higher: Samples = soxr.resample(speech, RATE * pitch, RATE)
    return higher


@cache
def _said(speaker: str, sentence: str) -> Samples:
    return finish(FliteVoice(speaker).render(sentence))
