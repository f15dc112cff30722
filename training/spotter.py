"""Train the second ear: `python -m training.spotter --seed 1 [--human DIR] [--out FILE]`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training import judging
from training.embedded import Lesson, lesson
from training.learning import MISTAKES_COUNT, learn, mistakes, new_classifier, plain_weights, save
from training.streams import Kind, Material
from training.texts import LANGUAGE
from voiceguide.core.commands import Command
from voiceguide.hearing.spotter.embedding import SpeechEmbedding
from voiceguide.hearing.spotter.head import Head, Limits

OUT = Path("voiceguide/hearing/spotter") / f"{LANGUAGE}.npz"
CALLED_MISTAKE = 0.1
"""Probability of any command above which a hop of unrelated sound counts as a mistake to learn from."""

LIMITS_HEADER = """\
# What it takes for the second ear to believe a command. Written by `make train-spotter` beside the weights.
# alone: mean probability that counts by itself. agreeing: that counts when another recogniser says the same.
# hops: how many hops of 80 ms the mean is over.
"""


def main() -> None:
    """Render, train, set limits, report."""
    arguments = _arguments()
    console = Console(width=140)
    people = arguments.human
    embedding = SpeechEmbedding()
    if not arguments.only_judge:
        console.print(f"Learning from synthetic voices and from {people or 'nobody else'}.")
        _train(arguments, embedding, console)
    head = Head(arguments.out)
    judge = judging.Judge(head, embedding, arguments.seed)
    limits = judging.set_limits(head, _to_set_limits(judge, people))
    _write_limits(arguments.out.with_suffix(".yaml"), limits)
    report(console, head, judge, limits, people)


def _train(arguments: argparse.Namespace, embedding: SpeechEmbedding, console: Console) -> None:
    seed = arguments.seed
    material = Material(seed, arguments.human)
    name = "people" if arguments.human else "voices"

    def part(kind: Kind, count: int) -> Lesson:
        return lesson(material, embedding, seed=seed, kind=kind, count=count, name=name)

    console.print("Rendering streams ...")
    commands, others = part(Kind.COMMANDS, arguments.streams), part(Kind.OTHERS, arguments.streams // 2)
    if arguments.human:
        household = part(Kind.HOUSEHOLD, arguments.streams // 5)
        others = _together(household, others, np.arange(len(others.vectors)))
    # Half of what holds no command is learned from at once; of the rest only what was mistaken.
    known = len(others.vectors) // 2
    first = _together(commands, others, np.arange(known))
    model = new_classifier(first, seed)
    console.print(f"Round 1: {len(first.vectors)} streams")
    learn(model, first, plain_weights(first.classes), arguments.epochs, seed, console)
    wrong = mistakes(model, others) > CALLED_MISTAKE
    hard = np.unique(np.concatenate([np.flatnonzero(wrong.any(axis=1)), np.arange(known)]))
    second = _together(commands, others, hard)
    weights = plain_weights(second.classes)
    weights[len(commands.vectors) :][wrong[hard]] = MISTAKES_COUNT
    console.print(f"Round 2: {len(second.vectors)} streams, {int(wrong.sum())} mistaken hops")
    learn(model, second, weights, max(arguments.epochs // 2, 1), seed + 1, console)
    save(model, arguments.out)


def _together(commands: Lesson, others: Lesson, chosen: NDArray[np.intp]) -> Lesson:
    return Lesson(
        np.concatenate([commands.vectors, others.vectors[chosen]]),
        np.concatenate([commands.classes, others.classes[chosen]]),
    )


def report(
    console: Console, head: Head, judge: judging.Judge, limits: Mapping[Command, Limits], people: Path | None
) -> None:
    """Print the figures on voices and people that nothing was learned from, as Markdown."""
    alone = {"quiet": judge.calls("test", None), "pink 10 dB": judge.calls("test", 10.0)}
    results = {name: judging.result(head, calls, limits) for name, calls in alone.items()}
    console.print("| test voices | " + " | ".join(results) + " |\n|---|" + "---|" * len(results), soft_wrap=True)
    for command in head.commands:
        row = " | ".join(str(found.per_command[command]) for found in results.values())
        console.print(f"| {command.value} | {row} |", soft_wrap=True)
    for title, cells in (
        ("all commands", [str(found.all_commands) for found in results.values()]),
        ("protected", [str(found.protected) for found in results.values()]),
        ("another command told", [str(found.wrong) for found in results.values()]),
        ("delay median, 95% (s)", [_delays(found) for found in results.values()]),
    ):
        console.print(f"| {title} | {' | '.join(cells)} |", soft_wrap=True)
    if people is None:
        return
    recorded = judging.people_of(people, "report")
    for name, snr in (("quiet", None), ("pink 10 dB", 10.0)):
        words = judge.words_of(recorded, snr)
        found = judging.result(head, words, limits)
        said = ", ".join(f"{command.value} {share}" for command, share in found.per_command.items())
        other = [call for call in words if call.command is None]
        taken = sum(bool(judging.events(head, call.probabilities, limits)) for call in other)
        console.print(
            f"people, {name}: {said}; delay {_delays(found)}; "
            f"other words taken {judging.Share(taken, len(other))}",
            soft_wrap=True,
        )
    for name, streams in (
        ("read speech", judge.unrelated(recorded, "librispeech")),
        ("read speech in a room, pink 10 dB", judge.unrelated(recorded, "librispeech", lived_in=True)),
        ("household noises", judge.unrelated(recorded, "esc10")),
    ):
        events, hours = judging.false_events(head, streams, limits)
        console.print(
            f"{name}: {events.total()} in {60 * hours:.1f} min, {events.total() / hours:.1f} an hour: "
            f"{dict(events)}",
            soft_wrap=True,
        )


def _to_set_limits(judge: judging.Judge, people: Path | None) -> list[judging.Scores]:
    if people is None:
        return judge.unrelated_voices("tune")
    recorded = judging.people_of(people, "tune")
    return [
        *judge.unrelated(recorded, "librispeech"),
        *judge.unrelated(recorded, "librispeech", lived_in=True),
        *judge.unrelated(recorded, "esc10"),
    ]


def _write_limits(path: Path, limits: Mapping[Command, Limits]) -> None:
    lines = [
        f'  "{command.value}": {{alone: {one.alone}, agreeing: {one.agreeing}, hops: {one.hops}}}'
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
    parser.add_argument("--streams", type=int, default=600, help="streams of 24 s with commands")
    parser.add_argument(
        "--epochs", type=int, default=24, help="passes in the first round; half as many in the second"
    )
    parser.add_argument(
        "--only-judge", action="store_true", help="set limits and report for weights that are there"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
