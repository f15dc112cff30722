from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.phrases import PROMPTS
from voiceguide.errors import LanguageError
from voiceguide.language.matcher import Matcher
from voiceguide.language.pack import (
    LOCALES,
    LanguagePack,
    available_languages,
    comparable,
    load_language,
    normalise,
    read_language,
)

NAMED_IN_THE_DOCUMENTATION = {
    Command.START: ["start"],
    Command.READY: ["ready"],
    Command.NEXT: ["next"],
    Command.NEXT_SIDE: ["next side"],
    Command.SKIP: ["skip"],
    Command.BACK: ["back"],
    Command.REPEAT: ["repeat"],
    Command.PAUSE: ["pause"],
    Command.RESUME: ["resume", "continue"],
    Command.STOP: ["stop"],
    Command.HOW_LONG: ["how long"],
    Command.WHATS_NEXT: ["what's next", "what is next"],
    Command.WHY: ["why"],
    Command.WHAT_IS: ["what is the psoas"],
    Command.SLOWER: ["slower"],
    Command.FASTER: ["faster"],
    Command.LOUDER: ["louder"],
    Command.QUIETER: ["quieter"],
    Command.HELP: ["help"],
    Command.YES: ["yes"],
    Command.NO: ["no"],
    Command.PAIN: ["pain", "ouch", "it hurts", "that hurts"],
    Command.SHARP: ["sharp pain"],
    Command.SHOOTING: ["shooting", "down my leg"],
    Command.DULL: ["dull"],
}


@pytest.fixture(scope="module")
def english() -> LanguagePack:
    return load_language("en")


@pytest.fixture
def data() -> Any:
    return yaml.safe_load((LOCALES / "en.yaml").read_text(encoding="utf-8"))


def mistakes(data: Any, folder: Path) -> list[str]:
    path = folder / "xx.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LanguageError) as caught:
        read_language(path)
    assert str(path) in str(caught.value)
    return [line.removeprefix("  - ") for line in str(caught.value).splitlines()[1:]]


@pytest.mark.parametrize("code", available_languages())
def test_every_shipped_language_is_whole(code: str) -> None:
    pack = load_language(code)
    assert pack.language == pack.phrases.language == code
    assert set(pack.commands) == set(Command)
    assert set(pack.phrases.prompts) == set(PROMPTS)
    matcher = Matcher(pack)
    for command, phrases in pack.commands.items():
        assert phrases
        assert {matcher.command(phrase) for phrase in phrases} == {command}
        assert all(phrase == normalise(phrase) for phrase in phrases)


@pytest.mark.parametrize("code", available_languages())
def test_the_guide_never_says_a_command_between_two_pauses(code: str) -> None:
    pack = load_language(code)
    matcher = Matcher(pack)
    lines = [line for lines in pack.phrases.prompts.values() for line in lines]
    parts = [part for line in lines for part in line.replace(",", ".").replace(":", ".").split(".")]
    assert [part for part in parts if matcher.command(part)] == []


def test_the_documented_words_stay(english: LanguagePack) -> None:
    matcher = Matcher(english)
    heard = {word: matcher.command(word) for words in NAMED_IN_THE_DOCUMENTATION.values() for word in words}
    assert heard == {word: command for command, words in NAMED_IN_THE_DOCUMENTATION.items() for word in words}


def test_the_pain_family_is_always_expected(english: LanguagePack) -> None:
    expected = english.phrases_for({Command.YES})
    assert set(expected) == {
        phrase for command in PAIN_FAMILY | {Command.YES} for phrase in english.commands[command]
    }


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("I'm ready", Command.READY),
        ("im ready!", Command.READY),
        ("I\N{RIGHT SINGLE QUOTATION MARK}m  Ready.", Command.READY),
        ("Whats next?", Command.WHATS_NEXT),
        ("'Ouch!'", Command.PAIN),
        ("NEXT SIDE", Command.NEXT_SIDE),
        ("next side of the story", None),
        ("no pain", Command.NO_PAIN),
        ("pain relief", None),
        ("", None),
        ("...", None),
    ],
)
def test_typed_text_is_matched_as_people_write(english: LanguagePack, typed: str, command: Command | None) -> None:
    assert Matcher(english).command(typed) is command


def test_what_spellings_have_in_common() -> None:
    assert normalise("  What's -- NEXT?_") == "what's next"
    assert comparable("What's next") == comparable("whats NEXT!") == "whats next"


def test_the_guides_words_leave_the_blanks_out(english: LanguagePack) -> None:
    words = english.spoken_words()
    assert {"psoas", "breathe"} <= set(words)
    assert "minutes}" not in words
    assert "routine" not in words  # only ever a blank


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(LanguageError, match=r'no language "xx"; there are: .*en'):
        load_language("xx")


def test_every_mistake_is_told_at_once(data: Any, tmp_path: Path) -> None:
    del data["commands"]["pause"]
    data["commands"]["dance"] = ["dance"]
    data["commands"]["skip"] = ["skip [this"]
    data["commands"]["back"] = ["back", "Whats next"]
    data["commands"]["help"] = 3
    del data["prompts"]["goodbye"]
    data["prompts"]["hello"] = "Hello"
    data["prompts"]["how_long"] = "About {hours}."
    data["prompts"]["paused"] = "I am { waiting."
    data["decoys"] = ["paint", "stop"]
    data["colour"] = "blue"
    data["name"] = ""
    told = "\n".join(mistakes(data, tmp_path))
    for part in [
        'unknown section "colour"',
        '"name" must be a text',
        'commands: "pause" is missing',
        'commands: unknown "dance"',
        'commands: skip: "[" is never closed, at character 6',
        '"what\'s next" belongs to both back and whats_next',
        "commands: help: must be a phrase",
        'prompts: "goodbye" is missing',
        'prompts: unknown "hello"',
        "prompts: how_long: {hours} is not filled here",
        "prompts: how_long: {minutes} is missing",
        "prompts: paused:",
        'decoys: "stop" is a command',
    ]:
        assert part in told


def test_yes_and_no_without_quotes_are_explained(data: Any, tmp_path: Path) -> None:
    data["commands"][True] = data["commands"].pop("yes")
    assert 'commands: write "yes" and "no" in quotes; YAML reads them as true and false without' in mistakes(
        data, tmp_path
    )


@pytest.mark.parametrize("section", ["commands", "prompts"])
def test_a_missing_section_is_told(data: Any, tmp_path: Path, section: str) -> None:
    del data[section]
    assert any(f'"{section}" must give' in mistake for mistake in mistakes(data, tmp_path))


@pytest.mark.parametrize("text", ["- a list", "a: [", "\x00"])
def test_a_file_that_is_no_language_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LanguageError, match=r"xx\.yaml"):
        read_language(path)
