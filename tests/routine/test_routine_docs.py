from __future__ import annotations

import re
from pathlib import Path

from voiceguide.routine.duration import about_s
from voiceguide.routine.load import check_file, load_routine, read_routine_file
from voiceguide.routine.model import Breathing, Cue, Exercise, Pain, RoutineFile, SetUp

PAGE = Path(__file__).parents[2] / "docs" / "routines.md"


def test_the_example_is_correct(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    [example] = [text for text in examples if text.startswith("id:")]
    path = tmp_path / "my-hips.yaml"
    path.write_text(example, encoding="utf-8")
    assert check_file(path) == []
    assert round(about_s(load_routine(path)) / 60) == read_routine_file(path).minutes


def test_every_key_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for model in (RoutineFile, Exercise, SetUp, Breathing, Cue, Pain):
        for key in model.model_fields:
            assert f"`{key}" in page or f".{key}`" in page, key
