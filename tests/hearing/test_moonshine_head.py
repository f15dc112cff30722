"""The head that knows a few words by their sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers.moonshine.head import FILE, STATE, WordHead, pooled
from voiceguide.language.pack import load_language

WIDTH = 288


def test_the_words_that_it_knows_are_phrases_of_commands() -> None:
    phrases = {phrase for said in load_language("en").commands.values() for phrase in said}
    assert sorted(WordHead().words) == sorted(phrase for phrase in phrases if " " not in phrase)


def test_probabilities_leave_room_for_none_of_them() -> None:
    head = WordHead()
    rng = np.random.default_rng(1)
    for _ in range(20):
        features = pooled(rng.normal(0, 1, (30, WIDTH)).astype(np.float32), 3 * STATE)
        total = sum(np.exp(one) for one in head.log_p(features).values())
        assert 0.0 <= total < 1.0 + 1e-6


def test_the_silence_around_the_words_is_not_looked_at() -> None:
    rng = np.random.default_rng(2)
    states = rng.normal(0, 1, (40, WIDTH)).astype(np.float32)
    louder = states.copy()
    louder[:8], louder[-8:] = 100.0, 100.0
    assert np.array_equal(pooled(states, 8 * STATE), pooled(louder, 8 * STATE))


def test_it_fits_the_model_that_it_was_fitted_to_alone() -> None:
    assert WordHead().fits(WIDTH)
    assert not WordHead().fits(416)


def test_damaged_weights_are_told_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "words.npz"
    path.write_bytes(FILE.read_bytes()[:1000])
    with pytest.raises(RecogniserError, match="Install voiceguide again"):
        WordHead(path)
