from __future__ import annotations

import re
from string import Formatter

import pytest

from voiceguide.core.commands import Command
from voiceguide.core.pain import Kind
from voiceguide.core.states import State
from voiceguide.language.pack import available_languages
from voiceguide.page.routes import ROUTES
from voiceguide.page.site import SITE
from voiceguide.page.wording import WORDS, phrases_of, words_of

SCRIPTS = {path.name: path.read_text() for path in SITE.glob("*.js")}
PAGE = (SITE / "index.html").read_text()


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_there_are_words_for_every_language() -> None:
    assert sorted(path.stem for path in WORDS.glob("*.yaml")) == available_languages()


@pytest.mark.parametrize("language", available_languages())
def test_every_language_has_the_same_words_with_the_same_blanks(language: str) -> None:
    english = words_of("en")
    words = words_of(language)
    assert words.keys() == english.keys()
    assert {name: blanks(text) for name, text in words.items()} == {
        name: blanks(text) for name, text in english.items()
    }
    assert all(text.strip() for text in words.values())


def test_every_word_that_the_page_asks_for_is_there() -> None:
    asked = set(re.findall(r'data-(?:word|label)="(\w+)"', PAGE))
    asked |= {name for text in SCRIPTS.values() for name in re.findall(r"\bwords\.(\w+)", text)}
    assert asked <= words_of("en").keys()


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("state", [state.value for state in State]),
        ("pain_kind", [kind.name.lower() for kind in Kind]),
        ("side", ["left", "right"]),
        ("how", ["completed", "stopped", "pain"]),
        ("refused", ["wait", "not_paired", "token", "no_guide", "no_standby", "other"]),
        ("pair", ["spoken", "printed", "wrong", "no_code", "wait"]),
    ],
)
def test_every_name_that_the_server_may_say_has_words(prefix: str, names: list[str]) -> None:
    missing = {f"{prefix}_{name}" for name in names} - words_of("en").keys()
    assert not missing


def test_every_command_has_a_button() -> None:
    shown = set(re.findall(r'"(\w+)"', SCRIPTS["session.js"][: SCRIPTS["session.js"].index("KINDS_OF_PAIN")]))
    shown |= set(re.findall(r'data-command="(\w+)"', PAGE))
    assert {command.value for command in Command} <= shown


def test_the_scripts_ask_only_for_what_there_is() -> None:
    paths = {entry.path for entry in ROUTES}
    asked = {path for text in SCRIPTS.values() for path in re.findall(r'["`](/api/[\w/]+)', text)}
    assert asked
    assert all(path in paths or f"{path}{{name}}" in paths for path in asked)


def test_buttons_are_called_by_what_people_say() -> None:
    assert phrases_of("en")["how_did_i_do"] == "how did I do"
    assert phrases_of("ko")["pain"] == "아파"
