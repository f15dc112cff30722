"""Everyday talk to be read aloud, which is no command: thousands of sentences from a small grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np
import yaml

from training.texts import no_commands

READING = Path(__file__).with_name("reading.yaml")
_GAP = re.compile(r"\{(\w+)\}")


def reading(side: Literal["tune", "test"], seed: int) -> Iterator[str]:
    """Yield sentences without end, none of them on both sides."""
    grammar = yaml.safe_load(READING.read_text(encoding="utf-8"))
    rng = np.random.default_rng([seed, 31])

    def fill(gap: re.Match[str]) -> str:
        choices = grammar["gaps"][gap[1]]
        return str(choices[rng.integers(len(choices))])

    while True:
        pattern = grammar["sentences"][rng.integers(len(grammar["sentences"]))]
        sentence = _GAP.sub(fill, pattern)
        sentence = sentence[0].upper() + sentence[1:]
        # Half of the sentences are for tuning; which half follows from the sentence alone.
        if (crc32(sentence.encode()) % 2 == 0) == (side == "tune") and no_commands([sentence]):
            yield sentence
