"""Vosk: a Kaldi recogniser with a changeable grammar and a model per language.

Four things about Vosk shape this file.

*Endpoints.* Vosk 0.3.45 has no call to say how much silence ends an utterance; the model's `conf/model.conf`
decides. Its usual half second and more makes a person wait for an answer to one word, so the model is opened
through a folder of links with shorter silences in that one file. Measured with Korean phrases, final results come
0.70 s after the end of the words instead of 0.94 (median), and as many of them are right.

*Dither.* Kaldi adds noise of one quantisation step to what it hears, from a random generator, so that the same
recording is heard differently each time. That is switched off in the same way, and the same amount of noise is
added here, the same each time: digital silence would be something that no model has ever heard.

*Changing the grammar.* A grammar belongs to a `KaldiRecognizer`; giving it another one throws away the audio it
holds. Making a new one takes a few milliseconds, so a change makes a new one, and never costs a word: while
somebody speaks it waits for the end of the utterance, and otherwise the new one first hears the last second
again, in small portions so that no single block takes long.

*What a grammar lets through.* Vosk makes a small word-pair model of the phrases, so it can also hear mixtures of
them. Only whole phrases leave this file as text; any other speech is the empty text.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from voiceguide.core.clock import RATE, samples
from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis

log = logging.getLogger(__name__)

_BLOCK = samples(0.06)
"""Samples given to Vosk at once. It computes every 240 ms of audio, so a divisor of that loses no time, and 60 ms
costs a third less than 10 ms (3% instead of 4.3% of one x86 core)."""

_REPLAY_BLOCKS = 17
"""Blocks heard again after a change of grammar: one second holds the longest word and the delay of its first
partial result."""

_LONGEST_WAIT = samples(3.0)
"""A change of grammar waits no longer than this for the end of an utterance, or steady noise would block it."""

_UNKNOWN_SYMBOLS = ("[unk]", "<UNK>", "<unk>")

_OPTIONS = {
    "model.conf": {
        "--endpoint.rule2.min-trailing-silence": 0.25,
        "--endpoint.rule3.min-trailing-silence": 0.5,
        "--endpoint.rule4.min-trailing-silence": 1.0,
    },
    "mfcc.conf": {"--dither": 0.0},
}
"""What a model's `conf` folder is to say instead. The rules are seconds of silence that end an utterance: after a
whole phrase, after something near to one, and after anything; models ship with 0.5, 0.75 to 1 and 1 to 2."""

_TEMPORARY = (None, "/dev/shm")  # noqa: S108 - mkdtemp makes a folder for this user alone
"""Where the folder of links may be: the system's place for temporary files, or in memory."""

_DITHER = np.random.default_rng(0).normal(0, 1, RATE)
"""A second of what Kaldi adds by itself: Gaussian noise with a deviation of 1 on the scale of 16 bits."""


