"""Recordings that somebody has made up: a sentence and an end, whatever stands in them."""

from __future__ import annotations

import json
import os
import random
from contextlib import suppress
from pathlib import Path

import pytest
from taping import NoisyPort, tape

from voiceguide.errors import RecordingError, VoiceguideError
from voiceguide.replay.again import replay
from voiceguide.replay.folder import Names
from voiceguide.replay.recorded import read_recording

VALUES = [
    "NaN",
    "1e999",
    "-1",
    "9" * 5000,
    "null",
    "[]",
    "{}",
    '""',
    '"\\u001b[31m"',
    "true",
    "[" * 5000,
    "1e300",
    "0.5",
]
"""As they stand in a file."""

LINES = [
    '{"block": 1, "noticed": [1, 2]}',
    '{"block": 1, "noticed": [{"Verdict": []}]}',
    '{"block": 1, "noticed": [{}]}',
    '{"block": 1, "pressed": [{}]}',
    '{"block": 1, "pressed": ["stop"]}',
    '{"block": 1, "pressed": [{"command": [], "by": 1, "text": 2}]}',
    '{"block": 1, "listen_for": [{}], "hold": true}',
    '{"block": NaN, "slipped": 1}',
    '{"block": -1, "slipped": ' + "9" * 5000 + "}",
    "[" * 100_000,
    "{" * 100_000,
    "7",
]


@pytest.fixture(scope="module")
def taped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taped") / "session"
    tape(folder, NoisyPort(20.0))
    return folder


def survives(folder: Path) -> None:
    with suppress(VoiceguideError):
        replay(read_recording(folder))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:50])
def test_a_line_that_no_voiceguide_wrote(copy: Path, line: str) -> None:
    with (copy / Names.HEARING).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(RecordingError):
        replay(read_recording(copy))


@pytest.mark.parametrize("kind", ["history_lost", "report_kept"])
@pytest.mark.parametrize("value", [None, [], {}, 0.5])
def test_what_came_from_outside_with_a_value_of_another_kind(copy: Path, kind: str, value: object) -> None:
    name = {"history_lost": "reason", "report_kept": "report"}[kind]
    with (copy / Names.EVENTS).open("a") as file:
        file.write(json.dumps({"time_s": 1.0, "kind": kind, name: value}) + "\n")
    with pytest.raises(RecordingError, match="is no event"):
        replay(read_recording(copy))


@pytest.mark.parametrize("name", [Names.HEARING, Names.EVENTS, Names.SPEECH, Names.SESSION])
@pytest.mark.parametrize("seed", range(12))
def test_values_of_another_kind(copy: Path, name: str, seed: int) -> None:
    chance = random.Random(f"{name} {seed}")  # noqa: S311 - damage
    path = copy / name
    whole = name == Names.SESSION
    lines = [path.read_text()] if whole else path.read_text().splitlines()
    for _ in range(3):
        at = chance.randrange(len(lines))
        lines[at] = _with_another_value(lines[at], chance)
    path.write_text(lines[0] if whole else "\n".join(lines) + "\n")
    survives(copy)


def _with_another_value(line: str, chance: random.Random) -> str:
    """Put another value in the place of one, somewhere in a line of JSON."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return line
    holders = [entry]
    for one in holders:
        inner = one.values() if isinstance(one, dict) else one
        holders += [value for value in inner if isinstance(value, dict | list) and value]
    holder = chance.choice([one for one in holders if one] or [{"x": 1}])
    key = chance.choice([*holder]) if isinstance(holder, dict) else chance.randrange(len(holder))
    holder[key] = "in its place"
    return json.dumps(entry).replace('"in its place"', chance.choice(VALUES))


@pytest.mark.parametrize("name", [Names.HEARING, Names.EVENTS, Names.MICROPHONE, Names.SESSION])
def test_a_pipe_or_a_device_in_a_recording(copy: Path, name: str) -> None:
    (copy / name).unlink()
    os.mkfifo(copy / name)
    with pytest.raises(RecordingError, match="is a pipe"):
        read_recording(copy)
    (copy / name).unlink()
    (copy / name).symlink_to("/dev/zero")
    with pytest.raises(RecordingError, match="is a device"):
        read_recording(copy)
