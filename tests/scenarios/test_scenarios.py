"""Conversations in YAML, each on virtual time through the real loop, ears, session, language and routine."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from voiceguide.core.clock import samples
from voiceguide.speaking.mouth import FADE
from voiceguide.testing import Check, Played, judge, load_scenario, play

SCENARIOS = sorted(Path(__file__).parent.glob("*.yaml"))

SILENT_WITHIN = samples(0.040)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_scenario_goes_as_written_and_breaks_no_rule(path: Path) -> None:
    scenario = load_scenario(path)
    played = play(scenario)
    problems = judge(scenario, played)
    assert not problems, "\n".join([*problems, played.transcript()])
    every_cue_is_spoken_at_its_very_sample(played)
    utterances_begin_when_they_are_wanted_and_never_overlap(played)
    pain_silences_the_guide_within_40_ms(played)
    nothing_routine_is_spoken_in_safety(played)


def every_cue_is_spoken_at_its_very_sample(played: Played) -> None:
    journal = played.journal
    cues = [number for number, entry in enumerate(journal) if entry["kind"] == "cue"]
    for number in cues:
        cue = journal[number]
        spoken = next(entry for entry in journal[number:] if entry["kind"] == "say_started")
        assert (spoken["key"], spoken["text"]) == (cue["cue"], cue["text"])
        assert spoken["time_s"] == cue["time_s"] == cue["due_s"]


def utterances_begin_when_they_are_wanted_and_never_overlap(played: Played) -> None:
    sounding: set[int] = set()
    for entry in played.journal:
        match entry["kind"]:
            case "say_started":
                assert not sounding, entry
                assert entry["late_s"] == 0, entry
                sounding.add(entry["utterance"])
            case "say_finished" | "say_cut":
                sounding.discard(entry["utterance"])


def pain_silences_the_guide_within_40_ms(played: Played) -> None:
    sounding: set[int] = set()
    journal, sound = played.journal, played.sound
    for number, entry in enumerate(journal):
        match entry["kind"]:
            case "say_started":
                sounding.add(entry["utterance"])
            case "say_finished" | "say_cut":
                sounding.discard(entry["utterance"])
            case "pain" if sounding:
                at = samples(entry["time_s"])
                cut = next(later for later in journal[number:] if later["kind"] == "say_cut")
                release = next(later for later in journal[number:] if later["kind"] == "say_started")
                assert samples(cut["time_s"]) - at <= FADE
                silence = sound[at + SILENT_WITHIN : samples(release["time_s"])]
                assert len(silence) > 0
                assert not silence.any()


def nothing_routine_is_spoken_in_safety(played: Played) -> None:
    state = ""
    for entry in played.journal:
        if entry["kind"] == "state":
            state = entry["state"]
        assert not (state in ("safety", "quiet") and entry["kind"] in ("cue", "cue_left_out")), entry


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"expect": {"kind": "pain"}, "absent": {"kind": "cue"}},
        {"next": {"key": "release"}},
        {"expect": {"kind": "pain"}, "for_ms": 10},
        {"absent": {"kind": "pain"}, "within_ms": 10},
        {"absent": {"kind": "pain"}, "count": 1},
        {"expect": {"kind": "pain"}, "soon": True},
    ],
)
def test_a_check_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Check.model_validate(wrong)


JOURNAL = [
    {"time_s": 1.0, "kind": "heard", "command": "pain"},
    {"time_s": 1.02, "kind": "say_cut", "key": "setup"},
    {"time_s": 1.3, "kind": "say_started", "key": "release"},
    {"time_s": 2.0, "kind": "heard", "command": "pain"},
    {"time_s": 2.3, "kind": "say_started", "key": "release"},
]


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ({"expect": {"kind": "say_cut"}}, None),
        ({"expect": {"kind": "chime"}}, "in the session there was no {'kind': 'chime'}"),
        ({"expect": {"kind": "say_started"}, "count": 2}, None),
        ({"expect": {"kind": "say_started"}, "count": 1}, "came 2 times"),
        ({"after": {"kind": "chime"}, "expect": {"kind": "say_cut"}}, "there is no {'kind': 'chime'}"),
        ({"after": {"command": "pain"}, "times": 3, "absent": {"kind": "say_cut"}}, "there is no 3. "),
        ({"after": {"command": "pain"}, "times": 1, "expect": {"kind": "say_cut"}, "within_ms": 20}, None),
        (
            {"after": {"command": "pain"}, "times": 1, "expect": {"kind": "say_cut"}, "within_ms": 19},
            "within 19 ms",
        ),
        ({"after": {"command": "pain"}, "expect": {"kind": "say_cut"}}, "at 2.000 s there was no"),
        ({"after": {"command": "pain"}, "next": {"kind": "say_started", "key": "release"}}, None),
        ({"after": {"command": "pain"}, "next": {"kind": "say_started", "key": "setup"}}, "the next was not"),
        ({"after": {"key": "setup"}, "absent": {"kind": "say_started"}, "for_ms": 279}, None),
        ({"after": {"key": "setup"}, "absent": {"kind": "say_started"}, "for_ms": 280}, "came {'time_s': 1.3"),
        ({"after": {"key": "setup"}, "absent": {"key": None}}, None),
    ],
)
def test_a_check_can_fail(check: dict[str, object], problem: str | None) -> None:
    found = Check.model_validate(check).problem(JOURNAL)
    assert (found is None) if problem is None else (found is not None and problem in found)


def test_a_line_that_is_not_heard_or_not_said_is_a_problem() -> None:
    scenario = load_scenario(Path(__file__).parent / "stop_and_yes.yaml")
    first = scenario.lines[0].model_copy(update={"say": "begone"})
    never = scenario.lines[0].model_copy(update={"when": {"kind": "nothing"}})
    changed = scenario.model_copy(update={"lines": [first, never]})
    problems = judge(changed, play(changed))
    assert any("'begone' at 28.490 s was heard as" in problem for problem in problems)
    assert any("never came to say 'start'" in problem for problem in problems)
