"""Microphone and loudspeaker: what the figures of `sound.py` mean for a session."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator

from voiceguide.audio.port import AudioPort
from voiceguide.core.rehearsal import QUIET_DBFS
from voiceguide.doctor import audible
from voiceguide.doctor.check import Check, Figure, Verdict, failing
from voiceguide.doctor.sound import Echo, MicrophoneOver, Quiet, listen_to_silence, listen_to_the_loudspeaker
from voiceguide.errors import AudioError
from voiceguide.hearing.health.microphone import CLIPPED, OFFSET

ONE_CLOCK_PPM = 3.0
"""Drift that may still be none: two sound cards of one kind differ by more, and it is measured to 2 ppm."""

FOLLOWED_PPM = 100.0
"""Drift up to which the echo canceller was measured to lose nothing but its first seconds (docs/benchmarks.md)."""

MOVE_APART_DBFS = -8.0
"""Level of the guide's voice in the microphone above which its peaks, 10 dB and more higher, are cut off."""

_log = logging.getLogger(__name__)


def devices(port: AudioPort, rates: tuple[int, int] | None = None) -> Iterator[Check]:
    """Listen to silence, play birdsong, and judge what is heard; keep how softly the guide may speak.

    Args:
        port: microphone and speaker.
        rates: samples per second of both; None where there is nothing to tell.
    """
    try:
        quiet = listen_to_silence(port)
        echo = listen_to_the_loudspeaker(port, quiet.floor_dbfs)
    except AudioError as error:
        yield failing("sound card", error)
        return
    except MicrophoneOver:
        yield Check("speaker", Verdict.NOT_TRIED, "the microphone's file ended before the test sounds did")
        return
    yield microphone(quiet, echo, rates)
    if quiet.dead and echo.dead:
        return
    yield speaker(echo, quiet, rates)
    yield clocks(echo)
    yield losses(quiet.slips + echo.slips)
    _keep(echo, quiet)


def microphone(quiet: Quiet, echo: Echo, rates: tuple[int, int] | None = None) -> Check:
    """Judge what the microphone hears in silence, and whether it hears anything at all."""
    name = "microphone"
    figures: dict[str, Figure] = {
        "floor_dbfs": _finite(quiet.floor_dbfs),
        "loudest_dbfs": _finite(quiet.loudest_dbfs),
        "offset": quiet.offset,
        "clipped_share": quiet.clipped,
        "rate_hz": rates[0] if rates else None,
    }
    if quiet.dead and echo.dead:
        remedy = "Is it muted or held by another program? Look with alsamixer, key F4; or choose one with --input."
        return Check(name, Verdict.FAILS, "nothing but digital silence", remedy, figures)
    found = f"noise floor {quiet.floor_dbfs:.0f} dBFS, {_rate(rates, 0)}no clipping"
    if quiet.dead:
        remedy = "It has a noise gate, which may cut off soft words: switch that off, or use another microphone."
        return Check(name, Verdict.WARNING, f"{_rate(rates, 0)}digital silence between sounds", remedy, figures)
    if quiet.clipped >= CLIPPED:
        found = f"{quiet.clipped:.1%} of the samples are cut off"
        return Check(name, Verdict.FAILS, found, "Turn its level down with alsamixer, key F4.", figures)
    if abs(quiet.offset) >= OFFSET:
        found += f", constant offset of {quiet.offset:.0%}"
        return Check(name, Verdict.WARNING, found, "Use another microphone: this input may be broken.", figures)
    if quiet.floor_dbfs > QUIET_DBFS:
        remedy = "As loud as a soft voice: switch off fans and radios, or turn the microphone's level down."
        return Check(name, Verdict.WARNING, found, remedy, figures)
    return Check(name, Verdict.GOOD, found, figures=figures)


def speaker(echo: Echo, quiet: Quiet, rates: tuple[int, int] | None = None) -> Check:
    """Judge what the microphone hears of the loudspeaker."""
    name = "speaker"
    figures: dict[str, Figure] = {
        "delay_ms": echo.delay_ms,
        "voice_dbfs": _finite(echo.voice_dbfs),
        "above_floor_db": _finite(echo.voice_dbfs - quiet.floor_dbfs),
        "least_gain_db": None,
        "clipped_share": echo.clipped,
        "rate_hz": rates[1] if rates else None,
    }
    if echo.delay_ms is None:
        remedy = (
            "Did you hear birdsong? Then all is well: headphones, or a device that takes its own voice out. "
            "If not, turn it up with alsamixer, or choose another with --output."
        )
        return Check(name, Verdict.WARNING, "the microphone did not hear it", remedy, figures)
    above = echo.voice_dbfs - quiet.floor_dbfs
    least = audible.least_gain(echo.voice_dbfs, quiet.floor_dbfs)
    figures["least_gain_db"] = _finite(least)
    found = f"{_rate(rates, 1)}heard after {echo.delay_ms:.0f} ms at {echo.voice_dbfs:.0f} dBFS"
    if math.isfinite(above):
        found += f", {above:.0f} dB above the noise; clear from {least:+.0f} dB on"
    if echo.clipped >= CLIPPED or echo.voice_dbfs > MOVE_APART_DBFS:
        remedy = "It drowns the microphone: turn it down, or move the two apart."
        return Check(name, Verdict.WARNING, found, remedy, figures)
    if least > 0:
        remedy = "It is soft for this room: turn it up with alsamixer, or say “louder”."
        return Check(name, Verdict.WARNING, found, remedy, figures)
    return Check(name, Verdict.GOOD, found, figures=figures)


def clocks(echo: Echo) -> Check:
    """Judge how far the clocks of microphone and speaker run apart."""
    name = "one clock"
    if echo.drift_ppm is None:
        return Check(name, Verdict.NOT_TRIED, "nothing to tell by: the speaker was not heard clearly enough")
    drift = f"{round(echo.drift_ppm, 1) + 0.0:+.1f} ppm apart"
    figures = {"drift_ppm": echo.drift_ppm}
    if abs(echo.drift_ppm) <= ONE_CLOCK_PPM:
        return Check(name, Verdict.GOOD, drift, figures=figures)
    if abs(echo.drift_ppm) <= FOLLOWED_PPM:
        remedy = "Two devices with two clocks. The guide follows that; one device for both hears better at first."
    else:
        remedy = "More than the guide was tried with: use one device for both, such as a USB speakerphone."
    return Check(name, Verdict.WARNING, drift, remedy, figures)


def losses(slips: int) -> Check:
    """Judge how often sound was lost on its way."""
    name = "lost sound"
    figures = {"slips": slips}
    if not slips:
        return Check(name, Verdict.GOOD, "none", figures=figures)
    remedy = "Close other programs; see “Drop-outs” in docs/troubleshooting.md."
    return Check(name, Verdict.WARNING, f"{slips} times within 15 s", remedy, figures)


def _keep(echo: Echo, quiet: Quiet) -> None:
    gain_db = audible.least_gain(echo.voice_dbfs, quiet.floor_dbfs)
    if echo.delay_ms is None or not math.isfinite(gain_db):
        return
    try:
        audible.keep(gain_db)
    except OSError as error:  # the disk has a check of its own
        _log.warning("How softly the guide may speak cannot be kept: %s", error)


def _rate(rates: tuple[int, int] | None, which: int) -> str:
    return "" if rates is None else f"{rates[which] / 1000:g} kHz, "


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
