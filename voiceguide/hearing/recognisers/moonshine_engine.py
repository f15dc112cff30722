"""Moonshine, a small neural recogniser of English, asked in several ways about each utterance.

It scores the phrases that a person may say, and it writes down what was said. The score finds a phrase in noise,
where the transcript is wrong; the transcript tells a phrase from a sentence that merely begins like one, and holds
the words about pain that no phrase foresaw. A few lone words are told by their sound as well
(`moonshine/head.py`).

The endpointer cuts the sound into utterances. One is looked at in its first moment of silence, so that the answer
is there when the endpointer is sure that it has ended, and, because a call of pain must not wait for the end of a
sentence, now and then while it goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from voiceguide.audio.samples import FULL_SCALE
from voiceguide.core.clock import samples
from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers.moonshine.grammar import Grammar, Sayable
from voiceguide.hearing.recognisers.moonshine.head import LONGEST, WordHead, pooled
from voiceguide.hearing.recognisers.moonshine.model import Floats, Model
from voiceguide.hearing.recognisers.moonshine.scoring import score, transcribe
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis, Scored
from voiceguide.hearing.vad.detector import WINDOW
from voiceguide.hearing.vad.endpointer import HANGOVER, TAIL, Endpointer, Utterance

NAME = "moonshine"

LOOKS_EVERY = samples(0.8) // WINDOW * WINDOW
"""Samples of speech between two looks at an utterance that goes on. The longest single words are shorter: their
end is known before the first of these looks."""

SCORES_KEPT = 12
"""Phrases whose scores are passed on."""

SOUNDS_KEPT = 5
"""Words known by their sound whose probabilities are passed on, the likeliest first."""

SILENCE = 6 * WINDOW
"""Samples of silence before and after the sound. Of 133 words of people for tuning, 2 m away in pink noise at 10
dB, the right one scored above -3 for 105 with it, 92 without."""


class MoonshineRecogniser:
    """Hears English with a Moonshine model.

    Args:
        folder: the model's three files.
        sayable: what may be said.

    Raises:
        RecogniserError: the model or the detector cannot be loaded.
    """

    def __init__(self, folder: Path, sayable: Sayable) -> None:
        self._model = Model(folder)
        head = WordHead()
        self._head = head if head.fits(self._model.width) else None  # a larger model has other states
        self._sayable = sayable
        self._grammar = Grammar(self._model.tokens, sayable)
        self._endpointer = Endpointer()
        self._looked = 0  # length of the utterance at the last look
        self._last: tuple[int, Hypothesis] | None = None  # that look, and until when somebody had spoken then
        self._sparing = False

    @property
    def name(self) -> str:
        """Short name for logs."""
        return NAME

    @property
    def listens_to_sound(self) -> bool:
        """It does."""
        return True

    @property
    def steady(self) -> int:
        """A look takes in the whole utterance so far: nothing is gained by waiting for the next one."""
        return 0

    @property
    def decides_within(self) -> int:
        """The hangover, and a window that is not full yet."""
        return (HANGOVER + 1) * WINDOW

    def expect(self, phrases: Sequence[str]) -> None:
        """Add phrases that can be heard. None is taken away: what makes no sense now still competes."""
        known = set(self._sayable.phrases)
        new = [phrase for phrase in phrases if phrase not in known]
        if new:
            self._sayable = replace(self._sayable, phrases=(*self._sayable.phrases, *new))
            self._grammar = Grammar(self._model.tokens, self._sayable)

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        """Take the next frame, of any length, and return what Moonshine made of it.

        Raises:
            RecogniserError: onnxruntime failed.
        """
        heard: list[Hypothesis] = []
        for utterance in self._endpointer.accept(frame):
            silent = utterance.at - utterance.spoke_until
            if utterance.over:
                heard.append(self._at_the_end(utterance))
                self._looked, self._last = 0, None
            elif silent == TAIL * WINDOW or self._is_due(utterance):
                self._looked = utterance.length
                self._last = utterance.spoke_until, self._look(utterance)
                heard.append(self._last[1])
        return heard

    def spare(self, *, sparing: bool) -> None:
        """Look at an utterance only when it has ended, or also before that."""
        self._sparing = sparing

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero."""
        self._endpointer = Endpointer()
        self._looked, self._last = 0, None

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        """Return the phrases with letters that the model does not write."""
        unknown = []
        for phrase in phrases:
            try:
                for word in phrase.split():
                    self._model.tokens.word(word)
            except RecogniserError:
                unknown.append(phrase)
        return unknown

    def close(self) -> None:
        """Free the model."""
        del self._model

    def _is_due(self, utterance: Utterance) -> bool:
        return not self._sparing and utterance.length - self._looked >= LOOKS_EVERY

    def _at_the_end(self, utterance: Utterance) -> Hypothesis:
        """Return what was made of an utterance that has ended; a look since its last word will do."""
        if self._last is not None and self._last[0] == utterance.spoke_until:
            known = self._last[1]
            if known.at - utterance.spoke_until == TAIL * WINDOW:
                return replace(known, final=True, at=utterance.at, ahead=utterance.at - known.at)
        return self._look(utterance)

    def _look(self, utterance: Utterance) -> Hypothesis:
        began = time.thread_time()
        silence = np.zeros(SILENCE, np.float32)
        sound = (utterance.sound / FULL_SCALE).astype(np.float32)
        try:
            heard = self._model.hear(np.concatenate((silence, sound, silence)))
            step = self._model.begin(heard)
            transcript = transcribe(self._model, heard, step)
            scores = score(self._model, heard, self._grammar, step)
        except Exception as error:  # onnxruntime's own exceptions share no class but this one
            raise RecogniserError(f"Moonshine stopped working: {error}; please start voiceguide again") from error
        # What was said may be several phrases at once ("let's start" is also "start"): the longest says most.
        best = sorted(scores.items(), key=lambda one: (-round(one[1], 4), -len(one[0]), one[0]))[:SCORES_KEPT]
        return Hypothesis(
            transcript.text,
            utterance.over,
            utterance.at,
            NAME,
            tuple(Scored(phrase, round(log_p, 4)) for phrase, log_p in best),
            round(transcript.log_p, 4),
            utterance.length,
            round(time.thread_time() - began, 4),
            sounds=self._sounds(utterance, heard.states[0]),
            speaking=not utterance.over and utterance.at == utterance.spoke_until,
        )

    def _sounds(self, utterance: Utterance, states: Floats) -> tuple[Scored, ...]:
        if self._head is None or utterance.length > LONGEST:
            return ()
        log_p = self._head.log_p(pooled(states, SILENCE))
        best = sorted(log_p.items(), key=lambda one: (-one[1], one[0]))[:SOUNDS_KEPT]
        return tuple(Scored(word, round(one, 4)) for word, one in best)
