from __future__ import annotations

from threading import Thread
from typing import Any

from voiceguide.core.commands import Command
from voiceguide.presses import Press, Presses


def test_a_button_takes_the_path_of_the_voice(new_rig: Any, into_a_hold: Any) -> None:
    presses = Presses()
    cues: list[dict[str, Any]] = []
    rig = new_rig(into_a_hold, presses=presses)

    def press_in_the_hold(entry: dict[str, Any]) -> None:
        if entry["kind"] == "cue" and not cues:
            cues.append(entry)
            presses.press(Command.PAIN, "button")

    rig.guide._journal.watch(press_in_the_hold)
    rig.guide.run()

    (heard,) = rig.of("heard", engine="button")
    assert heard["command"] == "pain"
    assert 0 <= heard["time_s"] - cues[0]["time_s"] <= 0.02
    assert rig.of("pain")[0]["time_s"] == heard["time_s"]
    first_words = next(entry for entry in rig.of("say_started") if entry["time_s"] > heard["time_s"])
    assert first_words["key"] == "release"


def test_what_is_urgent_comes_first_and_the_same_counts_once() -> None:
    presses = Presses()
    for command in (Command.LOUDER, Command.SKIP, Command.LOUDER, Command.PAIN):
        presses.press(command, "page")

    assert presses.take() == [
        Press(Command.PAIN, "page"),
        Press(Command.LOUDER, "page"),
        Press(Command.SKIP, "page"),
    ]
    assert presses.take() == []


def test_many_threads_press_and_nothing_is_lost() -> None:
    presses = Presses()
    taken: list[Press] = []

    def press() -> None:
        for _ in range(200):
            for command in Command:
                presses.press(command, "button")

    threads = [Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken += presses.take()
    taken += presses.take()

    assert {press.command for press in taken} == set(Command)
