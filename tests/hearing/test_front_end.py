"""The room between speaker and microphone: whose voice it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
from speakers import NATURAL, natural_voice

from voiceguide.audio.port import BLOCK
from voiceguide.audio.samples import to_int16
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.core.clock import RATE, samples
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.demo.flite import FliteVoice
from voiceguide.errors import EchoError
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.front_end import front_end as front_end_module
from voiceguide.hearing.front_end.front_end import RESTS_AFTER, FrontEnd
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.vad.barge_in import BargeIn
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.language.pack import load_language
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

pytestmark = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")

SENTENCE = "Lie down on your back, bend your knees, and let the floor carry the whole of your body."
DELAY = samples(0.06)


@cache
def spoken(text: str, speaker: str) -> Samples:
    return finish(FliteVoice(speaker).render(text))


def guide(seconds: float) -> Samples:
    sentence = np.concatenate((spoken(SENTENCE, "rms"), np.zeros(samples(0.5), np.float32)))
    return np.resize(sentence, samples(seconds) // BLOCK * BLOCK)


def echo_of(sound: Samples, seed: int = 1) -> Samples:
    """Return a sound as a microphone beside the loudspeaker hears it: direct, then 0.15 s of decaying room."""
    tail = np.random.default_rng(seed).standard_normal(samples(0.15)) * np.exp(-np.arange(samples(0.15)) / 600)
    response = 0.02 * tail.astype(np.float32)
    response[0] = 1.0
    return np.concatenate((np.zeros(DELAY, np.float32), np.convolve(sound, response)))[: len(sound)] * np.float32(
        0.5
    )


def add(base: Samples, sound: Samples, at: int) -> Samples:
    mixed = base.copy()
    mixed[at : at + len(sound)] += sound
    return mixed


Events = list[tuple[int, VoiceBegan | VoiceEnded]]


def listen(
    front_end: FrontEnd, microphone: Samples, reference: Samples
) -> Iterator[tuple[int, VoiceBegan | VoiceEnded | None]]:
    noise = np.random.default_rng(2).standard_normal(len(microphone)).astype(np.float32) * np.float32(3e-4)
    for at in range(0, len(reference), BLOCK):
        frame = to_int16(microphone[at : at + BLOCK] + noise[at : at + BLOCK])
        yield at + BLOCK, front_end.listen(frame, reference[at : at + BLOCK])[1]


@pytest.fixture
def front_end() -> Iterator[FrontEnd]:
    front_end = FrontEnd()
    yield front_end
    front_end.close()


def test_the_guides_own_voice_is_nobody_elses(front_end: FrontEnd) -> None:
    said = guide(40)
    began = [at for at, event in listen(front_end, echo_of(said), said) if isinstance(event, VoiceBegan)]
    assert began == []
    assert front_end.canceller is not None
    assert front_end.canceller.converged
    assert front_end.around == Around(guide=True, other=False, apart=True)


@pytest.mark.parametrize("loudness_db", [0.0, -6.0, -10.0])
def test_a_person_is_noticed_while_the_guide_speaks(front_end: FrontEnd, loudness_db: float) -> None:
    said = guide(30)
    call = spoken("it hurts", "slt") * np.float32(0.5 * 10 ** (loudness_db / 20))
    at = samples(25.0)
    microphone = add(echo_of(said), call, at)
    began = ended = noticed = None
    for now, event in listen(front_end, microphone, said):
        if isinstance(event, VoiceBegan) and began is None:
            began = now
        if isinstance(event, VoiceEnded) and began is not None and ended is None:
            ended = now
        if noticed is None and now >= at + len(call) + samples(0.3):
            noticed = front_end.around
    assert began is not None
    assert at < began <= at + samples(0.5)
    assert ended is not None
    assert ended <= at + len(call) + samples(0.8)
    assert noticed == Around(guide=True, other=True, apart=True)


def test_a_call_does_not_hide_the_next_one(front_end: FrontEnd) -> None:
    said = guide(45)
    call = spoken("it hurts", "slt") * np.float32(0.5 * 10 ** (-10.0 / 20))
    calls = [samples(20.0 + 2.5 * number) for number in range(10)]
    microphone = echo_of(said)
    for at in calls:
        microphone = add(microphone, call, at)
    began = [now for now, event in listen(front_end, microphone, said) if isinstance(event, VoiceBegan)]
    noticed = [any(at < one <= at + len(call) for one in began) for at in calls]
    assert sum(noticed) >= 9


def others_talking(length: int) -> Samples:
    voices = [("slt", 0), ("kal16", 7), ("slt", 14), ("kal16", 21), ("slt", 28)]
    talk = [np.roll(np.resize(spoken(SENTENCE[cut:], who), length), 571 * cut) for who, cut in voices]
    babble: Samples = np.sum(talk, axis=0) / np.float32(np.sqrt(len(talk)))
    return babble


@pytest.mark.parametrize("voice", NATURAL)
def test_a_call_is_noticed_while_others_talk_in_the_room(front_end: FrontEnd, voice: str) -> None:
    """Their talk rises and falls: it was taken for what the canceller leaves of the guide's voice."""
    said = guide(45)
    hold = np.zeros(samples(8), np.float32)
    said = np.concatenate([said[: samples(12)], hold, said])[: len(said)]
    microphone = echo_of(said) + others_talking(len(said)) * np.float32(0.5 * 10 ** (-26.0 / 20))
    call = finish(natural_voice(voice).render("it hurts")) * np.float32(0.5 * 10 ** (-10.0 / 20))
    calls = [samples(at_s) for at_s in (26.0, 30.3, 35.0, 39.6)]
    for at in calls:
        microphone = add(microphone, call, at)
    began = [now for now, event in listen(front_end, microphone, said) if isinstance(event, VoiceBegan)]
    noticed = [any(at < one <= at + len(call) for one in began) for at in calls]
    assert sum(noticed) >= 3
    assert len(began) == sum(noticed), "and nobody where nobody calls"


