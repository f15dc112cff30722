from __future__ import annotations

import math
import os
import subprocess
import sys
import wave
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from tones import level, loudest_hertz, middle, sine

from voiceguide.audio.files import FilePort
from voiceguide.audio.recording import Recording
from voiceguide.audio.samples import to_float
from voiceguide.errors import AudioError

SILENCE = np.zeros(160, np.float32)


def hear(port: FilePort, most: int = 100_000) -> NDArray[np.int16]:
    blocks: list[NDArray[np.int16]] = []
    while len(blocks) < most and (block := port.exchange(SILENCE)) is not None:
        blocks.append(block)
    assert all(block.shape == (160,) and block.dtype == np.int16 for block in blocks)
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_any_rate_and_any_number_of_channels_become_16_khz_mono(tmp_path: Path, rate: int, channels: int) -> None:
    # Every channel has its own level; the mean of 0.5 * (1, 2, .. n) * 2 / (n + 1) is 0.5.
    levels = np.arange(1, channels + 1) * 2 / (channels + 1)
    path = tmp_path / "mic.wav"
    soundfile.write(path, sine(1.5, rate)[:, None] * levels, rate, "FLOAT")
    with closing(FilePort(path, None, silence_after_s=0)) as port:
        heard = to_float(hear(port))
    assert len(heard) == 24_000
    assert loudest_hertz(middle(heard)) == pytest.approx(1000, abs=2)
    assert level(middle(heard)) == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("mic.wav", "PCM_U8"), ("mic.wav", "PCM_24"), ("mic.flac", "PCM_16"), ("mic.ogg", "VORBIS")],
)
def test_the_usual_formats_are_read(tmp_path: Path, name: str, subtype: str) -> None:
    soundfile.write(tmp_path / name, sine(1.0), 16_000, subtype)
    with closing(FilePort(tmp_path / name, None, silence_after_s=0)) as port:
        heard = to_float(hear(port))
    assert len(heard) == 16_000
    assert loudest_hertz(middle(heard)) == pytest.approx(1000, abs=2)
    assert level(middle(heard)) == pytest.approx(0.5, rel=0.02)


def test_16_bit_sound_at_16_khz_is_heard_bit_by_bit_and_its_last_block_is_filled(tmp_path: Path) -> None:
    sound = np.random.default_rng(3).integers(-32_768, 32_767, 16_000 + 37, dtype=np.int16, endpoint=True)
    soundfile.write(tmp_path / "mic.wav", sound, 16_000)
    with closing(FilePort(tmp_path / "mic.wav", None, silence_after_s=0)) as port:
        heard = hear(port)
    assert len(heard) == 101 * 160
    assert np.array_equal(heard[: len(sound)], sound)
    assert not heard[len(sound) :].any()


def test_silence_follows_for_as_long_as_asked(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "mic.wav", sine(1.0), 16_000)
    with closing(FilePort(tmp_path / "mic.wav", None, silence_after_s=2.5)) as port:
        heard = hear(port)
        assert port.exchange(SILENCE) is None
    assert len(heard) == 56_000
    assert heard[:16_000].any()
    assert not heard[16_000:].any()


def test_silence_may_never_end(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "mic.wav", sine(0.1), 16_000)
    with closing(FilePort(tmp_path / "mic.wav", None, silence_after_s=math.inf)) as port:
        assert len(hear(port, most=5000)) == 5000 * 160


def test_without_files_there_is_only_silence() -> None:
    with closing(FilePort(None, None, silence_after_s=1)) as port:
        assert port.name == "silence -> nowhere"
        heard = hear(port)
    assert len(heard) == 16_000
    assert not heard.any()


@pytest.mark.parametrize("name", ["session.wav", "session.flac", "SESSION.WAV"])
def test_what_was_spoken_is_read_back_bit_by_bit(tmp_path: Path, name: str) -> None:
    sound = np.random.default_rng(5).integers(-32_768, 32_767, 300 * 160, dtype=np.int16, endpoint=True)
    with closing(FilePort(None, tmp_path / name, silence_after_s=math.inf)) as port:
        for block in to_float(sound).reshape(-1, 160):
            port.exchange(block)
    port.close()  # once more is harmless
    information = soundfile.info(tmp_path / name)
    assert (information.samplerate, information.channels, information.subtype) == (16_000, 1, "PCM_16")
    with closing(FilePort(tmp_path / name, None, silence_after_s=0)) as again:
        assert np.array_equal(hear(again), sound)


