"""Routines: hand-written YAML in, a checked `core.plan.Routine` out, every mistake reported at once.

`load` is the way in. `model` says what a file may hold, `source` reads YAML and remembers where everything
stands, `checks` judges what no single value shows, `wording` turns pydantic's findings into sentences.
"""
