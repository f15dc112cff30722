"""The guide's own voice is taken out, and the person's words stay."""

from __future__ import annotations

import ctypes
import importlib.util
import logging
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from echo_room import Pcm, echo, erle_db, guide, level_db, pcm, through
from speakers import JOE, spoken

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.errors import EchoError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.front_end.canceller import EchoCanceller
from voiceguide.hearing.front_end.delay import Sighting
from voiceguide.hearing.front_end.delay_line import LEAST, DelayLine
from voiceguide.hearing.front_end.drift import DelayTrack
from voiceguide.hearing.front_end.speex import LIBRARIES, EchoFilter, PyAec, SpeexDsp, open_filter
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.language.pack import load_language


def installed(library: Callable[[int], EchoFilter]) -> bool:
    try:
        library(BLOCK).close()
    except OSError:
        return False
    return True


@pytest.fixture
def canceller() -> Iterator[EchoCanceller]:
    if not any(map(installed, LIBRARIES)):
        pytest.skip("no echo canceller is installed: sudo apt-get install libspeexdsp1, or: pip install pyaec")
    one = EchoCanceller()
    yield one
    one.close()


def test_blocks_keep_their_size_type_and_time(canceller: EchoCanceller) -> None:
    reference = guide(4)
    microphone = pcm(echo(reference))
    for at in range(0, len(microphone), BLOCK):
        clean = canceller.process(microphone[at : at + BLOCK], reference[at : at + BLOCK])
        assert clean.shape == (BLOCK,)
        assert clean.dtype == np.int16


@pytest.mark.parametrize("delay_ms", [20, 120, 500])
def test_the_echo_is_found_and_taken_out(canceller: EchoCanceller, delay_ms: float) -> None:
    reference = guide(20)
    microphone = pcm(echo(reference, delay_ms=delay_ms))
    clean = through(canceller, microphone, reference)
    assert canceller.delay_ms == pytest.approx(delay_ms, abs=1)
    assert erle_db(microphone, clean, 10, 20) > 20
    assert canceller.converged
    assert canceller.erle_db > 20
    assert canceller.late_ms == 0


def test_the_delay_is_found_in_the_first_seconds_of_speech(canceller: EchoCanceller) -> None:
    reference = guide(4)
    through(canceller, pcm(echo(reference, delay_ms=300)), reference)
    assert canceller.delay_ms == pytest.approx(300, abs=1)


@pytest.mark.parametrize("library", LIBRARIES)
def test_either_library_will_do(library: Callable[[int], EchoFilter]) -> None:
    if not installed(library):
        pytest.skip(f"{library} is not installed: sudo apt-get install libspeexdsp1, or: pip install pyaec")
    canceller = EchoCanceller(libraries=(library,))
    reference = guide(20)
    microphone = pcm(echo(reference))
    clean = through(canceller, microphone, reference)
    assert erle_db(microphone, clean, 10, 20) > 20
    canceller.close()


@pytest.mark.parametrize("drift_ppm", [-100, 0, 50])
def test_drift_is_measured_and_taken_out_through_a_hold(canceller: EchoCanceller, drift_ppm: float) -> None:
    reference = guide(45, hold_s=12)
    microphone = pcm(echo(reference, delay_ms=120, drift_ppm=drift_ppm))
    half = samples(15)
    before = through(canceller, microphone[:half], reference[:half])
    assert canceller.drift_ppm == pytest.approx(drift_ppm, abs=5)
    after = through(canceller, microphone, reference, start=half)
    assert canceller.drift_ppm == pytest.approx(drift_ppm, abs=1)
    assert erle_db(microphone, np.concatenate([before, after]), 31, 45) > 20


def test_without_following_the_drift_the_echo_comes_back(canceller: EchoCanceller) -> None:
    reference = guide(25)
    microphone = pcm(echo(reference, drift_ppm=100))
    careless = EchoCanceller(follow_drift=False)
    careful_db = erle_db(microphone, through(canceller, microphone, reference), 12, 25)
    careless_db = erle_db(microphone, through(careless, microphone, reference), 12, 25)
    careless.close()
    assert careful_db > careless_db + 8


def test_the_same_sound_gives_the_same_samples() -> None:
    reference = guide(10)
    microphone = pcm(echo(reference, drift_ppm=30))
    runs = []
    for _ in range(2):
        canceller = EchoCanceller()
        runs.append(through(canceller, microphone, reference))
        canceller.close()
    assert np.array_equal(*runs)


