"""The usual mean of the speech embedding, which is taken off before own words are compared.

`python -m training.background --human DIR` averages the vectors of everything that people on the side "train" read
aloud, at -30 dBFS with 1.2 s before and 0.9 s after it and noise at -75 dBFS, and writes
`voiceguide/hearing/enrolment/background.npz`. An enrolment holds vectors from which this mean was taken off, so
with another mean it must be made anew: change `templates.VERSION` with it.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

import numpy as np

from training.people import clips
from voiceguide.audio.room.levels import active_dbfs, ratio
from voiceguide.core.clock import samples
from voiceguide.hearing.enrolment import matching
from voiceguide.hearing.enrolment.embedding import SpeechEmbedding

_LEVEL_DBFS = -30.0
_NOISE_DBFS = -75.0
_WRITTEN = Path(matching.__file__).with_name("background.npz")


def main() -> None:
    """Average and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--human", type=Path, required=True, help="folder of people's recordings")
    folder: Path = parser.parse_args().human
    rng = np.random.default_rng(5)
    vectors = []
    with closing(SpeechEmbedding()) as embedding:
        for clip in clips(folder, "train"):
            if clip.kind != "librispeech":
                continue
            sound = np.pad(clip.sound * ratio(_LEVEL_DBFS - active_dbfs(clip.sound)), (samples(1.2), samples(0.9)))
            sound = sound + rng.normal(size=len(sound)) * ratio(_NOISE_DBFS)
            vectors.append(embedding.whole(np.clip(sound * 32767, -32768, 32767).astype(np.int16)))
    np.savez(_WRITTEN, mean=np.concatenate(vectors).mean(axis=0).astype(np.float32))


if __name__ == "__main__":
    main()
