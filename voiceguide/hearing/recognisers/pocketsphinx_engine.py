"""PocketSphinx with its bundled US English model: hears without any download.

What was measured decides how it is used. A grammar of the phrases alone takes every speech for a command; a
word-sequence model in which each phrase competes with everyday words and with the guide's own vocabulary does not,
and finds nearly as many commands. So there is one such model for all phrases a session may ever expect, and
`expect` only chooses which of its answers count: changing the phrases costs nothing, and a command that makes no
sense now still competes with those that do.

Samples go to the decoder as they come, in pieces of 30 ms, while an utterance is still going on. The second,
more careful pass at its end costs 25 to 110 ms on one x86 core and is worth it: without, 5 points fewer commands
are found in quiet and 20 in noise.
"""

from __future__ import annotations

import logging
import math
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis
from voiceguide.hearing.vad.endpointer import Piece, Utterances

log = logging.getLogger(__name__)

_LONGEST_S = 4.0
"""Seconds after which an utterance is cut. The longest phrases take 2.1 s with the slowest test voices; the second
half of a cut sentence may begin with what sounds like a command, so few sentences should be cut."""

_PHRASE_WEIGHT = 100
"""How much likelier than one competing word each phrase is. 100 found up to 8 points more than 10 in noise; 23
minutes of people reading aloud held 7 false commands with 30 and with 100."""

_EXTRA_PRONUNCIATIONS = {"psoas": ("S OW AE S", "S OW AH S"), "tingles": ("T IH NG G AH L Z",)}
"""Words of this program that the model's dictionary does not know, as people say them."""

_VARIANT = re.compile(r"\(\d+\)$")


class PocketsphinxRecogniser:
    """Hears English phrases with the model that comes with PocketSphinx.

    Args:
        phrases: every phrase that will ever be expected. Others can be expected later, but cost a pause.
        competitors: words that people say and that are no phrases.

    Raises:
        RecogniserError: PocketSphinx or its model cannot be loaded.
    """

    def __init__(self, phrases: Sequence[str], competitors: Iterable[str]) -> None:
        self._competitors = tuple(dict.fromkeys(competitors))
        self._told: set[str] = set()
        self._expected: frozenset[str] = frozenset()
        self._utterances = Utterances(_LONGEST_S)
        self._last_partial = ""
        self._decoder: Any = None
        self._decoding = False
        self._load(phrases)

    @property
    def name(self) -> str:
        """Short name for logs."""
        return "pocketsphinx"

    def expect(self, phrases: Sequence[str]) -> None:
        """Set the phrases that can be heard from now on.

        A phrase with a word that the model does not know is left out and logged, once.
        """
        if not self._announced.issuperset(phrases):
            self._load([*self._announced, *phrases])
            # What was being said is lost, but not the count of samples.
            self._utterances.abandon()
            self._decoding = False
        self._expected = frozenset(phrases)

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        """Take the next frame, of any length, and return what PocketSphinx made of it.

        Raises:
            RecogniserError: PocketSphinx failed.
        """
        heard: list[Hypothesis] = []
        try:
            for piece in self._utterances.accept(frame):
                heard += self._decode(piece)
        except RuntimeError as error:
            raise RecogniserError(
                f"PocketSphinx stopped working: {error}; please start voiceguide again"
            ) from error
        return heard

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far, also how the microphone sounds, and count from zero."""
        if self._decoding:
            self._decoder.end_utt()
        self._decoding = False
        self._forget()
        self._utterances = Utterances(_LONGEST_S)
        self._last_partial = ""

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        """Return the phrases that contain words the model's dictionary does not know."""
        phrases = list(phrases)
        known = _pronunciations(_words(phrases)).keys()
        return [phrase for phrase in phrases if not known >= set(phrase.split())]

    def close(self) -> None:
        """Free the model."""
        self._decoder = None

    def _load(self, phrases: Sequence[str]) -> None:
        """Make a decoder for these phrases: 0.3 s, so before the session and not within it."""
        pocketsphinx = _library()
        self._announced = frozenset(phrases)
        unknown = self.unknown_words(dict.fromkeys(phrases))
        if new := [phrase for phrase in unknown if phrase not in self._told]:
            self._told.update(new)
            log.warning("PocketSphinx does not know every word of: %s", ", ".join(new))
        usable = [phrase for phrase in dict.fromkeys(phrases) if phrase not in unknown]
        # Only the words in use: a decoder with all 134,000 takes ten times as long to make and more memory.
        dictionary = _pronunciations(_words([*usable, *self._competitors]))
        weights = dict.fromkeys([word for word in self._competitors if word in dictionary], 1)
        weights |= dict.fromkeys(usable, _PHRASE_WEIGHT)
        with tempfile.TemporaryDirectory(prefix="voiceguide-") as folder:
            words = Path(folder, "words.dict")
            words.write_text("\n".join(_dictionary_lines(dictionary)) + "\n", encoding="utf-8")
            model = Path(folder, "phrases.arpa")
            model.write_text(word_sequences(weights), encoding="utf-8")
            try:
                self._decoder = pocketsphinx.Decoder(lm=None, dict=str(words), loglevel="FATAL")
                sequences = pocketsphinx.NGramModel(self._decoder.config, self._decoder.logmath, str(model))
                self._decoder.add_lm("phrases", sequences)
                self._decoder.activate_search("phrases")
                # The mean of the features, which then follows the microphone and the room.
                self._first_cmn = self._decoder.get_cmn()
            except (RuntimeError, ValueError) as error:
                raise RecogniserError(
                    f"PocketSphinx cannot be used: {error}. Install it again with: "
                    "pip install --force-reinstall pocketsphinx"
                ) from error

    def _forget(self) -> None:
        self._decoder.set_cmn(self._first_cmn)
        with warnings.catch_warnings():
            # Called unnecessary by the library, but without it the noise of one stream is taken off the next one.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._decoder.start_stream()

    def _decode(self, piece: Piece) -> Iterator[Hypothesis]:
        if piece.first:
            self._decoder.start_utt()
            self._decoding = True
            self._last_partial = ""
        self._decoder.process_raw(piece.sound, False, False)
        if piece.last:
            self._decoder.end_utt()
            self._decoding = False
            spoken = self._spoken()
            if spoken or self._last_partial:
                yield self._hypothesis(spoken, piece.at, final=True)
            return
        phrase = self._phrase(self._spoken())
        if phrase != self._last_partial:
            self._last_partial = phrase
            yield self._hypothesis(phrase, piece.at, final=False)

    def _spoken(self) -> str:
        """Return all words of the utterance so far, known or not; empty when nothing sounded like speech."""
        found = self._decoder.hyp()
        return " ".join(_VARIANT.sub("", word) for word in found.hypstr.split()) if found else ""

    def _phrase(self, spoken: str) -> str:
        return spoken if spoken in self._expected else ""

    def _hypothesis(self, spoken: str, at: int, *, final: bool) -> Hypothesis:
        return Hypothesis(text=self._phrase(spoken), final=final, at=at, engine=self.name)


