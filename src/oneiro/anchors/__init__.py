"""Grounding: general prompts, and the answers the frozen base itself wrote to them once.

The prompts are ours (`prompts.toml`), the answers the base's own, so that training on them keeps the model where it
was. `identity.toml` holds the few answers written by us: a small base does not know which side of the chat it
is on, and cannot teach it. Answers are cached by the hash of the base's weights.
"""

import json
import os
import random
import tempfile
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

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


def answer_anchors(anchors: Sequence[Anchor], base: Writer, *, cache: Path, max_new_tokens: int) -> list[Anchor]:
    """Fill in what the frozen base says, from the cache where it has been asked before."""
    known = _read(cache)
    missing = [anchor.question for anchor in anchors if not anchor.answer and anchor.question not in known]
    if missing:
        chats = [[ChatMessage("user", question)] for question in missing]
        texts = base.complete(chats, Sampling(max_new_tokens))
        known |= {question: text.text for question, text in zip(missing, texts, strict=True)}
        _write(cache, known)
    filled = [a if a.answer else Anchor(a.kind, a.question, known[a.question]) for a in anchors]
    return [anchor for anchor in filled if anchor.answer]


def _read(cache: Path) -> dict[str, str]:
    """Read the cache; a missing or damaged one is an empty one, since the base can be asked again."""
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {q: a for q, a in known.items() if isinstance(a, str)} if isinstance(known, dict) else {}


def _write(cache: Path, known: dict[str, str]) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=cache.parent, delete=False, encoding="utf-8") as stream:
        json.dump(known, stream, ensure_ascii=False, indent=0)
    os.replace(stream.name, cache)  # noqa: PTH105 - the atomic replacement of a whole file
