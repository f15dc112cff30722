"""Any entries, in any order, from sessions that end in any way."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NewTold = Callable[..., Any]

WORDS = "theverywords"
"""Stand wherever an entry carries what was heard or said."""

SIDES = st.sampled_from(["left", "right", None])
PLACES = st.fixed_dictionaries(
    {
        "exercise": st.sampled_from(["stretch", "ball"]),
        "side": SIDES,
        "repeat": st.integers(1, 3),
        "repeats": st.just(3),
    }
)
KINDS = st.sampled_from(["unknown", "dull", "sharp", "shooting", "unclear"])
REPORTS = st.integers(1, 4)
STATES = st.sampled_from(["waiting", "introducing", "holding", "resting", "paused", "safety", "quiet", "finished"])
SECONDS = st.floats(0, 600)
ENTRIES = st.one_of(
    st.builds(lambda place, state: {"kind": "state", "state": state, **place}, PLACES, STATES),
    st.builds(
        lambda place: {
            "kind": "started",
            "routine": "x",
            "resumed": False,
            "plan": [{**place, "planned_s": 60.0}],
        },
        PLACES,
    ),
    st.builds(
        lambda place, held, plan: {"kind": "hold", "planned_s": plan, "held_s": held, "from_s": 0.0, **place},
        PLACES,
        SECONDS,
        SECONDS,
    ),
    st.builds(
        lambda place, kind, over: {"kind": "pain", "pain": kind, "over": over, "heard": WORDS, **place},
        PLACES,
        KINDS,
        st.booleans(),
    ),
    st.builds(
        lambda place, kind, report, over: {
            "kind": "pain_kind",
            "report": report,
            "pain": kind,
            "over": over,
            **place,
        },
        PLACES,
        KINDS,
        REPORTS,
        st.booleans(),
    ),
    st.builds(
        lambda place, kind, report: {
            "kind": "pain_closed",
            "report": report,
            "pain": kind,
            "over": False,
            "answers": ["dull"],
            "outcome": "again",
            **place,
        },
        PLACES,
        KINDS,
        REPORTS,
    ),
    st.builds(lambda value: {"kind": "pace", "pace": value}, SECONDS),
    st.builds(lambda value: {"kind": "volume", "gain_db": value}, SECONDS),
    st.builds(
        lambda key: {"kind": "say_finished", "utterance": 1, "key": key, "text": WORDS},
        st.sampled_from(["not_a_device", "release", "safety_dull", "setup"]),
    ),
    st.just({"kind": "heard", "command": "pain", "text": WORDS, "engine": WORDS}),
    st.just({"kind": "not_heard", "command": None, "text": WORDS, "engine": WORDS, "why": WORDS}),
    st.just({"kind": "hearing_lost", "reason": WORDS}),
    st.just({"kind": "finished", "how": "stopped"}),
    st.just({"kind": "a kind of tomorrow", "text": WORDS}),
)
LEAVES = ("killed", "closed")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sessions=st.lists(st.lists(ENTRIES, max_size=25), max_size=4), leaves=st.sampled_from(LEAVES))
def test_whatever_is_told_no_report_is_lost_no_word_gets_in_and_the_file_stays_whole(
    told: NewTold, tmp_path: Path, sessions: list[list[dict[str, Any]]], leaves: str
) -> None:
    path = tmp_path / "history.sqlite"
    for left in tmp_path.iterdir():
        left.unlink()
    reported = []
    for number, entries in enumerate(sessions):
        session = told(file=path)
        count = 0
        for entry in entries:
            if entry["kind"] == "pain":
                count += 1
                reported.append((number, entry["exercise"], entry["side"], entry["repeat"]))
                entry = {**entry, "report": count}  # noqa: PLW2901 - numbered as a session numbers them
            fields = {name: value for name, value in entry.items() if name != "kind"}
            session.tell(entry["kind"], **fields)
            if entry["kind"] == "pain":
                with closing(sqlite3.connect(path)) as other:
                    assert other.execute("SELECT count(*) FROM pain").fetchone() == (len(reported),), "at once"
        assert session.lost == []
        session.vanish() if leaves == "killed" else session.history.close()
    told(file=path).history.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = connection.execute("SELECT session, exercise, side, repeat FROM pain ORDER BY id").fetchall()
        assert connection.execute("SELECT count(*) FROM session WHERE how IS NULL").fetchone() == (0,)
    assert [row[1:] for row in kept] == [report[1:] for report in reported]
    for file in tmp_path.iterdir():
        assert WORDS.encode() not in file.read_bytes()
