"""What may be said, as a graph of tokens: followed by hand, word by word."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from toy_tokens import toy_tokens

from voiceguide.hearing.recognisers.moonshine.grammar import Grammar, Sayable
from voiceguide.hearing.recognisers.moonshine.tokens import Tokens

PHRASES = ("next side", "next", "okay", "i am ready", "stop the session", "stop")
BEFORE, AFTER = ("okay", "can you"), ("please", "thank you")
SAYABLE = Sayable(PHRASES, before=BEFORE, after=AFTER)
WORDS = ("next", "Next", "side", "okay", "Okay", "please", "stop", "I", "thank", "you")

Said = Callable[[str], set[str] | None]


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return toy_tokens(tmp_path, WORDS)


@pytest.fixture
def said(tokens: Tokens) -> Said:
    """The phrases that are complete after a text; None for a text that leads nowhere."""
    return follow(tokens, Grammar(tokens, SAYABLE))


def follow(tokens: Tokens, grammar: Grammar) -> Said:
    def said(text: str) -> set[str] | None:
        place = grammar.begin()
        for part in re.findall(r"[\w']+|[.,!?]", text):
            for number in [tokens.punctuation[part]] if part in tokens.punctuation else tokens.word(part):
                after = grammar.after(place)
                if number not in after:
                    return None
                place = after[number]
        return set(grammar.said(place))

    return said


@pytest.mark.parametrize("phrase", [phrase for phrase in PHRASES if not phrase.startswith("i ")])
def test_every_phrase_can_be_said(said: Said, phrase: str) -> None:
    assert said(phrase) == {phrase}
    assert said(phrase.capitalize()) == {phrase}


def test_i_is_written_as_the_model_writes_it(said: Said) -> None:
    assert said("I am ready") == {"i am ready"}
    assert said("i am ready") is None


def test_nothing_is_said_at_first_or_within_a_phrase(said: Said) -> None:
    assert said("") == set()
    assert said("stop the") == set()
    assert said("I am") == set()


@pytest.mark.parametrize("text", ["side", "next stop", "stop session", "next side next", "please", "nex side"])
def test_other_words_lead_nowhere(said: Said, text: str) -> None:
    assert said(text) is None


def test_fillers_may_stand_around_a_phrase(said: Said) -> None:
    assert said("okay next side") == {"next side"}
    assert said("can you stop") == {"stop"}
    assert said("next side please") == {"next side"}
    assert said("okay can you next side please thank you") == {"next side"}
    assert said("okay okay next") == {"next"}
    assert said("can you") == set(), "a filler alone is no phrase"
    assert said("next thank") == set(), "half a filler is no end"
    assert said("thank you next") is None, "what may stand after may not stand before"
    assert said("next can you") is None


def test_what_is_both_a_filler_and_a_phrase_is_both(said: Said) -> None:
    assert said("okay") == {"okay"}
    assert said("okay please") == {"okay"}
    assert said("okay okay") == {"okay"}
    assert said("okay stop") == {"stop"}


def test_punctuation_stands_between_the_parts_only(said: Said) -> None:
    assert said("Okay, next side, please") == {"next side"}
    assert said("Okay. Next side! Thank you") == {"next side"}
    assert said("next side, please, thank you") == {"next side"}
    assert said("next, side") is None
    assert said(", next") is None
    assert said("okay,, next") is None
    assert said("can, you next") is None


def test_a_mark_may_stand_at_the_end(said: Said) -> None:
    assert said("next side.") == {"next side"}
    assert said("okay, next side,") == {"next side"}


def test_without_fillers_there_are_only_phrases(tokens: Tokens) -> None:
    said = follow(tokens, Grammar(tokens, Sayable(PHRASES)))
    assert said("next side") == {"next side"}
    assert said("okay next side") is None
    assert said("next side please") is None


def test_a_pattern_is_said_under_its_name_in_all_its_forms(tokens: Tokens) -> None:
    patterns = {"<next>": ["[can you] (next|stop) side"]}
    said = follow(tokens, Grammar(tokens, Sayable(("next",), patterns=patterns, after=AFTER)))
    for text in ("next side", "Next side", "stop side", "can you stop side", "can you next side, please"):
        assert said(text) == {"<next>"}, text
    assert said("next") == {"next"}
    assert said("can you side") is None


def test_an_urgent_phrase_may_follow_a_leading_one(tokens: Tokens) -> None:
    sayable = Sayable(("stop", "next", "okay side"), frozenset({"okay side"}), frozenset({"stop"}), after=AFTER)
    said = follow(tokens, Grammar(tokens, sayable))
    assert said("stop okay side") == {"okay side"}
    assert said("Stop, okay side") == {"okay side"}
    assert said("stop please. Okay side") == {"okay side"}
    assert said("next okay side") is None, "after that it might mean the opposite"
    assert said("stop next") is None


def test_places_that_mean_the_same_are_equal(tokens: Tokens) -> None:
    grammar = Grammar(tokens, SAYABLE)
    first = tokens.word("next")[0]
    assert grammar.after(grammar.begin())[first] == grammar.after(grammar.begin())[first]
