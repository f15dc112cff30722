"""The volume: what was chosen, softer at night, never below what can be heard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide.core.actions import SetVolume
from voiceguide.core.commands import Command
from voiceguide.core.memory import Remembered
from voiceguide.core.volume import LEAST_DB, MOST_DB, Loudness, Volume
from voiceguide.testing import VirtualSession

NewSession = Callable[..., VirtualSession]


@pytest.mark.parametrize(
    ("chosen", "least", "night", "gain"),
    [
        (0.0, LEAST_DB, 0.0, 0.0),
        (-3.0, LEAST_DB, -6.0, -9.0),
        (-15.0, -9.0, 0.0, -9.0),  # what was chosen cannot be heard where the speaker stands now
        (-3.0, -6.0, -12.0, -6.0),  # nor at night
        (99.0, LEAST_DB, 0.0, MOST_DB),
        (-99.0, -99.0, 0.0, LEAST_DB),
        (0.0, 99.0, 0.0, MOST_DB),  # a speaker that is hardly heard at all
        (0.0, LEAST_DB, 6.0, 0.0),  # a night is not louder than the day
    ],
)
def test_how_loud_a_session_begins(chosen: float, least: float, night: float, gain: float) -> None:
    assert Volume(chosen, Loudness(least, night)).gain_db == gain


def test_quieter_ends_where_it_can_no_longer_be_heard() -> None:
    volume = Volume(0.0, Loudness(least_db=-4.0))
    assert volume.change(Command.QUIETER)
    assert volume.change(Command.QUIETER)
    assert volume.gain_db == -4.0
    assert not volume.change(Command.QUIETER)
    assert volume.change(Command.LOUDER)
    assert volume.gain_db == -1.0


def test_louder_at_night_is_heard_at_once_and_remembered_as_one_step() -> None:
    volume = Volume(-6.0, Loudness(least_db=-6.0, night_db=-6.0))
    assert volume.gain_db == -6.0
    assert volume.change(Command.LOUDER)
    assert (volume.gain_db, volume.chosen_db) == (-3.0, -3.0)


@given(
    chosen=st.floats(-99, 99),
    least=st.floats(-99, 99),
    night=st.floats(-99, 99),
    said=st.lists(st.sampled_from([Command.LOUDER, Command.QUIETER]), max_size=30),
)
def test_whatever_is_said_it_stays_between_what_is_heard_and_what_is_bearable(
    chosen: float, least: float, night: float, said: list[Command]
) -> None:
    volume = Volume(chosen, Loudness(least, night))
    for command in said:
        before = volume.gain_db
        changed = volume.change(command)
        assert changed == (volume.gain_db != before)
        assert changed <= ((volume.gain_db > before) == (command is Command.LOUDER))
        assert min(max(least, LEAST_DB), MOST_DB) <= volume.gain_db <= MOST_DB
        assert LEAST_DB <= volume.chosen_db <= MOST_DB


def test_a_session_at_night_plays_softer_and_remembers_the_day(new_session: NewSession) -> None:
    virtual = new_session(remembered=Remembered(volume_db=-3.0), loudness=Loudness(least_db=-12.0, night_db=-6.0))
    virtual.hear(Command.QUIETER)
    virtual.hear(Command.QUIETER)
    virtual.run(0.5)
    played = [action.gain_db for action in virtual.actions if isinstance(action, SetVolume)]
    assert played == [-9.0, -12.0], "and no softer"
    assert [record.fields["gain_db"] for record in virtual.records("volume")] == [-6.0]
    virtual.run_until_silent()
    assert "quietest" in [said.key for said in virtual.spoken]
