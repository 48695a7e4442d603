"""Grounding: general prompts, and the answers the frozen base itself wrote to them once.

The prompts are ours (`prompts.toml`), the answers the base's own, so that training on them keeps the model where it
was. `identity.toml` holds the few answers written by us: a small base does not know which side of the chat it
is on, and cannot teach it.
"""

import random
import tomllib
from collections.abc import Sequence
from importlib import resources

from oneiro.config import AnchorConfig
from oneiro.types import Anchor, ChatMessage, Sampling, Writer

OWN_SIDE = "side"  # anchors with answers of ours: labels, not a leash


def draw_prompts(config: AnchorConfig, *, seed: int) -> list[Anchor]:
    """Draw prompts of every kind; those for the base to answer have no answer yet."""
    folder = resources.files("oneiro") / "anchors"
    prompts = tomllib.loads((folder / "prompts.toml").read_text(encoding="utf-8"))
    own_side = tomllib.loads((folder / "identity.toml").read_text(encoding="utf-8"))["example"]
    rng = random.Random(seed)
    drawn = []
    for kind, count in config.per_kind.items():
        drawn += [Anchor(kind, prompt, "") for prompt in rng.sample(prompts[kind], min(count, len(prompts[kind])))]
    chosen = rng.sample(own_side, min(config.own_side, len(own_side)))
    return drawn + [Anchor(OWN_SIDE, entry["question"], entry["answer"]) for entry in chosen]


def answer_anchors(anchors: Sequence[Anchor], base: Writer, *, max_new_tokens: int) -> list[Anchor]:
    """Fill in what the frozen base says; a prompt it has no word for is left out."""
    open_ones = [anchor for anchor in anchors if not anchor.answer]
    chats = [[ChatMessage("user", anchor.question)] for anchor in open_ones]
    said = iter(base.complete(chats, Sampling(max_new_tokens)) if chats else [])
    filled = [a if a.answer else Anchor(a.kind, a.question, next(said).text) for a in anchors]
    return [anchor for anchor in filled if anchor.answer]