@pytest.mark.parametrize("name", ["session.wav", "session.flac"])
def test_an_exception_in_the_session_leaves_a_whole_file(tmp_path: Path, name: str) -> None:
    def session() -> None:
        with closing(FilePort(None, tmp_path / name, silence_after_s=math.inf)) as port:
            for _ in range(130):
                port.exchange(SILENCE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        session()
    assert soundfile.info(tmp_path / name).frames == 130 * 160


def test_a_killed_process_leaves_a_wav_file_with_a_true_header(tmp_path: Path) -> None:
    program = (
        "import math, os, sys, numpy as np; from pathlib import Path\n"
        "from voiceguide.audio.files import FilePort\n"
        "port = FilePort(None, Path(sys.argv[1]), silence_after_s=math.inf)\n"
        "for _ in range(350): port.exchange(np.full(160, 0.5, np.float32))\n"
        "os.kill(os.getpid(), 9)"
    )
    path = tmp_path / "session.wav"
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False, timeout=60)
    assert done.returncode == -9
    with wave.open(str(path)) as file:
        frames = file.getnframes()
        assert len(file.readframes(frames)) == 2 * frames
    assert frames == 48_000  # 3.5 s were spoken; whole seconds are safe


def test_silence_only_is_an_empty_but_valid_file(tmp_path: Path) -> None:
    Recording(tmp_path / "nothing.wav").close()
    assert soundfile.info(tmp_path / "nothing.wav").frames == 0


def _text(folder: Path) -> Path:
    path = folder / "notes.wav"
    path.write_text("this is no sound")
    return path


def _empty(folder: Path) -> Path:
    path = folder / "empty.wav"
    soundfile.write(path, np.zeros(0), 16_000)
    return path


def _no_bytes(folder: Path) -> Path:
    path = folder / "nothing.wav"
    path.touch()
    return path


def _slow(folder: Path) -> Path:
    path = folder / "slow.wav"
    soundfile.write(path, np.zeros(100), 4_000)
    return path


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda folder: folder / "missing.wav", "there is no such sound file"),
        (lambda folder: folder, "is a folder"),
        (_text, "cannot be read as sound"),
        (_no_bytes, "cannot be read as sound"),
        (_empty, "length is zero"),
        (_slow, "4000 samples a second"),
    ],
)
def test_a_microphone_file_that_cannot_be_heard_is_named(tmp_path: Path, make, complaint: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a function for each case
    path = make(tmp_path)
    speaker = tmp_path / "session.flac"
    with pytest.raises(AudioError, match=complaint) as caught:
        FilePort(path, speaker, silence_after_s=0)
    assert str(caught.value).count(str(path)) == 1
    assert not speaker.exists()


def test_a_file_that_breaks_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mic.flac"
    noise = np.random.default_rng(1).normal(0, 0.1, 80_000)
    soundfile.write(path, noise, 16_000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with closing(FilePort(path, None, silence_after_s=0)) as port, pytest.raises(AudioError, match="damaged"):
        hear(port)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("session.aiff", r"ends in \.wav or \.flac or \.mp3 or \.ogg"),
        ("session", r"ends in \.wav or \.flac"),
        ("missing/session.wav", "there is no folder"),
        ("folder.wav", "cannot be written: Is a directory"),
        ("folder.flac", "cannot be written"),
    ],
)
def test_a_speaker_file_that_cannot_be_written_is_named(tmp_path: Path, name: str, complaint: str) -> None:
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "folder.flac").mkdir()
    with pytest.raises(AudioError, match=complaint) as caught:
        FilePort(None, tmp_path / name, silence_after_s=0)
    assert name in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "session.wav").symlink_to("/dev/full")
    with pytest.raises(AudioError, match="No space left"):  # noqa: PT012 - it may come at opening or later
        port = FilePort(None, tmp_path / "session.wav", silence_after_s=math.inf)
        for _ in range(200):
            port.exchange(SILENCE)


@pytest.mark.parametrize("link", [None, os.symlink, os.link])
def test_the_microphone_file_is_never_overwritten(tmp_path: Path, link) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - os.link and os.symlink
    mic = tmp_path / "user.wav"
    soundfile.write(mic, sine(0.5), 16_000)
    before = mic.read_bytes()
    speaker = mic
    if link:
        speaker = tmp_path / "session.wav"
        link(mic, speaker)
    with pytest.raises(AudioError, match="also the microphone's file"):
        FilePort(mic, speaker, silence_after_s=0)
    assert mic.read_bytes() == before
