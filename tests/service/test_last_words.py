"""A guide that waits to be asked never falls silent without saying why."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from voiceguide import errors
from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.cli import listen_command
from voiceguide.cli.main import main
from voiceguide.core.clock import RATE
from voiceguide.language.pack import load_language
from voiceguide.service.last_words import FOR_GOOD, LastWords, reason
from voiceguide.service.service import Service
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.voice import Samples

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


class Said:
    """Speech that remembers what was asked for; each text is a tone of its own length."""

    def __init__(self, *, broken: bool = False) -> None:
        self.texts: list[str] = []
        self._broken = broken

    def samples(self, text: str) -> Samples:
        if self._broken:
            raise errors.VoiceError("It is hoarse.")
        self.texts.append(text)
        return np.full(100 * len(text), 0.5, np.float32)


class Port:
    """A loudspeaker that keeps what it plays."""

    name = "a port"
    slipped = NO_SLIPS

    def __init__(self) -> None:
        self.played: list[SpeakerBlock] = []
        self.closed = False

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        assert block.shape == (160,)
        self.played.append(block)
        return None

    def close(self) -> None:
        self.closed = True


def english(*prompts: str) -> list[str]:
    phrases = load_language("en").phrases
    return [text for prompt in prompts for text in phrases.lines(prompt)]


def nowhere() -> Port:
    raise errors.AudioError("There is no loudspeaker.")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (errors.SettingsError("x"), "gave_up_settings"),
        (errors.RoutineError("x"), "gave_up_routine"),
        (errors.LanguageError("x"), "gave_up_routine"),
        (errors.DamagedModelError("x"), "gave_up_recogniser"),
        (errors.ModelError("x"), "gave_up_recogniser"),
        (errors.VoiceError("x"), "gave_up_voice"),
        (errors.AudioError("x"), "gave_up_sound"),
        (errors.InUseError("x"), "gave_up_in_use"),
        (ZeroDivisionError("x"), "gave_up_otherwise"),
    ],
)
def test_each_kind_of_error_has_its_words(error: Exception, why: str) -> None:
    assert reason(error) == why
    speech, port = Said(), Port()
    last = LastWords(nowhere, {})
    last.speech, last.port = speech, port
    last.because_of(error)
    assert speech.texts == english(why, "gave_up_help")
    assert np.count_nonzero(np.concatenate(port.played)) == 100 * sum(map(len, speech.texts))
    assert not port.closed, "it is its owner's"


def test_somebody_in_a_position_is_led_out_of_it_first() -> None:
    speech = Said()
    last = LastWords(Port, {})
    last.speech, last.in_session = speech, lambda: True
    last.because_of(RuntimeError("stuck"))
    assert speech.texts == english("hearing_lost_rest", "gave_up_otherwise", "gave_up_help")


def test_beside_another_guide_in_the_room_nothing_is_said() -> None:
    speech, port = Said(), Port()
    last = LastWords(nowhere, {})
    last.speech, last.port = speech, port
    last.because_of(errors.CardInUseError("x"))
    assert speech.texts == []
    assert port.played == []


def test_a_port_of_its_own_is_closed() -> None:
    port = Port()
    last = LastWords(lambda: port, {})
    last.speech = Said()
    last.say(FOR_GOOD)
    assert port.played
    assert port.closed


def test_without_a_loudspeaker_nothing_is_raised(caplog: pytest.LogCaptureFixture) -> None:
    last = LastWords(nowhere, {})
    last.speech = Said()
    last.because_of(errors.AudioError("gone"))
    assert "It cannot be said either: There is no loudspeaker." in caplog.text


def test_a_voice_that_fails_is_replaced() -> None:
    port = Port()
    last = LastWords(nowhere, {})
    last.speech, last.port = Said(broken=True), port
    last.because_of(errors.VoiceError("hoarse"))
    assert np.abs(np.concatenate(port.played)).max() > 0.1


@pytest.mark.parametrize(
    ("names", "environment", "language"),
    [
        (["nowhere", "psoas-short-ko"], {}, "ko"),
        (["psoas-short"], {"LANG": "ko_KR.UTF-8"}, "en"),
        ([], {"LANG": "ko_KR.UTF-8"}, "ko"),
        ([], {"LC_ALL": "", "LANG": "tlh"}, "en"),
    ],
)
def test_it_speaks_the_language_of_its_routines_or_of_the_machine(
    names: Sequence[str], environment: dict[str, str], language: str
) -> None:
    speech = Said()
    last = LastWords(Port, environment)
    last.names, last.speech = names, speech
    last.say(FOR_GOOD)
    assert speech.texts == list(load_language(language).phrases.lines(FOR_GOOD))


@pytest.fixture
def listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run `voiceguide listen` on files in this process; return its exit code, and the seconds that it spoke."""
    mic, speaker = tmp_path / "quiet.wav", tmp_path / "spoken.wav"
    soundfile.write(mic, np.zeros(RATE, np.int16), RATE)

    def run(*arguments: object) -> tuple[object, float]:
        files = ["--mic", mic, "--speaker", speaker, "--engine", "moonshine", "--voice", "pyttsx3"]
        monkeypatch.setattr("sys.argv", ["voiceguide", "listen", *map(str, [*arguments, *files])])
        code: object = None
        try:
            main()
        except SystemExit as left:
            code = left.code
        except ZeroDivisionError:
            code = "a bug"
        sound, rate = soundfile.read(speaker)
        return code, float(np.count_nonzero(np.abs(sound) > 0.01)) / rate

    return run


def test_wrong_settings_and_broken_routines_are_told_aloud(listen: Callable[..., Any], tmp_path: Path) -> None:
    settings, routine = tmp_path / "settings.yaml", tmp_path / "mine.yaml"
    settings.write_text("routines: 5\n", encoding="utf-8")
    routine.write_text("id: mine\n", encoding="utf-8")
    for wrong in (("--settings", settings), (routine,)):
        code, spoken_s = listen(*wrong)
        assert code == 2, "which systemd does not start again"
        assert spoken_s > 2


def test_a_bug_in_the_middle_is_told_aloud(listen: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Broken(Service):
        def run(self) -> None:
            self.in_session = True
            raise ZeroDivisionError

    samples = SpeechStore.samples

    def heard(self: SpeechStore, text: str) -> Samples:
        said.append(text)
        return samples(self, text)

    monkeypatch.setattr(listen_command, "Service", Broken)
    monkeypatch.setattr(SpeechStore, "samples", heard)
    code, spoken_s = listen("constructive-rest")
    assert code == "a bug"
    assert said == english("hearing_lost_rest", "gave_up_otherwise", "gave_up_help")
    assert spoken_s > 2


def test_systemd_lets_it_say_the_last_words_when_it_gives_up(listen: Callable[..., Any]) -> None:
    unit = (PACKAGING / "voiceguide.service").read_text(encoding="utf-8")
    (other,) = re.findall(r"^OnFailure=(.+)$", unit, re.MULTILINE)
    (program,) = re.findall(r"^ExecStart=.*/voiceguide (.+)$", (PACKAGING / other).read_text(), re.MULTILINE)
    assert program == "listen --last-words"
    assert other in (PACKAGING / "install.sh").read_text()
    code, spoken_s = listen("--last-words")
    assert code in (0, None)
    assert spoken_s > 2
