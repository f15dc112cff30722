"""Train the second ear: `python -m training.spotter --seed 1 [--human DIR] [--out FILE]`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from training import judging
from training.embedded import lesson
from training.learning import learn, new_classifier, save
from training.limits import set_limits
from training.people import clips
from training.shares import Share
from training.streams import Kind, Material
from training.texts import LANGUAGE, SAFETY
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.enrolment.embedding import SpeechEmbedding
from voiceguide.hearing.spotter.head import Head, Limits
from voiceguide.speaking.choose import VOICES, choose_voice

OUT = Path("voiceguide/hearing/spotter") / f"{LANGUAGE}.npz"
SHARES = {Kind.COMMANDS: 1.0, Kind.OTHERS: 0.25, Kind.HOUSEHOLD: 0.55, Kind.GUIDE: 0.06}
"""Streams of each kind, relative to those with commands."""

ROOMS = 3
"""In so many rooms, with noises of their own, talk is heard to set limits: mistakes differ between them."""

LIMITS_HEADER = """\
# What it takes for the second ear to believe a command. Written by `make train-spotter` beside the weights.
# alone: mean probability that counts by itself. agreeing: that counts when another recogniser says the same;
# 0 where it has no vote. hops: how many hops of 80 ms the mean is over. doubt: that is worth the question whether
# something hurts.
"""


def main() -> None:
    """Render, train, set limits, report."""
    arguments = _arguments()
    console = Console(width=140)
    people = arguments.human
    embedding = SpeechEmbedding()
    if not arguments.only_judge:
        console.print(f"Learning from synthetic voices and from {people or 'nobody else'}.")
        _train(arguments, console)
    head = Head(arguments.out)
    tuning = [_judge(head, embedding, arguments, "tune", rooms) for rooms in range(ROOMS)]
    streams = [stream for judge in tuning for stream in _to_set_limits(judge, people)]
    limits = set_limits(head, streams, *map(tuning[0].calls, (judging.QUIET, judging.PINK)))
    _write_limits(arguments.out.with_suffix(".yaml"), limits)
    report(console, head, _judge(head, embedding, arguments, arguments.judge), limits, people)


def _judge(
    head: Head, embedding: SpeechEmbedding, arguments: argparse.Namespace, voices: str, rooms: int = 0
) -> judging.Judge:
    sides = {"tune": "tune", "test": "report"}
    recorded = clips(arguments.human, sides[voices]) if arguments.human else []
    return judging.Judge(head, embedding, arguments.seed + rooms, recorded, voices)


def _train(arguments: argparse.Namespace, console: Console) -> None:
    seed = arguments.seed
    material = Material(seed, arguments.human)
    counts = {
        kind: round(arguments.streams * share)
        for kind, share in SHARES.items()
        if arguments.human or kind is not Kind.HOUSEHOLD
    }
    console.print("Rendering streams ...")
    whole = lesson(material, seed=seed, counts=counts, workers=arguments.workers)
    console.print(f"Learning from {len(whole.vectors)} streams")
    model = new_classifier(whole, seed)
    learn(model, whole, arguments.epochs, seed, console)
    save(model, arguments.out)


def report(
    console: Console, head: Head, judge: judging.Judge, limits: Mapping[Command, Limits], people: Path | None
) -> None:
    """Print the figures on voices and people that nothing was learned from, as Markdown."""
    results = {scene.name: judging.result(head, judge.calls(scene), limits) for scene in judging.CALLS}
    _heading(console, "voices", results)
    for command in head.commands:
        _row(console, command.value, [str(found.per_command[command]) for found in results.values()])
    _sums(console, list(results.values()))
    if people is not None:
        _heading(console, "people", judging.CALLS_OF_PEOPLE)
        words = {scene: judge.words(scene) for scene in judging.CALLS_OF_PEOPLE}
        of_people = [judging.result(head, calls, limits) for calls in words.values()]
        for command in of_people[0].per_command:
            _row(console, command.value, [str(found.per_command[command]) for found in of_people])
        other = [[call for call in calls if call.command is None] for calls in words.values()]
        taken = [sum(bool(judging.events(head, call.probabilities, limits)) for call in calls) for calls in other]
        _row(
            console,
            "another word taken",
            [str(Share(*pair)) for pair in zip(taken, map(len, other), strict=True)],
        )
        _row(console, "delay median, 95% (s)", [_delays(found) for found in of_people])
    _heading(console, "nothing said to the guide", ["minutes", "pain family", "stop", "others", "doubts", "which"])
    for name, streams in _nothing_said(judge, people):
        found = judging.false_events(head, streams, limits)
        doubts = judging.false_events(head, streams, judging.doubting(limits))
        kinds = [
            found.of(PAIN_FAMILY),
            found.of({Command.STOP}),
            found.of(set(Command) - SAFETY),
            doubts.of(SAFETY),
        ]
        which = ", ".join(f"{command.value} {count}" for command, count in found.events.most_common())
        _row(console, name, [f"{60 * found.hours:.1f}", *map(str, kinds), which])


def _nothing_said(judge: judging.Judge, people: Path | None) -> Iterator[tuple[str, list[judging.Scores]]]:
    if people is not None:
        for scene in judging.TALK:
            yield f"read speech, {scene.name}", judge.unrelated("librispeech", scene)
        for scene in (judging.QUIET, judging.PINK):
            yield f"words, {scene.name}", judge.unrelated("speech_commands", scene)
        yield "household noises", judge.unrelated("esc10", judging.QUIET)
    for name in VOICES:
        voice = choose_voice(LANGUAGE, name)
        yield f"the guide, {name}", judge.guide(voice)
        voice.close()


def _heading(console: Console, first: str, others: Iterable[object]) -> None:
    names = [first, *map(str, others)]
    _row(console, names[0], names[1:])
    console.print("|---" * len(names) + "|", soft_wrap=True)


def _row(console: Console, first: str, cells: Sequence[str]) -> None:
    console.print(f"| {first} | {' | '.join(cells)} |", soft_wrap=True, markup=False, highlight=False)


def _sums(console: Console, results: Sequence[judging.Result]) -> None:
    for title, cells in (
        ("all commands", [str(found.all_commands) for found in results]),
        ("not the words of safety", [str(found.others) for found in results]),
        ("protected", [str(found.protected) for found in results]),
        ("protected or doubted", [str(found.doubted) for found in results]),
        ("another command told", [str(found.wrong) for found in results]),
        ("delay median, 95% (s)", [_delays(found) for found in results]),
    ):
        _row(console, title, cells)


def _to_set_limits(judge: judging.Judge, people: Path | None) -> list[judging.Scores]:
    if people is None:
        return judge.unrelated_voices()
    return [
        *(one for scene in judging.TALK for one in judge.unrelated("librispeech", scene)),
        *judge.unrelated("speech_commands", judging.QUIET),
        *(one for scene in judging.TALK[:2] for one in judge.unrelated("esc10", scene)),
    ]


def _write_limits(path: Path, limits: Mapping[Command, Limits]) -> None:
    lines = [
        f'  "{command.value}": {{alone: {one.alone}, agreeing: {one.agreeing}, hops: {one.hops}'
        + (f", doubt: {one.doubt}}}" if one.doubt < 1 else "}")
        for command, one in limits.items()
    ]
    path.write_text(LIMITS_HEADER + "commands:\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _delays(found: judging.Result) -> str:
    if not found.delays_s:
        return "-"
    return f"{np.median(found.delays_s):.2f}, {np.percentile(found.delays_s, 95):.2f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.spotter", description="Train the second ear.")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same streams")
    parser.add_argument("--human", type=Path, help="folder of people's recordings; see training/README.md")
    parser.add_argument("--out", type=Path, default=OUT, help="weights; limits are written beside them")
    parser.add_argument("--streams", type=int, default=900, help="streams of 24 s with commands")
    parser.add_argument("--workers", type=int, default=1, help="processes that make streams")
    parser.add_argument("--epochs", type=int, default=60, help="passes over all streams")
    parser.add_argument(
        "--judge", choices=["test", "tune"], default="test", help="whose figures: tune while anything is tried out"
    )
    parser.add_argument(
        "--only-judge", action="store_true", help="set limits and report for weights that are there"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
