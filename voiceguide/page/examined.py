"""Doctor's table, as far as it can be had without a sound while the guide is at work."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from voiceguide.doctor.check import safe
from voiceguide.doctor.clock import clock
from voiceguide.doctor.libraries import libraries
from voiceguide.doctor.machine import disk, heat_and_power, python
from voiceguide.doctor.service import service


def examined(language: str) -> dict[str, Any]:
    """Return what was looked at and how it came out; what needs the sound card is left to `voiceguide doctor`.

    Args:
        language: what is spoken.
    """
    checks = [python(), *libraries(language), *disk(), clock(), heat_and_power(), *service()]
    return {"safe": safe(checks), "checks": [asdict(check) for check in checks]}
