from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from voiceguide import places
from voiceguide.cli import model_commands
from voiceguide.errors import ChoiceError, ModelError

FILES = ("am/final.mdl", "conf/mfcc.conf", "graph/Gr.fst")


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    model_commands.register(app)
    return app


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "model_folders", lambda: [tmp_path / "data" / "models"])
    monkeypatch.setattr(places, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path / "data"


@pytest.fixture
def german(tmp_path: Path) -> Path:
    path = tmp_path / "vosk-model-small-de-0.15.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in FILES:
            archive.writestr(f"vosk-model-small-de-0.15/{name}", b"x")
    return path


def test_the_list_says_how_to_install_what_is_missing(app: typer.Typer, data: Path) -> None:
    answer = CliRunner().invoke(app, ["models", "list"])
    assert answer.exit_code == 0
    (english,) = (line for line in answer.output.splitlines() if "vosk-model-small-en-us-0.15" in line)
    assert "41 MB" in english
    assert "no; voiceguide models install en" in english
    assert english.startswith("vosk")
    (moonshine,) = (line for line in answer.output.splitlines() if "moonshine-tiny-en" in line)
    assert moonshine.startswith("moonshine")
    assert "moonshine_voice/assets/tiny-en" in moonshine or "no; pip install moonshine-voice" in moonshine


def test_a_model_from_a_zip_is_installed_and_listed(app: typer.Typer, data: Path, german: Path) -> None:
    answer = CliRunner().invoke(app, ["models", "install", "de", "--from", str(german)])
    folder = data / "models" / "vosk-model-small-de-0.15"
    assert answer.exit_code == 0
    assert answer.output.strip() == f"Installed in {folder}"
    assert all((folder / name).is_file() for name in FILES)
    (line,) = (
        line for line in CliRunner().invoke(app, ["models", "list"]).output.splitlines() if "small-de" in line
    )
    assert line.split()[:2] == ["vosk", "de"]
    assert str(folder) in line


def test_the_engine_can_be_said(app: typer.Typer, data: Path, german: Path) -> None:
    answer = CliRunner().invoke(app, ["models", "install", "en", "--from", str(german), "--engine", "moonshine"])
    assert isinstance(answer.exception, ModelError)
    assert "no complete Moonshine model: encoder_model.ort" in str(answer.exception)
    answer = CliRunner().invoke(app, ["models", "install", "en", "--engine", "whisper"])
    assert isinstance(answer.exception, ChoiceError)
    assert not (data / "models").exists() or not list((data / "models").iterdir())


def test_a_folder_where_nobody_looks_is_pointed_out(
    app: typer.Typer, data: Path, german: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    answer = CliRunner().invoke(app, ["models", "install", "de", "--from", str(german), "--to", str(elsewhere)])
    assert (elsewhere / "vosk-model-small-de-0.15").is_dir()
    assert f"looks for models in {data / 'models'}" in answer.output


def test_what_goes_wrong_is_left_to_the_command_line(app: typer.Typer, data: Path, tmp_path: Path) -> None:
    (tmp_path / "page.zip").write_text("<html>")
    answer = CliRunner().invoke(app, ["models", "install", "en", "--from", str(tmp_path / "page.zip")])
    assert isinstance(answer.exception, ModelError)
    assert "no complete zip file" in str(answer.exception)
