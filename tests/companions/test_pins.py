from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory
from telling import BACK, LOST, view, wait_until

from voiceguide.companions.pins import PinButton, PinLight
from voiceguide.core.commands import Command
from voiceguide.core.states import State
from voiceguide.errors import SettingsError
from voiceguide.presses import Press, Presses
from voiceguide.settings import Button, Light


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    factory = MockFactory()
    monkeypatch.setattr(gpiozero.Device, "pin_factory", factory)
    yield factory.pin
    factory.reset()


def lit(pins: Any, *numbers: int) -> tuple[bool, ...]:
    return tuple(bool(pins(number).state) for number in numbers)


def blinks(pin: Any, least: int = 3) -> bool:
    pin.clear_states()
    wait_until(lambda: len(pin.states) > least)
    return True


def test_each_condition_has_its_light(pins: Any) -> None:
    light = PinLight(Light(red=17, green=27, blue=22))
    light.show(view(State.HOLDING))
    assert lit(pins, 17, 27, 22) == (False, True, False)
    light.show(view(State.HOLDING, saying="Breathe in"))
    assert lit(pins, 17, 27, 22) == (False, False, True)
    light.show(view(State.SAFETY))
    assert blinks(pins(17))
    assert lit(pins, 27, 22) == (False, False)
    light.notice(LOST)
    assert blinks(pins(17), least=9)
    light.notice(BACK)
    light.show(view(State.WAITING, standby=True))
    assert lit(pins, 17, 27, 22) == (False, False, False)
    light.close()


def test_one_light_of_any_colour_tells_that_the_guide_is_there_and_that_it_hurts(pins: Any) -> None:
    light = PinLight(Light(blue=22))
    light.show(view(State.HOLDING))
    assert lit(pins, 22) == (True,)
    light.show(view(State.SAFETY))
    assert blinks(pins(22))
    light.show(view(standby=True))
    assert lit(pins, 22) == (False,)
    light.close()


def test_a_short_press_pauses_and_goes_on_again(pins: Any) -> None:
    presses = Presses()
    button = PinButton(Button(pin=23), presses)
    for state, expected in ((State.HOLDING, Command.PAUSE), (State.PAUSED, Command.RESUME)):
        button.show(view(state))
        press(pins(23), 0.1)
        assert presses.take() == [Press(expected, "button")]
    button.close()


def test_held_it_stops_and_letting_go_does_nothing_more(pins: Any) -> None:
    presses, taken = Presses(), []
    button = PinButton(Button(pin=23, hold_seconds=0.5), presses)
    pins(23).drive_low()
    wait_until(lambda: taken.extend(presses.take()) or taken)
    pins(23).drive_high()
    time.sleep(0.1)
    assert [*taken, *presses.take()] == [Press(Command.STOP, "button")]
    button.close()


def test_a_pin_used_twice_is_told_with_its_setting(pins: Any) -> None:
    light = PinLight(Light(red=17))
    with pytest.raises(SettingsError, match=r"`button.pin`: pin 17"):
        PinButton(Button(pin=17), Presses())
    light.close()


def press(pin: Any, for_s: float) -> None:
    pin.drive_low()
    time.sleep(for_s)
    pin.drive_high()
    time.sleep(for_s)
