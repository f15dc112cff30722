"""What a language may still lack, and the command that tells it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from voiceguide.cli.main import main
from voiceguide.language.pack import LOCALES, LanguagePack, load_language, read_language
from voiceguide.language.review import Remark, review

Change = Callable[[dict[str, Any]], object]


class Words:
    """A recogniser's vocabulary that lacks some words."""

    name = "words"

    def __init__(self, *lacking: str) -> None:
        self._lacking = set(lacking)

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        return [phrase for phrase in phrases if self._lacking & set(phrase.split())]


@pytest.fixture(scope="module")
def english() -> LanguagePack:
    return load_language("en")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Change], LanguagePack]:
    def changed(change: Change) -> LanguagePack:
        data = yaml.safe_load((LOCALES / "en.yaml").read_text(encoding="utf-8"))
        change(data)
        path = tmp_path / "xx.yaml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return read_language(path)

    return changed


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["voiceguide", "language", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0), capsys.readouterr().out


def about(remarks: list[Remark], where: str) -> list[Remark]:
    return [remark for remark in remarks if remark.where == where]


@pytest.mark.parametrize("code", ["en", "ko"])
def test_the_shipped_languages_lack_nothing(code: str, english: LanguagePack) -> None:
    assert review(load_language(code), Words(), english) == []


def test_a_kind_of_pain_needs_a_second_phrase(
    changed: Callable[[Change], LanguagePack], english: LanguagePack
) -> None:
    pack = changed(lambda data: data["commands"].update(numb=["my leg is numb"]))
    [remark] = review(pack, None, english)
    assert remark.where == "commands: numb"
    assert remark.what.startswith("1 phrase,")
    assert remark.serious


def test_words_of_pain_that_the_model_does_not_know_do_not_count(english: LanguagePack) -> None:
    remarks = about(review(english, Words("sharp", "stabbing", "throbbing"), english), "commands: sharp")
    assert [remark.serious for remark in remarks] == [True, True]
    assert "0 phrases that words can hear" in remarks[0].what
    assert "will never be heard" in remarks[1].remedy


def test_an_unknown_word_elsewhere_is_told_and_is_not_serious(english: LanguagePack) -> None:
    remarks = review(english, Words("psoas"), english)
    assert {remark.where for remark in remarks} == {"commands: what_is"}
    assert all(not remark.serious for remark in remarks)
    assert '"what is the psoas"' in remarks[0].what


@pytest.mark.parametrize(
    ("section", "key"), [("prompts", "paused"), ("rehearsal", "learning"), ("trial", None), ("standby", None)]
)
def test_a_lone_command_in_any_line(
    changed: Callable[[Change], LanguagePack], english: LanguagePack, section: str, key: str | None
) -> None:
    def change(data: dict[str, Any]) -> None:
        lines = data[section].get("lines", data[section])
        name = key or next(name for name, text in lines.items() if "{" not in str(text))
        lines[name] = "Yes, stop, if you like."

    remarks = review(changed(change), None, english)
    assert {remark.what.split(" ")[0] for remark in remarks} == {'"Yes"', '"stop"'}


def test_a_count_is_a_word(changed: Callable[[Change], LanguagePack], english: LanguagePack) -> None:
    pack = changed(lambda data: data["prompts"].update(count_3="Three more seconds to go"))
    assert [remark.where for remark in review(pack, None, english)] == ["prompts: count_3"]


def test_what_is_still_english_is_found(changed: Callable[[Change], LanguagePack], english: LanguagePack) -> None:
    def change(data: dict[str, Any]) -> None:
        data["language"] = "xx"
        data["prompts"]["goodbye"] = "Auf Wiedersehen."
        data["commands"]["help"] = ["Hilfe"]

    remarks = review(changed(change), None, english)
    assert about(remarks, "prompts: welcome") == about(remarks, "prompts: goodbye") == []
    assert about(remarks, "commands: help") == []
    assert about(remarks, "prompts: paused")[0].remedy == "Translate it."
    assert about(remarks, "commands: pain")[0].serious


def test_english_is_ready(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out = run(capsys, monkeypatch, "check", "en")
    assert code == 0
    assert "held against the model of moonshine" in out
    assert "English (en): ready" in out


def test_korean_is_ready(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command in the model's vocabulary, every prompt, a voice, and every routine there is in English."""
    code, out = run(capsys, monkeypatch, "check", "ko")
    assert code == 0, out
    assert "held against the model of vosk" in out


def test_a_new_language_is_told_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "xx.yaml"
    text = (LOCALES / "en.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("language: en\nname: English", "language: xx\nname: Xish"), encoding="utf-8")
    code, out = run(capsys, monkeypatch, "check", path)
    assert code == 2
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one.startswith("  paused:"))
    for part in (
        f"{path}:{line}:11: prompts: paused: ",
        "is still English",
        "recogniser: its words were not checked",
        "does not speak 'xx'",
        "missing: ball-release, constructive-rest",
        "voiceguide new: it cannot begin a routine",
    ):
        assert part in out


def test_the_languages_are_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(capsys, monkeypatch, "list") == (0, "en  English\nko  한국어\n")
