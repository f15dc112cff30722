"""Templates: what they stand for, and what is said of a broken one."""

from __future__ import annotations

import pytest

from voiceguide.language.patterns import pattern
from voiceguide.language.phrasing import MOST_PHRASES, TemplateError, any_of, expand, parse
from voiceguide.language.spelling import plain

RULES = {"its": parse("(it's|that's)"), "place": any_of([parse("[lower] back"), parse("hip")])}


@pytest.mark.parametrize(
    ("template", "phrases"),
    [
        ("stop", ["stop"]),
        ("[the] next (side|one)", ["the next side", "the next one", "next side", "next one"]),
        ("go [on [to the next]]", ["go on to the next", "go on", "go"]),
        ("(a|b [c])  d", ["a d", "b c d", "b d"]),
        ("[let us|let's] begin", ["let us begin", "let's begin", "begin"]),
        ("[very] [very] slow", ["very very slow", "very slow", "slow"]),
        ("start [the] {name}", ["start the {name}", "start {name}"]),
        ("너무 [많이] 아파", ["너무 많이 아파", "너무 아파"]),
        ("<its> my <place>", ["it's my lower back", "it's my back", "it's my hip"]),
    ],
)
def test_a_template_stands_for_its_phrases(template: str, phrases: list[str]) -> None:
    assert list(expand(template, RULES))[: len(phrases)] == phrases


@pytest.mark.parametrize(
    ("template", "column", "problem"),
    [
        ("start [the", 6, "never closed"),
        ("start (the", 6, "never closed"),
        ("a) b", 1, "nothing opened"),
        ("(a]", 2, 'where "\\)" is expected'),
        ("a | b", 2, "outside"),
        ("(a|)", 3, "empty choice"),
        ("(|a)", 1, "empty choice"),
        ("x []", 3, "empty choice"),
        ("[a]", 0, "without any word"),
        ("  ", 0, "without any word"),
        ("a; b", 1, "no meaning"),
        ("my <hand>", 3, "no rule <hand> above"),
        ("my <place", 3, "never closed"),
        ("(a|b)" * 9, 0, f"more than {MOST_PHRASES}"),
    ],
)
def test_a_mistake_is_pointed_at(template: str, column: int, problem: str) -> None:
    with pytest.raises(TemplateError, match=problem) as caught:
        expand(template, RULES)
    assert caught.value.column == column
    shown, pointer = str(caught.value).splitlines()[-2:]
    assert shown.strip() == template.strip()
    assert pointer == " " * (4 + column) + "^"


@pytest.mark.parametrize(
    ("template", "words", "ends"),
    [
        ("doesn't [really] hurt [at all]", "doesn't really hurt at all", {3, 5}),
        ("(a|a b) [c]", "a b c", {1, 2, 3}),
        ("<its> my <place>", "thats my lower back", {4}),
        ("it hurts", "it hurt", set()),
        ("(a|b|c) " * 12, "a b c a b c a b c a b c", {12}),
    ],
)
def test_a_pattern_finds_every_end(template: str, words: str, ends: set[int]) -> None:
    assert pattern(template, RULES, plain).ends(plain(words), 0) == ends


@pytest.mark.parametrize(
    ("template", "column", "problem"),
    [
        ("hurt(s|ing)", 3, "cuts a word"),
        ("it (has|'s) gone", 8, "cuts a word"),
        ("[a] [b]", 0, "without any word"),
    ],
)
def test_a_pattern_is_made_of_whole_words(template: str, column: int, problem: str) -> None:
    with pytest.raises(TemplateError, match=problem) as caught:
        pattern(template, RULES, plain)
    assert caught.value.column == column
