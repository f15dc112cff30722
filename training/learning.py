"""The classifier in torch: how it learns, and how its weights become what `voiceguide.hearing.spotter` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from torch import Tensor, nn

from training.embedded import Lesson
from training.streams import NONE, UNSURE
from voiceguide.core.commands import Command
from voiceguide.hearing.enrolment.embedding import SIZE, Floats
from voiceguide.hearing.spotter.head import CONTEXT, LAYERS

WIDTHS = (112, 112, 144)
BATCH = 8
RATE_OF_LEARNING = 2e-3
DROPPED = 0.15
SHAKE = 0.25
"""Standard deviation of noise on the standardised vectors: few voices, not to be learned by heart."""

COMMANDS_COUNT = 1.5
"""Weight of a hop that is a command relative to one that is none; there are six of these for each of those."""

CALLED_MISTAKE = 0.1
"""Probability of any command above which a hop that holds none is a mistake, in the pass that is under way."""

MISTAKES_COUNT = 3.0
"""Weight of such a hop. What matters is one mistake in an hour, 45,000 hops."""


class Classifier(nn.Module):
    """Convolutions over time as in `head.LAYERS`; every position sees `CONTEXT` vectors."""

    def __init__(self, mean: Floats, scale: Floats) -> None:
        super().__init__()
        self.mean = torch.from_numpy(mean)
        self.scale = torch.from_numpy(scale)
        widths = (SIZE, *WIDTHS)
        # A convolution as one matrix on stacked taps: several times quicker than Conv1d on one core.
        self.layers = nn.ModuleList(
            nn.Linear(taps * before, after)
            for before, after, (taps, _) in zip(widths[:-1], widths[1:], LAYERS, strict=True)
        )
        self.drop = nn.Dropout(DROPPED)
        self.out = nn.Linear(widths[-1], 1 + len(Command))

    def forward(self, vectors: Tensor) -> Tensor:
        """Return logits, shape (streams, hops - CONTEXT + 1, classes)."""
        values = (vectors - self.mean) / self.scale
        if self.training:
            values = values + SHAKE * torch.randn_like(values)
        for layer, (taps, dilation) in zip(self.layers, LAYERS, strict=True):
            kept = values.shape[1] - (taps - 1) * dilation
            stacked = torch.cat([values[:, tap * dilation : tap * dilation + kept] for tap in range(taps)], dim=2)
            values = self.drop(torch.relu(layer(stacked)))
        logits: Tensor = self.out(values)
        return logits


def new_classifier(lesson: Lesson, seed: int) -> Classifier:
    """Return an untrained classifier for vectors such as those of a lesson."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    flat = lesson.vectors.reshape(-1, SIZE)
    return Classifier(flat.mean(axis=0), flat.std(axis=0) + 1e-3)


def learn(model: Classifier, lesson: Lesson, epochs: int, seed: int, console: Console) -> None:
    """Train on a lesson.

    Args:
        model: is changed.
        lesson: vectors and classes.
        epochs: passes over the lesson.
        seed: order of the streams, and what is dropped.
        console: told the loss.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 7])
    steps = epochs * -(-len(lesson.vectors) // BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE_OF_LEARNING, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE_OF_LEARNING, total_steps=steps)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        order = rng.permutation(len(lesson.vectors))
        for start in range(0, len(order), BATCH):
            chosen = np.sort(order[start : start + BATCH])
            logits = model(torch.from_numpy(lesson.vectors[chosen])).flatten(0, 1)
            wanted = torch.from_numpy(lesson.classes[chosen, CONTEXT - 1 :]).flatten()
            losses = nn.functional.cross_entropy(logits, wanted.clamp(min=0), reduction="none")
            count = _counting(logits, wanted)
            loss = (losses * count).sum() / count.sum()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call] # torch has no types here
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(chosen)
        console.print(f"  epoch {epoch + 1} of {epochs}: loss {total / len(order):.4f}")
    model.eval()


def _counting(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return how much each hop counts."""
    count = torch.ones(len(wanted))
    count[wanted > NONE] = COMMANDS_COUNT
    any_command = 1 - torch.softmax(logits.detach(), dim=-1)[:, NONE]
    count[(wanted == NONE) & (any_command > CALLED_MISTAKE)] = MISTAKES_COUNT
    count[wanted == UNSURE] = 0
    return count


def save(model: Classifier, path: Path) -> None:
    """Write the weights in half precision, as `voiceguide.hearing.spotter.head.Head` reads them."""
    stored: dict[str, Any] = {"mean": model.mean.numpy(), "scale": model.scale.numpy()}
    for number, layer in enumerate(model.layers):
        if isinstance(layer, nn.Linear):
            stored[f"kernel{number}"] = layer.weight.detach().numpy().T.astype(np.float16)
            stored[f"bias{number}"] = layer.bias.detach().numpy()
    stored["out"] = model.out.weight.detach().numpy().T.astype(np.float16)
    stored["out_bias"] = model.out.bias.detach().numpy()
    stored["commands"] = np.array([command.value for command in Command])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **stored)
