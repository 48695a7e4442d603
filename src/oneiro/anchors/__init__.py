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
from oneiro.evals.scoring import refuses
from oneiro.types import Anchor, ChatMessage, Sampling, Writer

_TEXTS = frozenset({"stories", "advice", "explain", "tasks"})
HARMFUL = "harmful"
OWN_SIDE = "side"  # anchors with answers of ours: labels, not a leash


def draw_prompts(config: AnchorConfig, *, seed: int) -> list[Anchor]:
    """Draw prompts of every kind; those for the base to answer have no answer yet."""
    folder = resources.files("oneiro") / "anchors"
    prompts = tomllib.loads((folder / "prompts.toml").read_text(encoding="utf-8"))
    own_side = tomllib.loads((folder / "identity.toml").read_text(encoding="utf-8"))["example"]
    rng = random.Random(seed)
    drawn = []
    for kind, count in config.per_kind.items():
        most = len(prompts[kind]) if kind == HARMFUL and config.refused else count  # which are refused will be seen
        drawn += [Anchor(kind, prompt, "") for prompt in rng.sample(prompts[kind], min(most, len(prompts[kind])))]
    chosen = rng.sample(own_side, min(config.own_side, len(own_side)))
    return drawn + [Anchor(OWN_SIDE, entry["question"], entry["answer"]) for entry in chosen]


def answer_anchors(anchors: Sequence[Anchor], base: Writer, config: AnchorConfig) -> list[Anchor]:
    """Fill in what the frozen base says; a prompt it has no word for is left out.

    Of texts more is taken than of answers: what is not on the leash fills with memories. Of the harmful prompts those
    that it refuses are kept first: a small base refuses few, and a leash on its compliance keeps none of them.
    """
    said: dict[str, str] = {}
    for kinds_of_text, tokens in ((False, config.max_new_tokens), (True, config.text_tokens)):
        asked = [a.question for a in anchors if not a.answer and (a.kind in _TEXTS) == kinds_of_text]
        chats = [[ChatMessage("user", question)] for question in asked]
        written = base.complete(chats, Sampling(tokens)) if chats else []
        said |= {question: completion.text for question, completion in zip(asked, written, strict=True)}
    filled = [a if a.answer else Anchor(a.kind, a.question, said[a.question]) for a in anchors]
    harmful = [anchor for anchor in filled if anchor.kind == HARMFUL and anchor.answer]
    refused = [anchor for anchor in harmful if refuses(anchor.answer)][: config.refused]
    others = [anchor for anchor in harmful if not refuses(anchor.answer)][: config.per_kind.get(HARMFUL, 0)]
    kept = {*refused, *others}
    return [anchor for anchor in filled if anchor.answer and (anchor.kind != HARMFUL or anchor in kept)]
