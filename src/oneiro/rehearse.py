"""Stage 4: chooses what to practise again: old dreams that are due, and grounding.

In: what is known of old memories, tonight's kept dreams, the anchors. Out: a rehearsal.

Every weak memory is rehearsed every night; one that passed 1, 2, 3 … exams in a row after 1, 2, 4 … nights
(spacing by success, as Leitner boxes do). The number of memories is bounded, so a night's cost does not grow with the
number of nights. Anchors are general prompts answered once by the frozen base.
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
    streak: int  # exams in a row with everything right
    nights_since: int  # nights since it was last practised


def superseded(old: Sequence[OldMemory], kept: Sequence[Dream]) -> dict[str, str]:
    """Find old memories that tonight's dreams replace: the same question now has another answer.

    Returns: old memory id → new memory id.
    """
    answers = {
        " ".join(words(dream.question)): dream
        for dream in kept
        if dream.kind in ("direct", "change") and not dream.held_out
    }
    replaced = {}
    for memory in old:
        for dream in memory.dreams:
            new = answers.get(" ".join(words(dream.question)))
            if dream.kind == "direct" and new and content_words(new.answer) != content_words(dream.answer):
                replaced[memory.id] = new.memory_id
    return replaced


def due(memory: OldMemory) -> bool:
    """Say whether a memory is to be practised tonight."""
    return memory.recall < 1.0 or memory.nights_since >= 2 ** min(max(0, memory.streak - 1), 5)


def rehearse(
    old: Sequence[OldMemory], anchors: Sequence[Anchor], config: RehearseConfig, *, replaced: dict[str, str], seed: int
) -> Rehearsal:
    """Choose dreams of due memories, weakest first, and a draw of anchors of every kind."""
    rng = random.Random(seed)
    waiting = [memory for memory in old if memory.id not in replaced and due(memory)]
    rng.shuffle(waiting)
    waiting.sort(key=lambda memory: memory.recall)
    dreams: list[Dream] = []
    for memory in waiting[: config.memories]:
        usable = [dream for dream in memory.dreams if not dream.held_out]
        dreams += rng.sample(usable, min(config.dreams_per_memory, len(usable)))
    return Rehearsal(tuple(dreams), tuple(rng.sample(anchors, len(anchors))))
