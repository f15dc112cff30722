"""`voiceguide models`: the speech models there are, and installing one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from voiceguide import places
from voiceguide.cli.options import ModelEngine
from voiceguide.cli.terminal import Terminal
from voiceguide.models.catalogue import MOONSHINE_LANGUAGE
from voiceguide.models.find import find_model, list_models
from voiceguide.models.install import install_model
from voiceguide.models.layout import MOONSHINE

models = typer.Typer(help="Speech models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(models, name="models")


@models.command("list")
def list_() -> None:
    """List the models that are known, and where each is installed or how to install it."""
    console = Terminal()
    table = Table(box=None, pad_edge=False)
    for title in ("engine", "language", "name", "size", "installed"):
        # Paths and commands are there to be copied, so they are folded and never cut.
        table.add_column(
            title, justify="right" if title == "size" else "left", overflow="fold", no_wrap=title != "installed"
        )
    for model in list_models():
        where = Text(str(model.path)) if model.path else Text(f"no; {model.install}", style="yellow")
        table.add_row(model.engine, model.language, Text(model.name), f"{model.size / 1e6:,.0f} MB", where)
    console.print(table)
    if find_model(MOONSHINE_LANGUAGE, MOONSHINE.engine) is not None:
        console.print("English is heard by Moonshine and needs nothing else.", style="dim")


@models.command()
def install(
    language: Annotated[str, typer.Argument(help="A language such as en, or a model's name.")] = "en",
    source: Annotated[
        Path | None, typer.Option("--from", help="Take it from this zip file or folder; nothing is downloaded.")
    ] = None,
    engine: ModelEngine = None,
    target: Annotated[
        Path | None,
        typer.Option("--to", help="The folder that holds the models.", show_default="your data folder"),
    ] = None,
) -> None:
    """Install a speech model, wholly or not at all. An interrupted download goes on where it stopped."""
    console = Terminal()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("looking", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        folder = install_model(language, source, target or places.data_folder() / "models", show, engine)
    console.print(Text(f"Installed in {folder}"))
    if target is not None and target.resolve() not in [place.resolve() for place in places.model_folders()]:
        looked_in = " or ".join(str(place) for place in places.model_folders())
        console.print(Text(f"voiceguide looks for models in {looked_in}, so link or move it there to use it."))
