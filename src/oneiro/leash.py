"""The leash: how far training may take the model from the frozen base on general prompts, and the base's side of it.

The base's next-token distributions over an answer, its top k tokens and one bucket for the rest, are the *teacher* of
that answer. They never change, so they are computed once for a base and kept in its cache.

Source: forgetting follows the KL to the base ("RL's Razor", https://arxiv.org/abs/2509.04259).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from oneiro.llm import LLM
from oneiro.packing import PrefixTree
from oneiro.render import Encoded
from oneiro.whole import written_whole

_IDS, _LOGPROBS = ".ids", ".logprobs"


class Teacher(NamedTuple):
    """The base's next-token distribution at each answer position: ids (T, k), logprobs (T, k)."""

    ids: torch.Tensor
    logprobs: torch.Tensor


def teach(llm: LLM, encoded: Sequence[Encoded], *, top_k: int, cache: Path | None = None) -> list[Teacher]:
    """Read the model's own distributions over answers, from the cache where it has been asked before.

    `cache` is a folder of this very model; nothing in it is trusted further than its shapes.
    """
    file = cache / f"teachers-{top_k}.safetensors" if cache else None
    known = _read(file)
    keys = [hashlib.sha256(repr(example).encode()).hexdigest()[:24] for example in encoded]
    missing = {k: e for k, e in zip(keys, encoded, strict=True) if k not in known or len(known[k].ids) != len(e.answer)}
    known |= dict(zip(missing, _ask(llm, list(missing.values()), top_k), strict=True))
    if missing and file:
        _write(file, known)
    return [known[key] for key in keys]


def _ask(llm: LLM, encoded: Sequence[Encoded], top_k: int) -> list[Teacher]:
    tree = PrefixTree(encoded)
    teachers: dict[int, Teacher] = {}

    @torch.no_grad()
    def ask(batch: Sequence[int]) -> None:
        out = llm.predict(tree, batch)
        top = out.logits.log_softmax(-1).topk(min(top_k, out.logits.shape[-1]), dim=-1)
        for row, i in enumerate(batch):
            own = out.rows == row
            teachers[i] = Teacher(top.indices[own].cpu(), top.values[own].cpu())

    llm.in_parts(ask, tree.in_order(range(len(encoded))), most=8)
    return [teachers[i] for i in range(len(encoded))]


def _read(file: Path | None) -> dict[str, Teacher]:
    """Read the cache; a missing or damaged one is an empty one, since the base can be asked again."""
    try:
        tensors = load_file(file) if file else {}
    except (OSError, SafetensorError):
        return {}
    known = {}
    for name in [name.removesuffix(_IDS) for name in tensors if name.endswith(_IDS)]:
        ids, logprobs = tensors[name + _IDS].long(), tensors.get(name + _LOGPROBS, torch.empty(0))
        if ids.shape == logprobs.shape:
            known[name] = Teacher(ids, logprobs)
    return known


def _write(file: Path, teachers: dict[str, Teacher]) -> None:
    tensors = {name + _IDS: t.ids.to(torch.int32) for name, t in teachers.items()}
    tensors |= {name + _LOGPROBS: t.logprobs for name, t in teachers.items()}
    with written_whole(file) as aside:
        save_file(tensors, aside)
