"""A light and a button at the pins of a Raspberry Pi, by gpiozero.

| condition | light                                  |
|-----------|----------------------------------------|
| standby   | off                                    |
| listening | green                                  |
| speaking  | blue                                   |
| paused    | red and green, blinking slowly         |
| pain      | red, blinking                          |
| deaf      | red, blinking fast                     |

A colour that is not connected is left out; where that leaves nothing, whatever is connected takes its place. So a
light of one colour still tells "off", "on" and three ways of blinking apart.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Final

from voiceguide.companions.condition import Condition, Watch
from voiceguide.core.commands import Command
from voiceguide.core.view import View
from voiceguide.errors import SettingsError
from voiceguide.presses import Presses
from voiceguide.settings import Button, Light

SLOW_S = 1.5
PAIN_S = 0.5
FAST_S = 0.1
"""Seconds on, and as many off."""

PATTERNS: Final[dict[Condition, tuple[tuple[str, ...], float | None]]] = {
    Condition.STANDBY: ((), None),
    Condition.LISTENING: (("green",), None),
    Condition.SPEAKING: (("blue",), None),
    Condition.PAUSED: (("red", "green"), SLOW_S),
    Condition.PAIN: (("red",), PAIN_S),
    Condition.DEAF: (("red",), FAST_S),
}
"""Colours, and how fast they blink; None for a steady light."""

_INSTALL = "Install what drives the pins: pip install 'voiceguide[gpio]', on a Raspberry Pi."


class PinLight:
    """A light of up to three colours. It blinks in a thread of gpiozero's.

    Args:
        light: which pins.

    Raises:
        SettingsError: a pin cannot be used, or what drives them is missing.
    """

    def __init__(self, light: Light) -> None:
        self._watch = Watch()
        self._open = ExitStack()
        self._leds: dict[str, Any] = {}
        for colour in ("red", "green", "blue"):
            if (pin := getattr(light, colour)) is not None:
                self._leds[colour] = self._open.enter_context(_at_pin("LED", f"light.{colour}", pin))

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        if self._watch.notice(entry):
            self._shine()

    def show(self, view: View) -> None:
        """Take a look at the session."""
        if self._watch.show(view):
            self._shine()

    def close(self) -> None:
        """Put the light out."""
        self._open.close()

    def _shine(self) -> None:
        wanted, period_s = PATTERNS[self._watch.condition]
        lit = set(wanted) & set(self._leds) or (set(self._leds) if wanted else set())
        for colour, led in self._leds.items():
            if colour not in lit:
                led.off()
            elif period_s is None:
                led.on()
            else:
                led.blink(period_s, period_s)


class PinButton:
    """A button: a short press pauses, and goes on again; held, it asks for the end as "stop" does.

    Args:
        button: which pin, and how long is "held".
        presses: where commands go.

    Raises:
        SettingsError: the pin cannot be used, or what drives it is missing.
    """

    def __init__(self, button: Button, presses: Presses) -> None:
        self._presses = presses
        self._watch = Watch()
        self._was_held = False
        self._button = _at_pin("Button", "button.pin", button.pin, bounce_time=0.05, hold_time=button.hold_seconds)
        self._button.when_held = self._held
        self._button.when_released = self._released

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        self._watch.notice(entry)

    def show(self, view: View) -> None:
        """Take a look at the session."""
        self._watch.show(view)

    def close(self) -> None:
        """Free the pin."""
        self._button.close()

    def _held(self) -> None:
        self._was_held = True
        self._presses.press(Command.STOP, "button")

    def _released(self) -> None:
        if self._was_held:
            self._was_held = False
            return
        paused = self._watch.condition is Condition.PAUSED
        self._presses.press(Command.RESUME if paused else Command.PAUSE, "button")


def _at_pin(kind: str, setting: str, pin: int, **options: Any) -> Any:
    try:
        import gpiozero  # noqa: PLC0415 - optional, and absent on a desk
    except ImportError as error:
        raise SettingsError(f"`{setting}` is set, but gpiozero is not installed. {_INSTALL}") from error
    try:
        return getattr(gpiozero, kind)(pin, **options)
    except gpiozero.GPIOZeroError as error:
        raise SettingsError(
            f"`{setting}`: pin {pin} cannot be used: {error}. {_INSTALL} Is the pin free, and is this user in the "
            "group gpio?"
        ) from error