def test_before_the_canceller_has_converged_voices_cannot_be_told_apart(front_end: FrontEnd) -> None:
    said = guide(0.5)
    events = [event for _, event in listen(front_end, echo_of(said), said) if event]
    assert events == []
    assert front_end.around.guide
    assert not front_end.around.apart


def test_with_a_headset_the_guide_is_not_in_the_room(front_end: FrontEnd) -> None:
    said = guide(12)
    events = [event for _, event in listen(front_end, np.zeros_like(said), said) if event]
    assert events == []
    assert front_end.canceller is not None
    assert front_end.canceller.delay_ms is None
    assert front_end.around == QUIET


def test_in_silence_it_is_somebody_else(front_end: FrontEnd) -> None:
    silence = np.zeros(samples(2), np.float32)
    for _ in listen(front_end, silence, silence):
        pass
    assert front_end.around == QUIET


def test_without_a_library_the_microphone_passes_and_it_is_said_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> None:
        raise EchoError("no library for echo cancellation")

    monkeypatch.setattr(front_end_module, "EchoCanceller", missing)
    front_end = FrontEnd()
    assert "no library" in caplog.text
    frame = np.arange(BLOCK, dtype=np.int16)
    heard, event = front_end.listen(frame, np.full(BLOCK, 0.1, np.float32))
    assert np.array_equal(heard, frame)
    assert event is None
    assert front_end.around == Around(guide=True, other=False, apart=False), "it could be the guide's own voice"
    front_end.close()


@pytest.mark.parametrize("make", [np.zeros, lambda n: 3000 * np.sin(np.arange(n) / 5)])
def test_neither_silence_nor_a_tone_is_a_voice(make: Callable[[int], Samples]) -> None:
    voice, sound = BargeIn(), make(RATE * 3).astype(np.int16)
    events = [voice.accept(block, block, guide=False) for block in sound.reshape(-1, BLOCK)]
    assert not any(isinstance(event, VoiceBegan) for event in events)


