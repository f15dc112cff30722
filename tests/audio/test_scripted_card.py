"""Both ends of a sound card on a scripted sounddevice: step by step, without time."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import numpy as np
import pytest
from scripted_card import ScriptedProcess, ScriptedSounddevice
from tones import level, loudest_hertz, middle, sine

from voiceguide.audio.card import MUTE_AFTER, CardPort
from voiceguide.audio.card_link import Wanted
from voiceguide.audio.card_process import CUSHION
from voiceguide.audio.samples import Resampler, to_float, to_int16
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.errors import AudioError

SILENCE = np.zeros(160, np.float32)
QUIET = np.zeros(160, np.int16)

Plug = Callable[..., ScriptedSounddevice]
Opened = Callable[..., CardPort]


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    def plug_in(*rates: int, refuses: tuple[str, ...] = ()) -> ScriptedSounddevice:
        card = ScriptedSounddevice(*rates, refuses=refuses)
        monkeypatch.setitem(sys.modules, "sounddevice", card)
        return card

    return plug_in


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Open ports; they are closed after the test."""
    with ExitStack() as stack:

        def opened_port(**options: float) -> CardPort:
            return stack.enter_context(closing(CardPort(start=ScriptedProcess, **options)))

        yield opened_port


def test_16_khz_is_used_when_the_card_takes_it(plug: Plug, opened: Opened) -> None:
    card = plug(44_100, 16_000)
    opened()
    for stream in (card.mic, card.speaker):
        assert (stream.options["samplerate"], stream.options["blocksize"]) == (16_000, 160)
        assert stream.options["channels"] == 1


