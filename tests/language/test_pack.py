from __future__ import annotations

import re
from pathlib import Path

import pytest

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.phrases import PROMPTS
from voiceguide.errors import LanguageError
from voiceguide.language.pack import (
    LOCALES,
    LanguagePack,
    available_languages,
    comparable,
    load_language,
    normalise,
    read_language,
)
from voiceguide.language.understanding import Understanding

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


def mistakes(text: str, folder: Path) -> dict[str, int]:
    """What is told of a language file, with the line each is on; every one comes with a remedy."""
    path = folder / "xx.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LanguageError, match=r"xx\.yaml cannot be used as a language") as caught:
        read_language(path)
    lines = str(caught.value).splitlines()[1:]
    assert all(remedy.startswith("    ") and remedy.strip() for remedy in lines[1::2])
    found = [re.fullmatch(rf"{re.escape(str(path))}(?::(\d+):\d+)?: (.*)", line) for line in lines[::2]]
    return {one[2]: int(one[1] or 0) for one in found if one}


@pytest.fixture
def english_text() -> str:
    return (LOCALES / "en.yaml").read_text(encoding="utf-8")


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.strip().startswith(start))


@pytest.mark.parametrize("code", available_languages())
def test_every_shipped_language_is_whole(code: str) -> None:
    pack = load_language(code)
    assert pack.language == pack.phrases.language == code
    assert set(pack.commands) == set(Command)
    assert set(pack.phrases.prompts) == set(PROMPTS)
    understanding = Understanding(pack)
    for command, phrases in pack.commands.items():
        assert phrases
        assert {understanding.whole(phrase) for phrase in phrases} == {command}
        assert all(phrase == normalise(phrase) for phrase in phrases)


@pytest.mark.parametrize("code", available_languages())
def test_the_guide_never_says_a_command_between_two_pauses(code: str) -> None:
    pack = load_language(code)
    understanding = Understanding(pack)
    lines = [line for lines in pack.phrases.prompts.values() for line in lines]
    parts = [part for line in lines for part in line.replace(",", ".").replace(":", ".").split(".")]
    assert [part for part in parts if understanding.whole(part)] == []


def test_the_documented_words_stay(english: LanguagePack) -> None:
    understanding = Understanding(english)
    heard = {word: understanding.whole(word) for words in NAMED_IN_THE_DOCUMENTATION.values() for word in words}
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
    assert Understanding(english).whole(typed) is command


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


@pytest.mark.parametrize(
    ("key", "written", "told"),
    [
        ("name:", 'name: ""', "name: must be a text"),
        ("name:", "nama: English", '"nama" is not known'),
        ("pause:", "paws: [wait]", 'commands: "paws" is not known'),
        ("skip:", 'skip: ["skip [this"]', 'commands: skip: "[" is never closed, at character 6 of skip [this'),
        ("back:", 'back: ["back", "Whats next"]', 'commands: whats_next: "what\'s next" belongs to both back and'),
        ("help:", "help: 3", "commands: help: must be a phrase or a list of phrases"),
        ("help:", 'help: ["help", "..."]', "commands: help: there is a phrase without any word"),
        ("body:", 'body: "<leg>"', "rules: body: there is no rule <leg> above, at character 1 of <leg>"),
        ("limb:", 'limb: "(leg|arm"', 'rules: limb: "(" is never closed, at character 1 of (leg|arm'),
        ("limb:", "limb: 3", "rules: limb: must be a template or a list of them"),
        ("before:", 'befor: ["okay"]', 'fillers: "befor" is not known'),
        ("before:", 'before: ["okay ["]', 'fillers: before: "[" is never closed, at character 6 of okay ['),
        ("after:", "after: {}", "fillers: after: must be a phrase or a list of phrases"),
        ("words:", "word:", 'pain: "word" is not known'),
        ('dull: ["dull (ache', 'dul: ["dull ache"]', 'pain: words: "dul" is not known'),
        ('dull: ["dull (ache', 'dull: ["ache(s|d)"]', "pain: words: dull: a bracket or an apostrophe that cuts"),
        ("misheard:", 'misheard: {"it hertz": 3}', "pain: misheard: it hertz: must be the words that are meant"),
        ("not_stop:", "not_stop: 3", "not_stop: must be a phrase or a list of phrases"),
        ("goodbye:", "good: Bye", 'prompts: "good" is not known'),
        ('how_long: "', 'how_long: "About {hours}."', "prompts: how_long: {hours} is not filled here"),
        ('how_long: "', 'how_long: "Soon."', "prompts: how_long: {minutes} is missing"),
        ("paused:", 'paused: "I am { waiting."', "prompts: paused: "),
        (
            "start_by_name:",
            'start_by_name: ["start"]',
            "standby: start_by_name: must be phrases, each with {name}",
        ),
    ],
)
def test_every_mistake_is_told_with_its_line(
    english_text: str, tmp_path: Path, key: str, written: str, told: str
) -> None:
    line = line_of(english_text, key)
    lines = english_text.splitlines()
    indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
    while not re.match(r"\s*(#|[\"\w]+:|- |$)", lines[line]) or lines[line].startswith(f"{indent}  "):
        del lines[line]  # the rest of a long list
    lines[line - 1] = indent + written
    found = mistakes("\n".join(lines), tmp_path)
    [at] = [at for what, at in found.items() if what.startswith(told)]
    assert at == (line if key != "back:" else line_of("\n".join(lines), "whats_next:"))