def test_a_silent_guide_leaves_the_microphone_as_it_is(canceller: EchoCanceller) -> None:
    word = spoken("it hurts a lot")
    microphone = np.concatenate([word, word])
    microphone = microphone[: len(microphone) // BLOCK * BLOCK]
    clean = through(canceller, microphone, np.zeros(len(microphone), np.float32))
    # By their spectra: a filter against direct current turns the phases of the lowest tones.
    spectra = [np.abs(np.fft.rfft(sound.astype(float))) for sound in (microphone, clean)]
    assert np.corrcoef(*spectra)[0, 1] > 0.98
    assert level_db(clean) == pytest.approx(level_db(microphone), abs=0.5)
    assert canceller.delay_ms is None
    assert canceller.erle_db == 0


def with_words(reference: Pcm | np.ndarray, words: list[tuple[float, Pcm]], to_echo_db: float) -> tuple[Pcm, Pcm]:
    """Return the microphone with echo and person, and the person alone."""
    heard = echo(reference, delay_ms=80, drift_ppm=30)
    loud = np.sqrt(np.mean(np.square(heard[np.abs(heard) > 0.01])))
    person = np.zeros(len(heard), np.float32)
    for at_s, word in words:
        sound = word.astype(np.float32)
        sound *= 10 ** (to_echo_db / 20) * loud / np.sqrt(np.mean(np.square(sound)))
        person[samples(at_s) : samples(at_s) + len(sound)] += sound
    return pcm(heard + person), pcm(person)


@pytest.mark.parametrize(("to_echo_db", "least_db"), [(0, 10), (-10, 5), (-20, -3)])
def test_words_spoken_over_the_guide_stay(canceller: EchoCanceller, to_echo_db: float, least_db: float) -> None:
    word = spoken("it hurts")
    reference = guide(26)
    times_s = (12, 16, 20, 24)
    microphone, person = with_words(reference, [(at_s, word) for at_s in times_s], to_echo_db)
    clean = through(canceller, microphone, reference)
    # The same filter with nothing to cancel: what it does to a voice by itself.
    alone = EchoCanceller()
    person = through(alone, person, np.zeros(len(person), np.float32))
    alone.close()
    for at_s in times_s:
        stretch = slice(samples(at_s), samples(at_s) + len(word))
        said = person[stretch].astype(float)
        left = clean[stretch] - said
        assert level_db(said) - level_db(left) > least_db
        gain = np.dot(clean[stretch], said) / np.dot(said, said)
        assert gain == pytest.approx(1, abs=0.3)


@pytest.mark.slow("half a minute heard twice, with the echo and without")
def test_pain_is_heard_through_the_guide(canceller: EchoCanceller) -> None:
    reference = guide(32)
    times = [10.0, 14.0, 18.0, 22.0, 26.0]
    texts = ["it hurts", "sharp pain", "i feel pain"]
    words = [(at, spoken(texts[number % 3], JOE)) for number, at in enumerate(times)]
    microphone, _ = with_words(reference, words, -10)
    clean = through(canceller, microphone, reference)
    engine = choose_recogniser("en", "moonshine")
    assert reports_of_pain(engine, clean, words) > reports_of_pain(engine, microphone, words)
    engine.close()


def reports_of_pain(engine: object, sound: Pcm, words: list[tuple[float, Pcm]]) -> int:
    """Return how many words were taken for pain while they were spoken or in the second and a half after."""
    ears = Ears(engine, load_language("en"))  # type: ignore[arg-type]
    ears.listen_for(frozenset(Command))
    verdicts = [one for at in range(0, len(sound), BLOCK) for one in ears.accept(sound[at : at + BLOCK])]
    heard = [one.heard for one in verdicts if one.heard]
    pain = [one.at for one in heard if one.command in PAIN_FAMILY]
    return sum(any(samples(at_s) < at < samples(at_s + 1.5) + len(word) for at in pain) for at_s, word in words)


def test_what_is_left_of_the_guide_is_quiet_between_words_and_words_are_not(canceller: EchoCanceller) -> None:
    word = spoken("it hurts", "rms")
    reference = guide(26)
    microphone, _ = with_words(reference, [(14, word), (20, word)], -10)
    clean = through(canceller, microphone, reference)
    plain = EchoCanceller(quieten=False)
    linear = through(plain, microphone, reference)
    plain.close()
    # 4 to 7 dB, by how espeak-ng happened to render the sentences.
    assert erle_db(linear, clean, 15.5, 19.5) > 3
    for at_s in (14, 20):
        loud = slice(samples(at_s), samples(at_s) + len(word) // 2)
        assert np.array_equal(clean[loud][-BLOCK:], linear[loud][-BLOCK:])
        assert level_db(clean[loud]) == pytest.approx(level_db(linear[loud]), abs=0.5)


def test_the_noise_of_the_room_stays_even(canceller: EchoCanceller) -> None:
    reference = guide(30)
    clean = through(canceller, pcm(echo(reference, noise=0.003)), reference)
    powers = [level_db(clean[at : at + BLOCK]) for at in range(samples(15), samples(30), BLOCK)]
    assert min(powers) > np.median(powers) - 6, "holes in the noise sound like the ends of words"


def test_somebody_talking_does_not_move_the_delay(canceller: EchoCanceller) -> None:
    word = spoken("i tell you a long story about the weather and the children", "rms")
    reference = guide(30)
    microphone, _ = with_words(reference, [(second, word) for second in range(8, 25, 5)], 6)
    half = samples(15)
    through(canceller, microphone[:half], reference[:half])
    first = canceller.delay_ms
    through(canceller, microphone, reference, start=half)
    assert first == pytest.approx(80 + 0.03 * 15, abs=0.1)
    assert canceller.delay_ms == pytest.approx(80 + 0.03 * 30, abs=0.1)


def test_a_stranger_is_no_echo(canceller: EchoCanceller) -> None:
    story = spoken("i tell you a long story about the weather and the children", "rms")
    stranger = np.tile(np.concatenate([story, np.zeros(samples(0.3), np.int16)]), 8)[: samples(20)]
    clean = through(canceller, stranger, guide(20))
    assert canceller.delay_ms is None
    assert level_db(clean) == pytest.approx(level_db(stranger), abs=0.5)


@pytest.mark.parametrize("lost", [BLOCK, -3 * BLOCK])
def test_lost_and_doubled_blocks_are_found_out(canceller: EchoCanceller, lost: int) -> None:
    reference = guide(30)
    heard = pcm(echo(reference, delay_ms=80))
    at = samples(12)
    microphone = np.concatenate([heard[:at], heard[at + lost :]])
    microphone = np.pad(microphone, (0, max(0, lost)))[: len(heard)]
    clean = through(canceller, microphone, reference)
    assert canceller.delay_ms == pytest.approx(80 - lost / 16, abs=1)
    assert erle_db(microphone, clean, 20, 30) > 18


def test_restart_finds_another_delay_and_keeps_room_and_clocks(canceller: EchoCanceller) -> None:
    reference = guide(40)
    near = pcm(echo(reference, delay_ms=60, drift_ppm=40))
    far = pcm(echo(reference, delay_ms=190, drift_ppm=40))
    at = samples(20)
    microphone = np.concatenate([near[:at], far[at:]])
    before = through(canceller, microphone[:at], reference[:at])
    assert canceller.converged
    canceller.restart()
    assert canceller.delay_ms is None
    assert not canceller.converged
    assert canceller.drift_ppm == pytest.approx(40, abs=2)
    soon = samples(24)
    after = through(canceller, microphone[:soon], reference[:soon], start=at)
    assert canceller.delay_ms == pytest.approx(190 + 0.04 * 24, abs=1)
    rest = through(canceller, microphone, reference, start=soon)
    clean = np.concatenate([before, after, rest])
    assert erle_db(microphone, clean, 24, 27) > 12, "the filter had to begin from nothing"


def test_minutes_of_silence_with_drift(canceller: EchoCanceller) -> None:
    speech = guide(20)
    reference = np.concatenate([speech, np.zeros(samples(120), np.float32), speech])
    microphone = pcm(echo(reference, delay_ms=80, drift_ppm=50))
    clean = through(canceller, microphone, reference)
    assert erle_db(microphone, clean, 141, 145) > 15
    assert erle_db(microphone, clean, 145, 160) > 20


@pytest.mark.parametrize(
    ("name", "spoil", "least_db"),
    [
        ("overdriven loudspeaker", lambda reference: pcm(echo(reference, drive=3)), 12),
        ("clipping microphone", lambda reference: pcm(4 * echo(reference)), 8),
        ("direct current", lambda reference: pcm(0.3 + echo(reference)), 20),
        ("40 dB too quiet", lambda reference: pcm(0.01 * echo(reference)), 8),
    ],
)
def test_bad_sound(
    canceller: EchoCanceller, name: str, spoil: Callable[[np.ndarray], Pcm], least_db: float
) -> None:
    reference = guide(20)
    microphone = spoil(reference)
    clean = through(canceller, microphone, reference)
    assert canceller.delay_ms == pytest.approx(60, abs=1), name
    assert erle_db(microphone, clean, 10, 20) > least_db, name


def test_a_muted_microphone(canceller: EchoCanceller) -> None:
    reference = guide(6)
    clean = through(canceller, np.zeros(len(reference), np.int16), reference)
    assert not clean.any()
    assert canceller.delay_ms is None
    assert not canceller.converged


def test_a_late_reference_is_told_once(canceller: EchoCanceller, caplog: pytest.LogCaptureFixture) -> None:
    reference = guide(12)
    with caplog.at_level(logging.WARNING):
        through(canceller, pcm(echo(reference, delay_ms=-40)), reference)
    assert canceller.delay_ms == pytest.approx(-40, abs=1)
    assert canceller.late_ms == pytest.approx(41, abs=1)
    assert len([one for one in caplog.records if "before it is handed over" in one.getMessage()]) == 1


def test_a_missing_library_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EchoError, match=r"S1.*apt-get install libspeexdsp1.*pip install pyaec"):
        EchoCanceller()


@pytest.mark.parametrize("library", [SpeexDsp, PyAec])
def test_the_library_never_reads_past_a_block(library: Callable[[int], EchoFilter]) -> None:
    if not installed(library):
        pytest.skip(f"{library} is not installed")
    block = np.zeros(BLOCK, np.int16)
    one = open_filter(1600, (library,))
    for wrong in (block[:100], block.astype(np.float32), np.zeros(2 * BLOCK, np.int16)[::2]):
        with pytest.raises(ValueError, match="need"):
            one.cancel(wrong, block)
    one.close()
    one.close()


def sightings(delay: float, drift_ppm: float, times_s: np.ndarray) -> list[Sighting]:
    return [Sighting(at * RATE, delay + drift_ppm * 1e-6 * at * RATE, 20) for at in times_s]


def test_track_needs_agreement_to_begin_and_says_drift_when_sure() -> None:
    track = DelayTrack()
    seen = sightings(960, 40, np.arange(1, 12, 0.25))
    assert not track.observe(seen[0])
    assert not track.observe(Sighting(1.25 * RATE, 5000, 20))
    assert not track.found
    assert [track.observe(one) for one in seen[2:5]] == [False, False, True]
    assert track.found
    assert track.drift is None
    for one in seen[5:]:
        assert not track.observe(one)
    assert track.drift == pytest.approx(40e-6, abs=2e-6)
    assert track.delay(60 * RATE) == pytest.approx(960 + 40 * 0.96, abs=1.5)


def test_track_is_not_moved_by_one_wrong_sighting() -> None:
    track = DelayTrack()
    for one in sightings(960, 0, np.arange(1, 12, 0.25)):
        track.observe(one)
    for wrong in (4000, 200, 4001, 7000):
        assert not track.observe(Sighting(13 * RATE, wrong, 20))
        assert not track.certain
    assert track.delay(13 * RATE) == pytest.approx(960, abs=0.1)
    found = [track.observe(one) for one in sightings(1120, 0, np.arange(14, 15, 0.25))]
    assert found == [False, False, True, False]
    assert track.delay(15 * RATE) == pytest.approx(1120, abs=0.5)


@pytest.mark.parametrize("delay", [LEAST, 100.25, 1000.5, 2000.75])
def test_delay_line_reads_between_samples(delay: float) -> None:
    line = DelayLine(2048)
    times = np.arange(30 * BLOCK)

    def tone(at: np.ndarray) -> np.ndarray:
        return np.sin(2 * np.pi * 3000 / RATE * at)

    for at in range(0, len(times), BLOCK):
        line.write(tone(times[at : at + BLOCK]).astype(np.float32))
    newest = times[-BLOCK:]
    assert np.allclose(line.read(delay, delay), tone(newest - delay), atol=0.003)
    glide = delay + 0.3 * np.arange(BLOCK) / BLOCK
    assert np.allclose(line.read(delay, delay + 0.3), tone(newest - glide), atol=0.03)