def test_when_samples_were_lost_on_the_way_the_echo_is_looked_for_anew() -> None:
    """The card has lost 25 ms and does not know how much: the canceller finds the echo again."""
    said, slips = guide(30), NO_SLIPS
    half, lost = samples(15), samples(0.025)
    whole = echo_of(said)
    microphone = np.concatenate((whole[:half], whole[half + lost :], np.zeros(lost, np.float32)))
    front_end = FrontEnd()
    chain = Chain(Ears(TypedRecogniser(), load_language("en")), front_end, slips=lambda: slips)
    delays = []
    for at in range(0, len(said), BLOCK):
        slips = Slips(unknown=int(at >= half))
        chain.accept(to_int16(microphone[at : at + BLOCK]), said[at : at + BLOCK])
        assert front_end.canceller is not None
        delays.append(front_end.canceller.delay_ms)
    chain.close()
    assert delays[half // BLOCK] is None, "looked for anew"
    before, after = delays[half // BLOCK - 1], delays[-1]
    assert before is not None
    assert after is not None
    assert before - after == pytest.approx(25, abs=0.5)
    unknown = sum(delay is None for delay in delays[half // BLOCK :]) * BLOCK
    assert unknown <= samples(0.6), "one look at the echo is enough"


def test_what_was_lost_and_counted_costs_nothing_that_was_learned() -> None:
    """Two blocks are dropped and counted: what is left of the guide's voice stays as soft as it was."""
    said = guide(30)
    half, lost = samples(15), 2 * BLOCK
    whole = echo_of(said)
    microphone = np.concatenate((whole[:half], whole[half + lost :], np.zeros(lost, np.float32)))
    left = {}
    for counted in (True, False):
        front_end = FrontEnd()
        heard = []
        for at in range(0, len(said), BLOCK):
            if at == half and counted:
                front_end.slipped(Slips(later=-lost))
            heard.append(front_end.listen(to_int16(microphone[at : at + BLOCK]), said[at : at + BLOCK])[0])
            assert front_end.canceller is not None
            known = front_end.canceller.delay_ms is not None and front_end.canceller.converged
            assert known or not counted or not half <= at < half + samples(1)
        after = np.concatenate(heard)[half + samples(0.2) : half + samples(2)]
        left[counted] = 10 * np.log10(np.mean(np.square(after.astype(float))) + 1)
        front_end.close()
    assert left[True] < left[False] - 6, "dB"


def hear(front_end: FrontEnd, microphone: Samples, reference: Samples) -> None:
    for _ in listen(front_end, microphone, reference):
        pass


def test_what_is_heard_right_after_a_slip_may_still_be_the_guide(front_end: FrontEnd) -> None:
    """The echo is there, only its delay is not known: words must not count as somebody else's."""
    said = guide(12)
    hear(front_end, echo_of(said), said)
    assert front_end.around.guide
    front_end.slipped(Slips(unknown=1))
    hear(front_end, echo_of(said)[: samples(0.2)], said[: samples(0.2)])
    assert front_end.around.guide
    assert not front_end.around.apart
    again = slice(samples(0.2), samples(3.0))
    events = [event for _, event in listen(front_end, echo_of(said)[again], said[again])]
    assert not any(isinstance(event, VoiceBegan) for event in events), "its echo was nobody's voice"
    assert not front_end.around.other
    assert front_end.around.apart


def test_a_slip_does_not_turn_a_headset_into_a_loudspeaker_but_another_device_may(
    front_end: FrontEnd,
) -> None:
    said = guide(6)
    hear(front_end, np.zeros_like(said), said)
    front_end.slipped(Slips(unknown=1))
    hear(front_end, np.zeros(samples(0.3), np.float32), said[: samples(0.3)])
    assert front_end.around == QUIET
    front_end.replaced()
    hear(front_end, echo_of(said)[: samples(0.3)], said[: samples(0.3)])
    assert front_end.around.guide


def drifting(sound: Samples, ppm: float) -> Samples:
    """Return a sound as a microphone records it whose clock is fast by so many millionths."""
    at = np.arange(len(sound)) / (1 + ppm * 1e-6)
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)


def left_of_the_guide(*, may_rest: bool, ppm: float) -> tuple[float, float]:
    """Let the guide speak, be silent for half a minute and speak again.

    Returns:
        What is left of its voice in the two seconds after the silence, as a share of its power, and the ERLE then.
    """
    before, after = guide(40), guide(3)
    silence = np.zeros(samples(30), np.float32)
    said = np.concatenate((before, silence, after))
    microphone = drifting(echo_of(said), ppm)
    front_end = FrontEnd()
    front_end.may_rest = may_rest
    noise = np.random.default_rng(2).standard_normal(len(said)).astype(np.float32) * np.float32(3e-4)
    sound = to_int16(microphone + noise)
    rested = 0
    clean = np.zeros_like(sound)
    for at in range(0, len(said), BLOCK):
        block = sound[at : at + BLOCK]
        clean[at : at + BLOCK], _ = front_end.listen(block, said[at : at + BLOCK])
        rested += np.array_equal(clean[at : at + BLOCK], block) and at > len(before)
    assert front_end.canceller is not None
    erle_db = front_end.canceller.erle_db
    front_end.close()
    assert (rested > samples(25) // BLOCK) == may_rest, "the microphone itself, all the while"
    again = slice(len(before) + len(silence), len(before) + len(silence) + samples(2))
    left = np.mean(np.square(clean[again], dtype=np.float64))
    return float(left / np.mean(np.square(sound[again], dtype=np.float64))), erle_db


def test_after_a_rest_the_canceller_takes_out_as_much_as_if_it_had_gone_on() -> None:
    """Though two clocks have drifted meanwhile, by 19 samples."""
    ppm = 40.0
    left, erle_db = left_of_the_guide(may_rest=False, ppm=ppm)
    left_after_rest, erle_after_rest_db = left_of_the_guide(may_rest=True, ppm=ppm)
    assert left < 0.05
    assert left_after_rest < 1.25 * left, "within a decibel"
    assert erle_after_rest_db > erle_db - 1


def test_the_canceller_rests_only_when_it_may_and_the_guide_has_been_silent_for_long(front_end: FrontEnd) -> None:
    said = guide(3)
    front_end.may_rest = True
    hear(front_end, echo_of(said), said)
    offset = np.full(BLOCK, 3000, np.int16)  # which the filter takes out
    silence = np.zeros(BLOCK, np.float32)
    for _ in range(RESTS_AFTER // BLOCK - samples(0.5) // BLOCK):
        clean, _ = front_end.listen(offset, silence)
    assert not np.array_equal(clean, offset)
    for _ in range(samples(0.6) // BLOCK):
        clean, _ = front_end.listen(offset, silence)
    assert np.array_equal(clean, offset)
    front_end.may_rest = False
    clean, _ = front_end.listen(offset, silence)
    assert not np.array_equal(clean, offset), "a session has begun"
