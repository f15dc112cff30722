"""YAML text -> plain data that remembers on which line every value stands.

Only the YAML a person writes by hand is accepted: lists, keys with values, texts, numbers. Anchors, aliases,
tags and second documents are refused: nobody needs them here, and they are how YAML files grow without bound
or name Python objects. Only `dict`, `list`, `str`, `int`, `float` and `bool` are built from a file.

Plain words follow YAML 1.2, as editors do: `yes` and `on` are words, `1:30` is a text and not ninety.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

from voiceguide.handwritten.nearest import nearest
from voiceguide.handwritten.problems import Location, Problem, shown
from voiceguide.printable import not_shown
from voiceguide.special_files import A_FOLDER, what_else_it_is

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_BYTES = 256 * 1024
"""Ten times the longest shipped routine is still far below this."""

MAX_VALUES = 5_000
"""Keys and values of a file. The longest shipped one, a language, has 1,800; a routine has 340."""

MEANT_MOST = 20
"""Unknown words of a file for which it is looked up what was meant: more are no misspellings."""

_MAX_DEPTH = 12
"""The deepest value of a routine stands at depth 5."""

_REFUSED = "refused"
_Place = tuple[int, int]


@dataclass
class Source:
    """A file as read.

    Attributes:
        file: its path as the user gave it.
        data: plain data, or None when there is nothing to look at.
        problems: what was wrong with the YAML itself.
        places: line and column (from 1) of every value.
        key_places: line and column of every key.
    """

    file: str
    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    places: dict[Location, _Place] = field(default_factory=dict)
    key_places: dict[Location, _Place] = field(default_factory=dict)
    refused: set[Location] = field(default_factory=set)
    _looked_up: int = 0

    def report(self, place: _Place, what: str, remedy: str) -> None:
        """Add a problem at a line and column."""
        self.problems.append(Problem(self.file, *place, what, remedy))

    def report_at(self, location: Location, what: str, remedy: str, *, key: bool = False) -> None:
        """Add a problem at a value (or its key), or at the nearest thing around it that is in the file."""
        self.report(self.place(location, key=key), what, remedy)

    def nearest(self, word: str, known: Iterable[str]) -> str | None:
        """Return what may have been meant by an unknown word of this file, for the first few of them."""
        self._looked_up += 1
        return nearest(word, known) if self._looked_up <= MEANT_MOST else None

    def place(self, location: Location, *, key: bool = False) -> _Place:
        """Return line and column of a value (or its key), or of the nearest thing around it."""
        if key and location in self.key_places:
            return self.key_places[location]
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, (1, 1))


def read_source(path: Path, *, may_be_empty: bool = False) -> Source:
    """Read a file that a person has written.

    Args:
        path: the file.
        may_be_empty: a file with nothing but comments has no keys, and that is no mistake.

    Returns:
        its data and places; whatever is wrong with the file or its YAML is in `problems`. Never raises for
        what is in the file or for a file that cannot be read.
    """
    source = Source(str(path))
    for _, name in not_shown(path.name):
        source.report((0, 0), f"the name of this file holds the character {name}", "Rename the file.")
        return source
    try:
        if (kind := what_else_it_is(path)) is not None:
            source.report(
                (0, 0), f"this is {kind}", "Name a file." if kind != A_FOLDER else "Name one file in it."
            )
            return source
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        source.report((0, 0), "there is no such file", "Check the spelling and the folder.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        source.report((0, 0), f"cannot be read: {reason}", "Check the path and who may read it.")
    else:
        _parse(raw, source, may_be_empty=may_be_empty)
    return source


def source_of(content: bytes, file: str) -> Source:
    """Return what has been written so far, before it is a file.

    Args:
        content: the text, as UTF-8.
        file: the path it will have; problems are told under this name.
    """
    source = Source(file)
    _parse(content, source, may_be_empty=False)
    return source


def _parse(raw: bytes, source: Source, *, may_be_empty: bool) -> None:
    if len(raw) > MAX_BYTES:
        source.report(
            (0, 0),
            f"the file is larger than {MAX_BYTES // 1024} kB",
            "What a person writes is shorter. Is this the right file?",
        )
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        place = (before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        byte = f"0x{raw[error.start]:02x}"
        source.report(place, f"the byte {byte} is not UTF-8 text", "Save the file with the encoding UTF-8.")
        return
    text = _without_what_cannot_be_shown(text, source)
    composer = None
    try:
        composer = _Composer(text)
        root = composer.get_single_node()
    except yaml.YAMLError as error:
        _report_syntax(error, text, source)
    else:
        if root is None and may_be_empty:
            source.data, source.places[()] = {}, (1, 1)
        elif root is None:
            if source.problems:  # there was nothing but what must not be shown
                return
            source.report((1, 1), "the file is empty", "Begin with a copy of one that comes with voiceguide.")
        else:
            source.data = _plain(root, (), source)
    if composer is not None:
        for mark, what, remedy in composer.refused:
            source.report(_at(mark), what, remedy)


class _Composer(yaml.SafeLoader):
    """PyYAML's node composer with YAML 1.2's plain words, which refuses what nobody needs here."""

    yaml_implicit_resolvers: ClassVar[Any] = {}  # type: ignore[misc]  # PyYAML sets it on classes, too

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.refused: list[tuple[yaml.Mark, str, str]] = []
        self._depth = 0
        self._values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            self.get_event()  # type: ignore[no-untyped-call]
            self._refuse(event, f"*{event.anchor} stands for another place in the file")
            return yaml.ScalarNode(_REFUSED, "", event.start_mark, event.end_mark)  # type: ignore[arg-type]
        if event.anchor is not None:
            self._refuse(event, f"&{event.anchor} names this place in the file")
            event.anchor = None
        if event.tag is not None:
            self._refuse(event, f"{shown(event.tag)[1:-1]} is a YAML tag")
            event.tag = None
            event.implicit = (True, False) if isinstance(event, yaml.ScalarEvent) else True
        if self._depth == _MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", event.start_mark)
        self._values += 1
        if self._values > MAX_VALUES:
            raise yaml.composer.ComposerError(None, None, f"more than {MAX_VALUES:,} values", event.start_mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refuse(self, event: Any, what: str) -> None:
        remedy = "Write the value out; a text that begins with *, & or ! needs quotes."
        self.refused.append((event.start_mark, what, remedy))


_Composer.add_implicit_resolver("null", re.compile(r"~?$|null$|Null$|NULL$"), ["~", "n", "N", ""])
_Composer.add_implicit_resolver("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
# Fifteen digits fit a float exactly; longer numbers are read as floats, which no limit lets pass.
_Composer.add_implicit_resolver("int", re.compile(r"[-+]?[0-9]{1,15}$"), list("-+0123456789"))
_Composer.add_implicit_resolver(
    "float",
    re.compile(
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+.0123456789"),
)


def _at(mark: yaml.Mark) -> _Place:
    return mark.line + 1, mark.column + 1


def _plain(node: yaml.Node, location: Location, source: Source) -> Any:
    source.places[location] = _at(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _plain_mapping(node, location, source)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*location, i), source) for i, item in enumerate(node.value)]
    if node.tag == _REFUSED:
        source.refused.add(location)
    _refuse_what_is_hidden(node.value, _at(node.start_mark), source)
    return _plain_scalar(node.tag, node.value)


def _without_what_cannot_be_shown(text: str, source: Source) -> str:
    """Report control and direction characters wherever they stand; return the text with spaces in their places."""
    text, begins, line = text.replace("\r\n", "\n"), 0, 1
    seen = list(text)
    for at, name in islice(not_shown(text), _MOST_NOT_SHOWN):
        line, begins = line + text.count("\n", begins, at), text.rfind("\n", 0, at) + 1
        source.report((line, at - begins + 1), f"the character {name} {_NOT_SHOWN}", _NOT_SHOWN_REMEDY)
        seen[at] = " "
    return "".join(seen)


_MOST_NOT_SHOWN = 50
"""So many are told: whoever has more has no text there."""


def _refuse_what_is_hidden(written: str, place: _Place, source: Source) -> None:
    """Report the same where it is written as an escape in quotes."""
    for _, name in not_shown(written):
        source.report(place, f"this text holds the character {name}, which {_NOT_SHOWN}", _NOT_SHOWN_REMEDY)


_NOT_SHOWN = "is no letter: it steers a screen or turns the text around"
_NOT_SHOWN_REMEDY = "Delete it and type the text again."


def _plain_mapping(node: yaml.MappingNode, location: Location, source: Source) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = _at(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _REFUSED:
            source.report(place, "this key is no plain word", "Put the text in quotes, or write `key: value`.")
            continue
        key = key_node.value
        _refuse_what_is_hidden(key, place, source)
        here = (*location, key)
        if key in data:
            first = source.key_places[here][0]
            source.report(
                place,
                f"`{shown(key)[1:-1]}` stands here a second time; the first is on line {first}",
                "Keep one of the two.",
            )
            continue
        source.key_places[here] = place
        data[key] = _plain(value_node, here, source)
    return data


def _plain_scalar(tag: str, value: str) -> Any:
    if tag == "int":
        return int(value)
    if tag == "float":
        return float(value.lower().replace(".inf", "inf").replace(".nan", "nan"))
    if tag == "bool":
        return value.lower() == "true"
    return None if tag in {"null", _REFUSED} else value


def _report_syntax(error: yaml.YAMLError, text: str, source: Source) -> None:
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        place = (before.count("\n") + 1, error.position - before.rfind("\n"))
        what = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
        source.report(place, what, "Delete it and type the text again.")
        return
    problem = str(getattr(error, "problem", None) or error)
    tabs = [i for i, line in enumerate(text.splitlines(), 1) if "\t" in line[: len(line) - len(line.lstrip())]]
    if "'\\t'" in problem and tabs:
        for line in tabs:
            source.report((line, 1), "the line is indented with a tab", "YAML wants spaces: replace the tab.")
        return
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = _at(mark) if mark else (1, 1)
    context_mark = getattr(error, "context_mark", None)
    context = getattr(error, "context", None)
    since = f" ({context} on line {context_mark.line + 1})" if context and context_mark else ""
    source.report(place, f"this is not YAML: {problem}{since}", _syntax_remedy(f"{context}: {problem}"))


def _syntax_remedy(problem: str) -> str:
    for part, remedy in _SYNTAX_REMEDIES:
        if part in problem:
            return remedy
    return "Look at the quotes and the indentation here; a text with special characters needs quotes."


_SYNTAX_REMEDIES = (
    ("mapping values are not allowed", "A text that contains a colon needs quotes around all of it."),
    ("unexpected end of stream", "A quote is opened and never closed."),
    ("could not find expected ':'", "Is the colon after the key missing, or is the line indented wrongly?"),
    ("expected a single document", "One file holds one document: remove the line `---`."),
    ("nested too deeply", "No value lies this deep; a text with brackets needs quotes."),
    (" values", "What a person writes is shorter. Is this the right file?"),
    ("but found '<block", "Indent this line like its neighbours."),
    (
        "but found '<scalar>'",
        "Is a quote before this never closed? A text that begins with a brace needs quotes around it all.",
    ),
    ("but found '{'", "A text with a brace needs quotes around all of it."),
)
