"""A Vosk model of a few bytes, as files and as a zip."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

FILES = {
    "am/final.mdl": os.urandom(300_000),
    "conf/mfcc.conf": b"--use-energy=false\n",
    "conf/model.conf": b"--endpoint.rule2.min-trailing-silence=0.5\n",
    "graph/Gr.fst": b"grammar",
    "graph/HCLr.fst": b"graph",
}
NAME = "vosk-model-small-en-us-0.15"


def zipped(files: dict[str, bytes], top: str = f"{NAME}/") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(top + name, content)
    return buffer.getvalue()


MODEL_ZIP = zipped(FILES)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def unpacked(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def quiet(what: str, done: int, total: int) -> None:
    """Take progress reports and do nothing."""


def contents(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
