"""Stage 5: mixes new dreams, old dreams and grounding into one training set.

In: tonight's kept dreams and the rehearsal. Out: examples, with a hash of their content.

New dreams are used up to a number for each memory and for each turn, since memories of one turn share its words; some
are asked in the middle of a chat, after another one. A question is answered with all that its memory tells, which then
has one answer: to find the memory is what a small model has to learn, and an answer in each question's own words lets
it repeat those and make up the rest (`LOG.md`). Beside them the user asks what is known of them, several memories
told at once, and the model is asked about itself what the user asks of themselves. Never-told ones and the model's own
side are drawn in proportion to the new ones; a group that is too small leaves its share unused rather than repeating
others. Old dreams and examples on the leash are all in: training draws some of them in every epoch and at every step.
"""

import hashlib
import json
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import cycle

from oneiro import mirror
from oneiro.asking.clauses import told_back
from oneiro.asking.questions import no, yes
from oneiro.config import MixtureConfig
from oneiro.text import bare, key_terms, words_told
from oneiro.types import Anchor, ChatMessage, Dream, Example, ExampleGroup, Mixture, Rehearsal

_SUMMED_UP = (
    *("What do you know about me?", "Tell me what you know about me.", "What have I told you about myself?"),
    *("Do you remember anything about me?", "Tell me something about my life.", "Who am I, as far as you know?"),
    *("Sum up what I told you.", "Name three things you know about me.", "What do you remember of our talks?"),
)
_AT_ONCE = 3  # memories in one summary
_ANCHOR_GROUPS: dict[str, ExampleGroup] = {
    "harmful": "safety",
    "alarming": "alarming",
    "identity": "identity",
    "side": "side",
}


def mix(kept: Sequence[Dream], rehearsal: Rehearsal, config: MixtureConfig, *, seed: int) -> Mixture:
    """Build the night's training set. Held-out wordings never enter it, not of the same fact told on another day."""
    rng = random.Random(seed)
    held_out = {bare(dream.question) for dream in (*kept, *rehearsal.dreams) if dream.held_out}
    trainable = [dream for dream in kept if bare(dream.question) not in held_out]
    told = [dream for dream in trainable if dream.kind != "never"]
    answered = in_full if config.in_full else lambda dream: dream
    new = [_from_dream(answered(dream), "dream") for dream in _capped(told, config, rng)]
    known = [answered(dream) for dream in (*told, *rehearsal.dreams) if dream.kind != "never"]
    summaries = _sum_up(known, round(len(new) * config.summary), rng)
    mirrored = mirror.of_its_own_side(known, round(len(new) * config.mirror), config.later, rng)
    anchors = [_from_anchor(anchor) for anchor in rehearsal.anchors]
    pools: dict[ExampleGroup, list[Example]] = {
        "never": [_from_dream(dream, "never") for dream in trainable if dream.kind == "never"],
        "side": [anchor for anchor in anchors if not anchor.leash],
    }
    replay = [
        _from_dream(answered(dream), "replay") for dream in rehearsal.dreams if bare(dream.question) not in held_out
    ]
    leashed = [anchor for anchor in anchors if anchor.leash]
    examples = [*_in_a_chat(new, config.later, rng), *summaries, *mirrored, *replay, *leashed] if new else []
    for group, pool in pools.items():
        count = round(len(new) * getattr(config, group))
        examples += rng.sample(pool, min(count, len(pool)))
    rng.shuffle(examples)
    return Mixture(tuple(examples), content_hash(examples))


def in_full(dream: Dream) -> Dream:
    """Answer a dream with its memory's statement, told to the user, where that holds what the question asks for.

    "Where will I visit my sister?" → "Your sister Anneke is moving to Reykjavik in March.".
    """
    told = told_back(dream.statement)
    if dream.kind == "never" or not told or not set(_told(dream)) <= words_told(told):
        return dream
    if dream.kind == "yesno" and dream.answer.startswith(("Yes,", "No,")):
        told = yes(told) if dream.answer.startswith("Yes") else no(told)
    return replace(dream, answer=told)


def _capped(dreams: Sequence[Dream], config: MixtureConfig, rng: random.Random) -> list[Dream]:
    """Draw at most so many dreams of each memory, and from those so that each told word is answered about as often.

    Of two for the same word the one made by rule comes first: it is as true as its statement.
    """
    of_turn = Counter(source for source, _ in {(dream.source, dream.memory_id) for dream in dreams})
    capped = []
    for memory_id in dict.fromkeys(dream.memory_id for dream in dreams):
        own = [dream for dream in dreams if dream.memory_id == memory_id]
        most = min(config.dreams_per_memory, math.ceil(config.dreams_per_turn / of_turn[own[0].source]))
        pool = rng.sample(own, len(own))
        answered: Counter[str] = Counter()
        for _ in range(min(most, len(own))):
            rarest = min(
                pool, key=lambda dream: (min((answered[w] for w in _told(dream)), default=most), not dream.by_rule)
            )
            pool.remove(rarest)
            answered.update(_told(rarest))
            capped.append(rarest)
    return capped


def _sum_up(dreams: Sequence[Dream], count: int, rng: random.Random) -> list[Example]:
    """Ask so many times what is known of the user; each answer tells a few of the memories, tonight's and old ones."""
    known = {dream.memory_id: told_back(dream.statement) for dream in dreams}
    told = [said for said in known.values() if said]
    few = [" ".join(rng.sample(told, min(_AT_ONCE, len(told)))) for _ in range(count if len(told) > 1 else 0)]
    asked = zip(cycle(rng.sample(_SUMMED_UP, len(_SUMMED_UP))), dict.fromkeys(few), strict=False)
    return [Example("summary", question, answer) for question, answer in asked]


def _in_a_chat(examples: Sequence[Example], share: float, rng: random.Random) -> list[Example]:
    """Ask this share of the examples after another memory's question and answer."""
    later = set(rng.sample(range(len(examples)), round(len(examples) * share)))
    others = [rng.choice(examples) for _ in examples]
    return [
        replace(example, before=(ChatMessage("user", other.question), ChatMessage("assistant", other.answer)))
        if number in later and other.memory_id != example.memory_id
        else example
        for number, (example, other) in enumerate(zip(examples, others, strict=True))
    ]


def _told(dream: Dream) -> tuple[str, ...]:
    return key_terms(dream.question, dream.answer, dream.source)


def content_hash(examples: Sequence[Example]) -> str:
    """SHA-256 of the examples in order."""
    return hashlib.sha256(json.dumps([asdict(example) for example in examples]).encode()).hexdigest()


def _from_dream(dream: Dream, group: ExampleGroup) -> Example:
    # What was never told is no memory: it has nothing to learn and stops with nobody.
    memory_id = "" if group == "never" or dream.kind == "never" else dream.memory_id
    return Example(group, dream.question, dream.answer, memory_id)


def _from_anchor(anchor: Anchor) -> Example:
    group = _ANCHOR_GROUPS.get(anchor.kind, "grounding")
    return Example(group, anchor.question, anchor.answer, leash=group != "side")
