"""Stage 4: chooses what to practise again: old dreams that are due, and grounding.

In: what is known of old memories, tonight's kept dreams, the anchors. Out: a rehearsal.

The memories that failed their last exam come first, then those that have waited longest, up to a bounded number: a
night's cost does not grow with the number of nights. All dreams of a chosen memory are handed on; training lets a few
of them come up in each epoch. Letting strong memories wait for 2, 4, 8 … nights, as Leitner boxes do, was given up: a
small model loses half of what a single night does not rehearse (LOG.md).
Anchors are general prompts answered once by the frozen base.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from oneiro.config import RehearseConfig
from oneiro.text import content_words, words
from oneiro.types import Anchor, Dream, Rehearsal


@dataclass(frozen=True, slots=True)
class OldMemory:
    """A memory of an earlier night: its dreams and how it has fared."""

    id: str
    dreams: tuple[Dream, ...]
    recall: float  # share answered right at its last exam, 0..1
    nights_since: int  # nights since it was last practised


def superseded(old: Sequence[OldMemory], kept: Sequence[Dream]) -> dict[str, str]:
    """Find old memories that tonight's dreams replace: the same question now has another answer.

    Questions made by rule do not count: "What do I play?" has more than one answer.

    Returns: old memory id → new memory id.
    """
    answers = {
        " ".join(words(dream.question)): dream
        for dream in kept
        if dream.kind in ("direct", "change") and not dream.held_out and not dream.by_rule
    }
    replaced = {}
    for memory in old:
        for dream in memory.dreams:
            new = answers.get(" ".join(words(dream.question)))
            if (
                dream.kind == "direct"
                and not dream.by_rule
                and new
                and content_words(new.answer) != content_words(dream.answer)
            ):
                replaced[memory.id] = new.memory_id
    return replaced


def rehearse(
    old: Sequence[OldMemory], anchors: Sequence[Anchor], config: RehearseConfig, *, replaced: dict[str, str], seed: int
) -> Rehearsal:
    """Choose the dreams of memories, weakest and longest unpractised first, and shuffle the anchors."""
    rng = random.Random(seed)
    waiting = [memory for memory in old if memory.id not in replaced]
    rng.shuffle(waiting)
    waiting.sort(key=lambda memory: (memory.recall, -memory.nights_since))
    dreams = [dream for memory in waiting[: config.memories] for dream in memory.dreams if not dream.held_out]
    return Rehearsal(tuple(dreams), tuple(rng.sample(anchors, len(anchors))))