def test_a_phrase_that_is_another_one_with_a_filler_is_told_where_it_stands(
    english_text: str, tmp_path: Path
) -> None:
    text = english_text.replace('  back: ["go back"', '  back: ["start please", "go back"')
    what = 'commands: back: "start please" of back is "start" of start with a filler'
    assert mistakes(text, tmp_path) == {what: line_of(text, 'back: ["start')}


def test_what_is_understood_beside_the_phrases_may_be_left_out(english_text: str, tmp_path: Path) -> None:
    lines = english_text.splitlines()
    kept: list[str] = []
    left_out = False
    for line in lines:
        if re.match(r"[a-z]", line):
            left_out = line.split(":")[0] in {"also", "fillers", "pain", "not_stop", "contractions"}
        if not left_out:
            kept.append(line)
    path = tmp_path / "xx.yaml"
    path.write_text("\n".join(kept), encoding="utf-8")
    understanding = Understanding(read_language(path))
    assert understanding.whole("Next side!") is Command.NEXT_SIDE
    assert understanding.whole("next side please") is None
    assert understanding.of("oh no it hurts").command is Command.PAIN


def test_all_mistakes_are_told_at_once(english_text: str, tmp_path: Path) -> None:
    text = (
        english_text.replace("  pause:", "  paws:")
        .replace("  goodbye:", "  good:")
        .replace("name: E", "name: 3 #")
    )
    found = mistakes(text, tmp_path)
    assert {
        'commands: "pause" is missing',
        'prompts: "goodbye" is missing',
        "name: must be a text",
    } <= found.keys()
    assert found["name: must be a text"] == 3


def test_a_decoy_that_is_a_command_is_told_where_it_stands(english_text: str, tmp_path: Path) -> None:
    found = mistakes(english_text.replace("point, put,", "point, stop,"), tmp_path)
    assert found == {'decoys: "stop" is a command': line_of(english_text, "point, put,")}


def test_yes_and_no_need_no_quotes(english_text: str, tmp_path: Path, english: LanguagePack) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(english_text.replace('"yes":', "yes:").replace('"no":', "no:"), encoding="utf-8")
    assert read_language(path) == english


@pytest.mark.parametrize("section", ["commands", "prompts", "rehearsal", "trial", "standby"])
def test_a_missing_section_is_told(english_text: str, tmp_path: Path, section: str) -> None:
    found = mistakes(english_text.replace(f"\n{section}:", f"\nno_{section}:"), tmp_path)
    assert any(what.startswith(f"{section}: must give") for what in found), found
    assert found[f'"no_{section}" is not known'] == line_of(english_text, f"{section}:")


@pytest.mark.parametrize(("text", "line"), [("- a list", 1), ("a: 1\nb: [", 2), ("\x00", 1), ("", 1)])
def test_a_file_that_is_no_language_file(tmp_path: Path, text: str, line: int) -> None:
    assert list(mistakes(text, tmp_path).values()) == [line]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LanguageError, match="there is no such file"):
        read_language(tmp_path / "xx.yaml")
