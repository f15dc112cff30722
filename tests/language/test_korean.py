from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from voiceguide import places
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.language.pack import load_language
from voiceguide.language.understanding import Understanding
from voiceguide.routine.load import load_routine

KOREAN = load_language("ko")
ROUTINES = [load_routine(path) for path in sorted(places.shipped_routines().glob("*-ko.yaml"))]


def spoken_lines() -> Iterator[str]:
    for lines in KOREAN.phrases.prompts.values():
        yield from lines
    for routine in ROUTINES:
        yield from (routine.title, *routine.welcome, *routine.closing)
    for exercise in (exercise for routine in ROUTINES for exercise in routine.exercises):
        yield from (*exercise.purpose, *exercise.setup, *exercise.release)
        yield from (*exercise.pain.sharp, *exercise.pain.dull)
        yield from (cue.text for cue in exercise.cues)


def test_no_command_stands_alone_between_two_pauses() -> None:
    # The guide would answer itself.
    understanding = Understanding(KOREAN)
    alone = [part for line in spoken_lines() for part in re.split(r"[,.?!:]", line) if understanding.whole(part)]
    assert alone == []


def test_the_lines_are_korean() -> None:
    latin = [line for line in spoken_lines() if re.search("[A-Za-z]", re.sub(r"{\w+}", "", line))]
    assert latin == []


@pytest.mark.parametrize("phrase", ["다음", "넘어가"])
def test_words_that_pain_was_heard_as_are_no_commands(phrase: str) -> None:
    assert Understanding(KOREAN).whole(phrase) is None


def test_prompts_teach_phrases_that_are_commands() -> None:
    # "...라고" and "...이라고" quote what the person is to say.
    prompts = " ".join(line for lines in KOREAN.phrases.prompts.values() for line in lines)
    taught = {
        command
        for command, phrases in KOREAN.commands.items()
        for phrase in phrases
        if re.search(rf"\b{re.escape(phrase)}(이?라고)", prompts)
    }
    answers = {Command.SHARP, Command.SHOOTING, Command.DULL, Command.RESUME, Command.STOP, Command.REST}
    assert answers | {Command.START, Command.READY, Command.YES, Command.NO, Command.PAIN} <= taught


def test_every_pain_word_is_listened_for_in_every_state() -> None:
    pain = {phrase for command in PAIN_FAMILY for phrase in KOREAN.commands[command]}
    assert pain <= set(KOREAN.phrases_for([Command.START]))