@pytest.mark.parametrize("rate", [8_000, 22_050, 32_000, 44_100, 48_000, 96_000])
def test_a_card_without_16_khz_runs_at_its_own_rate(plug: Plug, opened: Opened, rate: int) -> None:
    card = plug(rate)
    opened()
    for stream in (card.mic, card.speaker):
        assert (stream.options["samplerate"], stream.options["blocksize"]) == (rate, rate // 100)


@pytest.mark.parametrize("rate", [16_000, 32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("burst", [1, 4])
def test_sound_goes_through_at_the_cards_rate_without_a_gap(
    plug: Plug, opened: Opened, rate: int, burst: int
) -> None:
    # PortAudio calls back for several blocks in a row: for up to 4 at the latency that is asked for.
    card = plug(rate)
    port = opened()
    ten_ms = rate // 100
    user = to_int16(sine(3, rate, hertz=700)).reshape(-1, ten_ms)
    guide = sine(3, hertz=1000, level=0.25).reshape(-1, 160)
    shadow = Resampler(rate, 16_000, 160, "LQ")  # says when exchange() would have to wait
    heard: list[np.ndarray] = []
    played = []
    ready = 0
    for start in range(0, len(user), burst):
        blocks = user[start : start + burst]
        for block in blocks:
            card.mic.deliver(block)
            ready += len(shadow.feed(to_float(block)))
        while len(heard) < ready:
            heard.append(port.exchange(guide[len(heard)]))
        played += [card.speaker.pull() for _ in blocks]
    assert port.counters.troubles == dict.fromkeys(port.counters.troubles, 0)
    assert loudest_hertz(middle(to_float(np.concatenate(heard)))) == pytest.approx(700, abs=2)
    assert level(middle(to_float(np.concatenate(heard)))) == pytest.approx(0.5, rel=0.01)
    assert loudest_hertz(middle(to_float(np.concatenate(played))), rate) == pytest.approx(1000, abs=2)
    assert level(middle(to_float(np.concatenate(played)))) == pytest.approx(0.25, rel=0.01)


def test_streams_start_with_the_first_exchange(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    port = opened()
    assert (card.mic.done, card.speaker.done) == ([], [])
    card.mic.deliver(QUIET)
    port.exchange(SILENCE)
    assert card.mic.started.wait(10)
    assert card.speaker.started.wait(10)


def test_a_microphone_that_falls_silent_is_told(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    port = opened(deaf_after_s=0.01)
    card.mic.deliver(QUIET)
    port.exchange(SILENCE)
    with pytest.raises(AudioError, match=r"Fussy USB Card.*stopped delivering: nothing for 0\.01 s"):
        port.exchange(SILENCE)


def test_a_speaker_that_takes_nothing_is_told(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    port = opened()
    for _ in range(MUTE_AFTER):
        card.mic.deliver(QUIET)
        port.exchange(SILENCE)
    card.mic.deliver(QUIET)
    with pytest.raises(AudioError, match=r"Fussy USB Card.*stopped taking sound"):
        port.exchange(SILENCE)


def test_a_session_that_is_seconds_behind_loses_what_comes_next_and_counts_it(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    port = opened()
    for number in range(1000):
        card.mic.deliver(np.full(160, number, np.int16))
        card.speaker.pull()
    kept = [port.exchange(SILENCE)[0]]
    assert port.slipped == NO_SLIPS
    card.mic.deliver(np.full(160, 1000, np.int16))
    while kept[-1] != 1000:
        kept.append(port.exchange(SILENCE)[0])
    assert kept[:-1] == list(range(len(kept) - 1))
    assert 200 <= len(kept) < 1000
    dropped = 1001 - len(kept)
    assert port.counters.microphone_dropped == dropped
    assert port.slipped == Slips(later=-dropped * 160), "every echo comes so much earlier from then on"


def test_what_portaudio_reports_is_counted_and_logged(
    plug: Plug, opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    card = plug(16_000)
    port = opened()
    with caplog.at_level(logging.WARNING):
        for number in range(100):
            card.mic.deliver(QUIET, overflow=number < 2)
            card.speaker.pull(underflow=number < 3)
            port.exchange(SILENCE)
    assert port.counters.microphone_overflows == 2
    assert port.counters.speaker_underflows == 3
    assert len(caplog.records) == 1
    assert "'microphone_overflows': 2, 'speaker_underflows': 3" in caplog.text


def test_silence_is_played_until_the_cushion_is_there(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    port = opened()
    loud = np.full(160, 0.5, np.float32)
    for _ in range(CUSHION - 1):
        card.mic.deliver(QUIET)
        port.exchange(loud)
        assert not card.speaker.pull().any()
    card.mic.deliver(QUIET)
    port.exchange(loud)
    assert card.speaker.pull().tolist() == [16_384] * 160


def test_what_has_waited_tells_how_far_the_program_is_behind(
    plug: Plug, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 5.0
    monkeypatch.setattr("time.monotonic_ns", lambda: int(now * 1e9))
    card = plug(16_000)
    port = opened()
    assert port.behind_s == 0.0
    card.mic.deliver(QUIET)
    now += 0.5
    card.mic.deliver(QUIET)
    port.exchange(SILENCE)
    now += 0.25
    assert port.behind_s == 0.75
    port.exchange(SILENCE)
    assert port.behind_s == 0.25


def test_a_slip_comes_with_the_block_at_which_it_happened(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    port = opened()
    for number in range(20):
        card.speaker.pull(underflow=number == 7)
        card.mic.deliver(QUIET, overflow=number == 15)
    slipped = []
    for _ in range(20):
        port.exchange(SILENCE)
        slipped.append(port.slipped)
    assert [one.unknown for one in slipped] == [0] * 7 + [1] * 8 + [2] * 5


def test_closing_plays_what_is_left_and_stops_both_streams_once(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    process = ScriptedProcess(Wanted())
    port = CardPort(start=lambda *_: process)
    card.mic.deliver(QUIET)
    port.exchange(np.full(160, 0.5, np.float32))
    assert card.speaker.started.wait(10)
    port.close()
    port.close()
    assert not process.thread.is_alive()
    assert (card.mic.done, card.speaker.done) == (["start", "abort", "close"], ["start", "stop", "close"])


def test_a_closed_port_says_so(plug: Plug, opened: Opened) -> None:
    plug(16_000)
    port = opened()
    port.close()
    with pytest.raises(AudioError, match="was closed"):
        port.exchange(SILENCE)


@pytest.mark.parametrize(("direction", "word"), [("input", "microphone"), ("output", "speaker")])
def test_a_card_that_cannot_be_opened_is_explained(plug: Plug, opened: Opened, direction: str, word: str) -> None:
    card = plug(48_000, refuses=(direction,))
    with pytest.raises(AudioError) as caught:
        opened()
    message = str(caught.value)
    assert message.startswith(f'The {word} "Fussy USB Card: - (hw:1,0)" cannot be opened. PortAudio says: ')
    for part in ("Device unavailable", "Another program may hold it", "usermod -aG audio", "48000"):
        assert part in message
    # Nothing stays open.
    assert all(stream.done == ["close"] for stream in card.opened.values())


def test_a_deaf_port_has_the_speaker_alone_and_its_step(plug: Plug, opened: Opened) -> None:
    card = plug(16_000, refuses=("input",))
    port = opened(deaf=True)
    assert port.name == "no microphone -> Fussy USB Card: - (hw:1,0)"
    loud = np.full(160, 0.5, np.float32)
    played = []
    for _ in range(20):
        played.append(card.speaker.pull())
        assert not port.exchange(loud).any()
    assert played[-1].all()


def test_a_session_that_stands_still_knows_that_its_next_block_comes_too_late(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    port = opened()
    assert not port.late, "before anything was played"

    def run(blocks: int) -> None:
        for _ in range(blocks):
            card.mic.deliver(QUIET)
            port.exchange(SILENCE)
            card.speaker.pull()

    for _ in range(CUSHION):
        card.mic.deliver(QUIET)
        port.exchange(SILENCE)
    run(50)
    assert not port.late
    for _ in range(30):
        card.mic.deliver(QUIET)
        card.speaker.pull()
    assert port.late
    caught_up = 0
    while port.late:
        port.exchange(SILENCE)  # without waiting: all of it has come
        caught_up += 1
    assert 30 - CUSHION - 2 <= caught_up <= 30
    for _ in range(30 - caught_up):
        port.exchange(SILENCE)
    before = port.counters.speaker_dropped
    card.mic.deliver(QUIET)
    port.exchange(SILENCE)
    card.speaker.pull()
    run(20)
    assert port.counters.speaker_dropped - before <= caught_up
    assert not port.late


def test_a_card_whose_process_has_gone_is_noticed_after_what_it_had_sent(plug: Plug, opened: Opened) -> None:
    card = plug(16_000)
    port = opened()
    card.mic.deliver(np.full(160, 7, np.int16))
    port._process.end(0)  # type: ignore[union-attr]
    assert not port.late
    assert port.exchange(SILENCE)[0] == 7
    with pytest.raises(AudioError):
        port.exchange(SILENCE)