class VoskRecogniser:
    """Hears phrases with a Vosk model.

    Args:
        model_path: the model's folder. Loading takes seconds and several times its size in memory.
        decoys: words and phrases that are no commands but sound like one; what is heard as a decoy counts as
            unknown speech.

    Raises:
        RecogniserError: the folder holds no model that can be used.
    """

    def __init__(self, model_path: Path, decoys: Sequence[str] = ()) -> None:
        self._vosk = _library()
        self._model = _load(self._vosk, model_path)
        self._unknown = next((symbol for symbol in _UNKNOWN_SYMBOLS if self._knows(symbol)), None)
        if self._unknown is None:
            log.warning("%s has no symbol for unknown speech: expect false commands", model_path)
        self._told: set[str] = set()
        self._decoys = self._known(decoys)
        self._phrases: frozenset[str] | None = None
        self._recogniser: Any = None
        self._next: Any = None
        self._next_phrases: frozenset[str] = frozenset()
        self._next_since = 0
        self._at = 0
        self._rest: Frame = np.empty(0, np.int16)
        self._waiting: deque[bytes] = deque()
        self._recent: deque[bytes] = deque(maxlen=_REPLAY_BLOCKS)
        self._in_speech = False
        self._last_partial = ""

    @property
    def name(self) -> str:
        """Short name for logs."""
        return "vosk"

    @property
    def listens_to_sound(self) -> bool:
        """It does."""
        return True

    @property
    def steady(self) -> int:
        """It looks again every 240 ms only: anything shorter believes a guess that it never looked at twice.

        With the Korean model on 736 clips of eight synthetic voices that were not used for tuning, 0.18 s led to
        37 false reports of pain and 0.26 s to 15; the median decision falls 0.46 s after the word.
        """
        return samples(0.26)

    @property
    def decides_within(self) -> int:
        """Final results come 0.7 to 1.1 s after the last sound."""
        return samples(1.1)

    def expect(self, phrases: Sequence[str]) -> None:
        """Set the phrases that can be heard from now on.

        A phrase with a word that the model does not know is left out and logged, once.
        """
        known = frozenset(self._known(phrases))
        if known == (self._next_phrases if self._next is not None else self._phrases):
            return
        if known == self._phrases:
            self._next = None
            return
        self._next = self._listening_for(known)
        self._next_phrases = known
        self._next_since = self._at
        if not self._in_speech:
            self._change()

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        """Take the next frame, of any length, and return what Vosk made of it.

        Raises:
            RecogniserError: Vosk failed.
        """
        place = self._at % RATE + np.arange(len(frame))
        dithered = np.clip(np.rint(frame + _DITHER[place % RATE]), -32768, 32767).astype(np.int16)
        self._at += len(frame)
        self._rest = np.concatenate((self._rest, dithered))
        while len(self._rest) >= _BLOCK:
            self._waiting.append(self._rest[:_BLOCK].tobytes())
            self._rest = self._rest[_BLOCK:]
        if self._recogniser is None:
            self._recent.extend(self._waiting)
            self._waiting.clear()
            return []
        heard: list[Hypothesis] = []
        # One block more than came in, so that a second heard again is spread over a fifth of a second.
        for _ in range(min(len(self._waiting), 1 + len(frame) // _BLOCK)):
            heard += self._hear(self._waiting.popleft())
        return heard

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero."""
        self._at = self._next_since = 0
        self._rest = self._rest[:0]
        self._waiting.clear()
        self._recent.clear()
        self._last_partial = ""
        if self._next is None and self._phrases is not None:
            # A new one, because Vosk adapts to a speaker: what was heard before would colour what comes.
            self._next, self._next_phrases = self._listening_for(self._phrases), self._phrases
        if self._next is not None:
            self._change()

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        """Return the phrases that contain words this model does not know."""
        return [phrase for phrase in phrases if not all(self._knows(word) for word in phrase.split())]

    def close(self) -> None:
        """Free the model."""
        self._recogniser = self._next = self._model = None

    def _listening_for(self, phrases: frozenset[str]) -> Any:
        vocabulary = [*sorted(phrases | set(self._decoys)), *filter(None, [self._unknown])]
        # Vosk reads only plain UTF-8: it takes the escapes of ASCII JSON for letters.
        return self._vosk.KaldiRecognizer(self._model, RATE, json.dumps(vocabulary, ensure_ascii=False))

    def _knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _known(self, phrases: Iterable[str]) -> list[str]:
        phrases = list(dict.fromkeys(phrases))
        unknown = self.unknown_words(phrases)
        new = [phrase for phrase in unknown if phrase not in self._told]
        if new:
            self._told.update(new)
            log.warning("this Vosk model does not know every word of: %s", ", ".join(new))
        return [phrase for phrase in phrases if phrase not in unknown]

    def _hear(self, block: bytes) -> Iterator[Hypothesis]:
        self._recent.append(block)
        try:
            ended = self._recogniser.AcceptWaveform(block)
            answer = self._recogniser.Result() if ended else self._recogniser.PartialResult()
        except Exception as error:
            raise RecogniserError(f"Vosk stopped working: {error}; please start voiceguide again") from error
        heard = json.loads(answer)["text" if ended else "partial"]
        if ended:
            yield from self._final(heard)
        else:
            yield from self._partial(heard)
        if self._next is not None and (not self._in_speech or self._at - self._next_since >= _LONGEST_WAIT):
            self._change()

    def _partial(self, heard: str) -> Iterator[Hypothesis]:
        self._in_speech = heard != ""
        # Without unknown words, so that "... it hurts" is acted upon although a cry came before it.
        text = self._phrase(word for word in heard.split() if word != self._unknown)
        if text != self._last_partial:
            self._last_partial = text
            yield self._hypothesis(text, final=False)

    def _final(self, heard: str) -> Iterator[Hypothesis]:
        spoken = heard != "" or self._last_partial != ""
        self._in_speech = False
        self._last_partial = ""
        # What was said before the end of an utterance is over; a new grammar must not hear it again.
        self._recent.clear()
        if spoken:
            yield self._hypothesis(self._phrase(heard.split()), final=True)

    def _phrase(self, words: Iterable[str]) -> str:
        text = " ".join(words)
        return text if self._phrases is not None and text in self._phrases else ""

    def _hypothesis(self, text: str, *, final: bool) -> Hypothesis:
        return Hypothesis(text=text, final=final, at=self._at, engine=self.name)

    def _change(self) -> None:
        """Go over to the next grammar, which hears the recent audio first."""
        self._recogniser, self._next = self._next, None
        self._phrases = self._next_phrases
        self._waiting.extendleft(reversed(self._recent))
        self._recent.clear()
        self._in_speech = False


def _library() -> Any:
    try:
        import vosk  # noqa: PLC0415 - loads a 25 MB C library that only this engine needs
    except (ImportError, OSError) as error:
        raise RecogniserError(f"Vosk cannot be loaded: {error}. Install it with: pip install vosk") from error
    vosk.SetLogLevel(-1)
    return vosk


def _load(vosk: Any, path: Path) -> Any:
    problem = f"the Vosk model in {path} cannot be used"
    remedy = "install it again with: voiceguide models install"
    if not path.is_dir():
        raise RecogniserError(f"there is no Vosk model in {path}; {remedy}")
    if not any((path / where / "Gr.fst").is_file() for where in ("graph", ".")):
        raise RecogniserError(
            f"{problem}: it has no graph/Gr.fst, so it cannot listen for chosen phrases. "
            f'Use a "small" model, or {remedy}'
        )
    try:
        with _adjusted(path) as adjusted:
            # Always with a path: without one, Vosk goes to the network and ends the process when it fails.
            return vosk.Model(str(adjusted))
    except Exception as error:
        raise RecogniserError(f"{problem}: {error}; {remedy}") from error


@contextmanager
def _adjusted(path: Path) -> Iterator[Path]:
    """Give a folder that is the model at `path` with this file's endpoints and without dither."""
    if not (path / "conf").is_dir():
        yield path
        return
    folder = _folder_of_links(path)
    try:
        yield folder or path
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _folder_of_links(path: Path) -> Path | None:
    """Return a new folder with this file's options; None where the disk is full or read-only, and memory, too."""
    reason: OSError | None = None
    for where in _TEMPORARY:
        folder = None
        try:
            folder = Path(tempfile.mkdtemp(prefix="voiceguide-model-", dir=where))
            for entry in path.resolve().iterdir():
                if entry.name != "conf":
                    (folder / entry.name).symlink_to(entry)
            (folder / "conf").mkdir()
            for conf in (path / "conf").iterdir():
                text = _with_options(conf.read_text(encoding="utf-8"), _OPTIONS.get(conf.name, {}))
                (folder / "conf" / conf.name).write_text(text, encoding="utf-8")
        except OSError as error:
            reason = error
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        else:
            return folder
    log.warning(
        "No temporary file can be written (%s), so words are heard about a quarter of a second later. Make room "
        "in /tmp, or set TMPDIR to a folder that can be written.",
        reason.strerror if reason else "",
    )
    return None


def _with_options(text: str, options: Mapping[str, float]) -> str:
    lines = [line for line in text.splitlines() if line.partition("=")[0].strip() not in options]
    return "\n".join([*lines, *(f"{option}={value}" for option, value in options.items()), ""])
