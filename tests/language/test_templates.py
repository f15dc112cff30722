from __future__ import annotations

import pytest

from voiceguide.language.templates import MOST_PHRASES, TemplateError, expand


@pytest.mark.parametrize(
    ("template", "phrases"),
    [
        ("stop", ["stop"]),
        ("[the] next (side|one)", ["the next side", "the next one", "next side", "next one"]),
        ("go [on [to the next]]", ["go on to the next", "go on", "go"]),
        ("(a|b [c])  d", ["a d", "b c d", "b d"]),
        ("[let us|let's] begin", ["let us begin", "let's begin", "begin"]),
        ("[very] [very] slow", ["very very slow", "very slow", "slow"]),
        ("너무 [많이] 아파", ["너무 많이 아파", "너무 아파"]),
    ],
)
def test_a_template_stands_for_its_phrases(template: str, phrases: list[str]) -> None:
    assert list(expand(template)) == phrases


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
        ("(a|b)" * 9, 35, f"more than {MOST_PHRASES}"),
    ],
)
def test_a_mistake_is_pointed_at(template: str, column: int, problem: str) -> None:
    with pytest.raises(TemplateError, match=problem) as caught:
        expand(template)
    assert caught.value.column == column
    shown, pointer = str(caught.value).splitlines()[-2:]
    assert shown.strip() == template.strip()
    assert pointer == " " * (4 + column) + "^"
