"""Every prompt and every line of every shipped routine, spoken by the real default voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voiceguide.core.script import everything_said
from voiceguide.language.pack import load_language
from voiceguide.places import shipped_routines
from voiceguide.routine.load import load_routine
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.finish import PEAK_DB
from voiceguide.speaking.voices.espeak import EspeakVoice

ROUTINES = sorted(shipped_routines().glob("*.yaml"))

SECONDS_A_LETTER = {"en": (0.05, 0.13), "ko": (0.16, 0.27)}
"""Shortest and longest that is plausible at 150 words a minute; a Korean letter is a syllable."""

SHORT_WORD_S = 0.2
"""Words of one or two letters take longer than these."""

DIGIT = 8
"""Letters that a digit stands for, at most: thirty-seven."""


@pytest.mark.parametrize("path", ROUTINES, ids=lambda path: path.stem)
def test_every_line_is_spoken_at_a_plausible_length_and_one_level(path: Path) -> None:
    routine = load_routine(path)
    voice = EspeakVoice(routine.language)
    store = SpeechStore(voice)
    texts = everything_said(routine, load_language(routine.language).phrases)
    assert len(texts) > 100
    progress: list[tuple[int, int]] = []
    store.prepare(texts, lambda *done: progress.append(done))
    voice.close()
    assert progress == [(number, len(texts)) for number in range(1, len(texts) + 1)]
    shortest, longest = SECONDS_A_LETTER[routine.language]
    wrong = []
    for text in texts:
        sound = store.samples(text)
        assert sound.dtype == np.float32
        assert store.length(text) == len(sound)
        letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
        length_s = len(sound) / 16_000
        plausible = shortest * letters < length_s < longest * (letters + DIGIT * digits) + SHORT_WORD_S
        peak = 20 * np.log10(np.abs(sound).max())
        level = active_level_db(sound)
        # Only a line whose peaks would clip may be quieter.
        levelled = abs(level + 20) < 1 or (level < -20 and abs(peak - PEAK_DB) < 0.1)
        if not plausible or not levelled or peak > PEAK_DB + 0.01:
            wrong.append(f"{text!r}: {length_s:.2f} s, {letters} letters, {level:.1f} dB, peak {peak:.1f} dB")
    assert not wrong, "\n".join(wrong)


def active_level_db(sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
    """Return the RMS, in dBFS, of the frames that are speech: within 20 dB of the loudest."""
    frames = sound[: len(sound) // 80 * 80].reshape(-1, 80).astype(np.float64)
    power = np.square(frames).mean(axis=1)
    return float(10 * np.log10(power[power > power.max() / 100].mean()))