def word_sequences(weights: dict[str, int]) -> str:
    """Return a trigram model of weighted phrases, as ARPA text.

    Absolute counts with a fixed part left over for other sequences: what the phrases do not say stays possible,
    but costs. The format is described by the CMU and SRILM toolkits under `ngram-format`.

    Args:
        weights: each phrase, one word or several, with how often it counts.
    """
    counts: list[Counter[tuple[str, ...]]] = [Counter(), Counter(), Counter()]
    for phrase, weight in weights.items():
        words = ("<s>", *phrase.split(), "</s>")
        for end in range(1, len(words)):
            for order in range(min(3, end + 1)):
                counts[order][words[end - order : end + 1]] += weight
    total = counts[0].total()
    before: Counter[str] = Counter()
    for (first, _), count in counts[1].items():
        before[first] += count
    lines = ["\\data\\"]
    lines += [f"ngram {order + 1}={len(counts[order]) + (order == 0)}" for order in range(3)]
    backoff = f"{math.log10(_LEFT_OVER):.4f}"
    lines += ["", "\\1-grams:", f"-99 <s> {backoff}"]
    lines += [f"{math.log10(n / total):.4f} {word} {backoff}" for (word,), n in sorted(counts[0].items())]
    lines += ["", "\\2-grams:"]
    lines += [
        f"{math.log10((1 - _LEFT_OVER) * n / before[one]):.4f} {one} {two} {backoff}"
        for (one, two), n in sorted(counts[1].items())
    ]
    lines += ["", "\\3-grams:"]
    lines += [
        f"{math.log10((1 - _LEFT_OVER) * n / counts[1][one, two]):.4f} {one} {two} {three}"
        for (one, two, three), n in sorted(counts[2].items())
    ]
    return "\n".join([*lines, "", "\\end\\", ""])


_LEFT_OVER = 0.4
"""Share of the probability after any word that is left for words which no phrase has there."""


def _library() -> Any:
    try:
        import pocketsphinx  # noqa: PLC0415 - loads a C library that only this engine needs
    except (ImportError, OSError) as error:
        raise RecogniserError(
            f"PocketSphinx cannot be loaded: {error}. Install it with: pip install pocketsphinx"
        ) from error
    return pocketsphinx


def _words(phrases: Iterable[str]) -> set[str]:
    return {word for phrase in phrases for word in phrase.split()}


def _pronunciations(words: set[str]) -> dict[str, list[str]]:
    """Return the pronunciations of those words that the model knows, the first one first.

    Raises:
        RecogniserError: the model's dictionary cannot be read.
    """
    path = Path(_library().get_model_path("en-us")) / "cmudict-en-us.dict"
    found = {word: list(phones) for word, phones in _EXTRA_PRONUNCIATIONS.items() if word in words}
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                entry, _, phones = line.rstrip("\n").partition(" ")
                word = _VARIANT.sub("", entry)
                if word in words:
                    found.setdefault(word, []).append(phones)
    except OSError as error:
        raise RecogniserError(
            f"PocketSphinx's dictionary cannot be read: {error}. Install it again with: "
            "pip install --force-reinstall pocketsphinx"
        ) from error
    return found


def _dictionary_lines(pronunciations: dict[str, list[str]]) -> Iterator[str]:
    for word, variants in sorted(pronunciations.items()):
        for number, phones in enumerate(variants, start=1):
            yield f"{word} {phones}" if number == 1 else f"{word}({number}) {phones}"
