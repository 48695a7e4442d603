"""Stage 4: chooses what to practise again: old dreams that are due, and grounding.

In: what is known of old memories, tonight's kept dreams, the anchors. Out: a rehearsal.

The memories that failed their last exam come first, then those that have waited longest, up to a bounded number, and of
their dreams a bounded number, other ones every night: a night's cost does not grow with the number of nights. Training
lets a few of each memory's come up in each epoch. Letting strong memories wait for 2, 4, 8 … nights, as Leitner boxes
do, was given up: a small model loses half of what a single night does not rehearse (LOG.md).
Anchors are general prompts answered once by the frozen base.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from oneiro.changes import Change, holds
from oneiro.config import RehearseConfig
from oneiro.types import Anchor, Dream, Rehearsal


@dataclass(frozen=True, slots=True)
class OldMemory:
    """A memory of an earlier night: its dreams and how it has fared."""

    id: str
    dreams: tuple[Dream, ...]
    recall: float  # share answered right at its last exam, 0..1
    nights_since: int  # nights since it was last practised


def outdated(old: Sequence[OldMemory], made: Sequence[Change]) -> tuple[list[OldMemory], dict[str, str]]:
    """Leave out what changes have made untrue.

    Returns: the memories with the dreams that still hold, and of those of which none does: old memory id → new one's.
    """
    by = {change.memory_id: change.by.memory_id for change in reversed(made)}
    holding, replaced = [], {}
    for memory in old:
        dreams = tuple(_told_truly(dream, made) for dream in memory.dreams if holds(dream, made))
        if dreams or memory.id not in by:
            holding.append(replace(memory, dreams=dreams))
        else:
            replaced[memory.id] = by[memory.id]
    return holding, replaced


def _told_truly(dream: Dream, made: Sequence[Change]) -> Dream:
    """Leave out the statement of a dream that holds, where the statement does not."""
    return dream if holds(replace(dream, answer=dream.statement), made) else replace(dream, statement="")


def rehearse(old: Sequence[OldMemory], anchors: Sequence[Anchor], config: RehearseConfig, *, seed: int) -> Rehearsal:
    """Choose the dreams of memories, weakest and longest unpractised first, and shuffle the anchors."""
    rng = random.Random(seed)
    waiting = rng.sample(old, len(old))
    waiting.sort(key=lambda memory: (memory.recall, -memory.nights_since))
    chosen = [[dream for dream in memory.dreams if not dream.held_out] for memory in waiting[: config.memories]]
    each = math.ceil(config.dreams / max(1, len(chosen)))
    dreams = [dream for own in chosen for dream in rng.sample(own, min(each, len(own)))]
    return Rehearsal(tuple(dreams), tuple(rng.sample(anchors, len(anchors))))
