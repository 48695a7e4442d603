"""Personas: six days each of what somebody tells, and the questions about it. One folder a persona, one file a day.

A memory may replace an earlier one ("Gumboot is called Crumpet now"): from then on the earlier one is asked no more,
and to answer with one of its `old` values is an error of its own. The form of a day is that of `demo_data/day.toml`.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from oneiro.demo import NEGATION, names_of, recall_sample
from oneiro.evals import batteries
from oneiro.types import Sample


class Memory(NamedTuple):
    """A fact told on a day, with its questions; `replaces` names the fact that it does away with."""

    fact: str
    kind: str
    day: int
    questions: tuple[dict[str, Any], ...]
    replaces: str
    old: tuple[str, ...]


class Day(NamedTuple):
    """What is said on one day, what of it is to be remembered, what is never told, and the words that betray it."""

    say: tuple[str, ...]
    memories: tuple[Memory, ...]
    never: tuple[str, ...]
    leaks: tuple[str, ...]


@dataclass(frozen=True)
class Persona:
    """Somebody who tells things day by day."""

    name: str
    days: tuple[Day, ...]

    def known(self, night: int) -> list[Memory]:
        """List the memories told until this night that nothing has replaced yet."""
        told = [memory for day in self.days[:night] for memory in day.memories]
        replaced = {memory.replaces for memory in told}
        return [memory for memory in told if memory.fact not in replaced]

    def recall(self, night: int) -> list[tuple[Memory, Sample]]:
        """List the questions about what is known after a night; an answer that names another memory too is wrong."""
        known = self.known(night)
        said = [line for day in self.days[:night] for line in day.say]
        return [(memory, _sample(memory, q, known, said)) for memory in known for q in memory.questions]

    def never(self, night: int) -> list[Sample]:
        """List the questions about what was never told."""
        return [Sample("abstention", q, batteries.ABSTAINS) for day in self.days[:night] for q in day.never]

    def leaks(self, night: int) -> tuple[str, ...]:
        """List the words told until this night that would betray a memory in an unrelated text."""
        return tuple(dict.fromkeys(leak for day in self.days[:night] for leak in day.leaks))


def read_persona(folder: Path) -> Persona:
    """Read a persona's days in order.

    Raises:
        KeyError: a day lacks a part.
    """
    files = sorted(folder.glob("*.toml"), key=lambda file: int(file.stem))
    return Persona(folder.name, tuple(_day(tomllib.loads(f.read_text("utf-8")), i) for i, f in enumerate(files, 1)))


def _day(data: dict[str, Any], number: int) -> Day:
    memories = tuple(
        Memory(m["fact"], m["kind"], number, tuple(m["questions"]), m.get("replaces", ""), tuple(m.get("old", ())))
        for m in data["memory"]
    )
    return Day(tuple(data["say"]), memories, tuple(data["never"]), tuple(data["leaks"]))


def _sample(memory: Memory, question: dict[str, Any], known: Sequence[Memory], said: Sequence[str]) -> Sample:
    own = [answer for q in memory.questions for answer in q["answers"]]
    others = names_of(q for m in known if m.fact != memory.fact for q in m.questions)
    denied = memory.kind == NEGATION
    return recall_sample(memory.fact, question, own, [*memory.old, *others], said=said, denied=denied)
