"""Expanding phrase templates: `[x]` may be left out, `(a|b)` is either, and both may be nested."""

from __future__ import annotations

from voiceguide.errors import LanguageError

MOST_PHRASES = 200
"""Phrases one template may stand for. More is a slip of the pen, and would slow the recogniser down."""

_CLOSING = {"[": "]", "(": ")"}


class TemplateError(LanguageError):
    """A template cannot be read.

    Attributes:
        column: index of the character where reading failed.
        problem: what is wrong, on one line.
    """

    def __init__(self, template: str, column: int, problem: str) -> None:
        self.column = column
        self.problem = f"{problem}, at character {column + 1} of {template}"
        super().__init__(f"{problem}, at character {column + 1} of:\n    {template}\n    {' ' * column}^")


def expand(template: str) -> tuple[str, ...]:
    """Return every phrase a template stands for, in reading order, each once and with single spaces.

    `"[the] next (side|one)"` gives "the next side", "the next one", "next side", "next one".

    Raises:
        TemplateError: a bracket is not closed or not opened, a choice is empty, the whole may be left out, or
            it stands for more than `MOST_PHRASES` phrases.
    """
    texts, end = _sequence(template, 0)
    if end < len(template):
        problem = (
            'a "|" outside of "( )"' if template[end] == "|" else f'"{template[end]}" closes what nothing opened'
        )
        raise TemplateError(template, end, problem)
    phrases = dict.fromkeys(" ".join(text.split()) for text in texts)
    if "" in phrases:
        raise TemplateError(template, 0, "a phrase without any word")
    return tuple(phrases)


def _sequence(template: str, start: int) -> tuple[list[str], int]:
    """Read plain text and bracketed parts up to a character that ends them; return the texts and where."""
    texts = [""]
    index = start
    while index < len(template) and template[index] not in "|])":
        if template[index] in _CLOSING:
            parts, end = _bracket(template, index)
        else:
            parts, end = [template[index]], index + 1
        texts = [text + part for text in texts for part in parts]
        if len(texts) > MOST_PHRASES:
            raise TemplateError(template, index, f"more than {MOST_PHRASES} phrases from one template")
        index = end
    return texts, index


def _bracket(template: str, start: int) -> tuple[list[str], int]:
    """Read one bracketed part that opens at `start`; return its choices and the index after it."""
    opening = template[start]
    choices: list[str] = []
    index = start
    while True:
        texts, end = _sequence(template, index + 1)
        if not any(text.strip() for text in texts):
            raise TemplateError(template, min(end, len(template) - 1), "an empty choice")
        choices += texts
        if end == len(template):
            raise TemplateError(template, start, f'"{opening}" is never closed')
        if template[end] == "|":
            index = end
            continue
        if template[end] != _CLOSING[opening]:
            raise TemplateError(template, end, f'"{template[end]}" where "{_CLOSING[opening]}" is expected')
        # What may be left out may be left out last: the full phrase is the one people are taught first.
        return ([*choices, ""] if opening == "[" else choices), end + 1
