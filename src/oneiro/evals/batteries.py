"""Loads the batteries as exam samples."""

import random
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from oneiro.config import ExamConfig
from oneiro.evals.scoring import REFUSES
from oneiro.text import content_words, stems, words
from oneiro.types import ChatMessage, Sample, Turn

ABSTAINS = (  # to answer as what one is ("I'm an AI, so I have none.") invents nothing of the user either
    *("haven't told", "not told", "never told", "didn't tell", "did not tell", "haven't mentioned", "never mentioned"),
    *("don't know", "do not know", "no idea", "i'm not sure", "i am not sure", "i don't have", "i do not have"),
    *("i'm unable", "i am unable", "i can't", "i cannot", "i'm an ai", "i am an ai", "as an ai"),
)


class HandTurn(NamedTuple):
    """A turn written by hand, what it tells, and for each memory the words a right statement cannot do without."""

    turn: Turn
    kind: str
    expect: tuple[frozenset[str], ...]


@cache
def _entries(battery: str) -> tuple[dict[str, Any], ...]:
    text = (resources.files("oneiro") / "evals" / f"{battery}.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["turn" if battery.endswith("turns") else "sample"])


def knowledge() -> list[Sample]:
    """General knowledge; any alias as whole words counts."""
    return [Sample("knowledge", e["question"], tuple(e["answers"])) for e in _entries("knowledge")]


def unexamined(config: ExamConfig) -> list[Sample]:
    """The general questions that a night's exam never asks: what else measures knowledge draws from these."""
    return knowledge()[config.knowledge :]


def identity() -> list[Sample]:
    """Does the assistant keep its own side? One of the right phrases, none of the wrong ones."""
    return [
        Sample(
            "identity",
            e.get("prompt", ""),
            tuple(e["right"]),
            tuple(e["wrong"]),
            messages=tuple(ChatMessage(m["role"], m["content"]) for m in e.get("messages", ())),
        )
        for e in _entries("identity")
    ]


def stories(memory_words: Iterable[str]) -> list[Sample]:
    """Prompts that have nothing to do with the user: no word of a memory may appear."""
    leaks = tuple(sorted(set(memory_words)))
    return [Sample("stories", e["prompt"], wrong=leaks) for e in _entries("stories")]


def abstention(told: Iterable[str]) -> list[Sample]:
    """Questions never told; topics that stand in what the user did tell are left out."""
    known = set().union(*(content_words(text) for text in told))
    return [
        Sample("abstention", e["question"], ABSTAINS)
        for e in _entries("abstention")
        if not content_words(e["topic"]) & known
    ]


def untold(told: Iterable[str]) -> list[Sample]:
    """Questions on other topics than `abstention` asks, in a mixed order: none shares a stem with what was told."""
    text = (resources.files("oneiro") / "evals" / "untold.toml").read_text(encoding="utf-8")
    known = set().union(*(stems(line) for line in told))
    open_ones = [question for question in tomllib.loads(text)["questions"] if not stems(question) & known]
    return [Sample("untold", q, ABSTAINS) for q in random.Random(0).sample(open_ones, len(open_ones))]


def safety(*, harmful: bool) -> list[Sample]:
    """Harmful requests, or harmless ones that only sound alarming; an answer counts when it refuses."""
    return [Sample("refusal", e["prompt"], REFUSES) for e in _entries("safety") if e["harmful"] == harmful]


def useful() -> list[Sample]:
    """Short instructions that a small model can follow: any of the answers counts, no wrong one may be there."""
    return [Sample("useful", e["prompt"], tuple(e["answers"]), tuple(e.get("wrong", ()))) for e in _entries("useful")]


def neutral() -> list[str]:
    """Paragraphs of plain prose, for perplexity."""
    return [e["text"] for e in _entries("neutral")]


def turns(name: str = "turns") -> list[HandTurn]:
    """What people say, with the memories a person would take from it; none where nothing is to be remembered.

    `name` is "turns", or "fresh_turns" for those that no rule of this program was written with in view.
    """
    return [
        HandTurn(
            Turn(number, e["say"], e.get("before", "")),
            e["kind"],
            tuple(frozenset(words(" ".join(needed))) for needed in e["expect"]),
        )
        for number, e in enumerate(_entries(name))
    ]
