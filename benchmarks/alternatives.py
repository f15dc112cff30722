"""The alternatives a user would otherwise pick, as their documentation shows them.

No echo canceller, no voice activity detector, no second opinion.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from pocketsphinx import Decoder

from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.verdict.GONE import Claim, Ear
from voiceguide.hearing.verdict.rules import Rule
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.matcher import Matcher
from voiceguide.language.pack import load_language
from voiceguide.speaking.voice import Samples

THRESHOLD = "1e-20"
"""The one in PocketSphinx's own example, `keyphrase='forward', kws_threshold=1e-20`."""

_KWS_FRAME = 1024
_VOSK_BLOCK = 8000


class KeywordSpotting:
    """PocketSphinx looks for every phrase at once, and begins anew after each that it found."""

    def __init__(self) -> None:
        pack = load_language("en")
        self._matcher = Matcher(pack)
        with tempfile.TemporaryDirectory() as folder:
            phrases = Path(folder, "phrases")
            dictionary = Decoder(lm=None, loglevel="FATAL")
            known = [text for text in pack.phrases_for(Command) if all(map(dictionary.lookup_word, text.split()))]
            phrases.write_text("".join(f"{text} /{THRESHOLD}/\n" for text in known), encoding="utf-8")
            self._decoder = Decoder(lm=None, kws=str(phrases), loglevel="FATAL")
        self._decoder.start_utt()
        self._sound = b""
        self._now = 0

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Phrases stay as they are."""

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        """Return what was found."""
        self._now += len(spoken)
        self._sound += b"" if microphone is None else microphone.tobytes()
        if len(self._sound) < 2 * _KWS_FRAME:
            return []
        self._decoder.process_raw(self._sound, False, False)
        self._sound = b""
        found = self._decoder.hyp()
        if found is None:
            return []
        self._decoder.end_utt()
        self._decoder.start_utt()
        # Several phrases found at once come in one string; the longest one at its end counts.
        words = found.hypstr.split()
        texts = (" ".join(words[number:]) for number in range(len(words)))
        command = next(filter(None, map(self._matcher.command, texts)), None)
        return [] if command is None else [_verdict(self._now, command)]

    def close(self) -> None:
        """End the utterance."""
        self._decoder.end_utt()


class VoskExample:
    """Vosk as its `test_microphone.py` uses it: half a second at a time, any words, and the final result counts.

    Args:
        model: a loaded `vosk.Model`.
        language: of the phrases.
    """

    def __init__(self, model: Any, language: str) -> None:
        import vosk  # noqa: PLC0415 - loads a library

        self._matcher = Matcher(load_language(language))
        self._engine = vosk.KaldiRecognizer(model, 16_000)
        self._sound = b""
        self._now = 0

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Any words can be heard."""

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        """Return what was recognised."""
        self._now += len(spoken)
        self._sound += b"" if microphone is None else microphone.tobytes()
        if len(self._sound) < 2 * _VOSK_BLOCK:
            return []
        final = self._engine.AcceptWaveform(self._sound)
        self._sound = b""
        if not final:
            return []
        text = json.loads(self._engine.Result())["text"]
        return [_verdict(self._now, self._matcher.command(text))] if text else []

    def close(self) -> None:
        """Nothing to close."""


def _verdict(now: int, command: Command | None) -> Verdict:
    return Verdict(now, Claim(now, command, Ear.WORDS, "alternative"), Rule.SURE, Heard(now, command))
