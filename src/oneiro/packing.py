"""Packs a batch into one row: the common prompt prefix once, then what is each example's own, without padding.

A token sees the prefix and the tokens before it in its own example; positions count on from the prefix. Attention and
gradients are exactly those of running every example alone, for fewer tokens: half of a short question is the template.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from oneiro.render import Encoded

_MIN_SHARED_PREFIX = 4


class Packed(NamedTuple):
    """One row of T tokens of which N predict answers.

    ids, positions (T,); allowed (T, T): may the row's token see the column's; where, targets, rows (N,): the place that
    predicts, the token to predict, and the index of its example.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    allowed: torch.Tensor
    where: torch.Tensor
    targets: torch.Tensor
    rows: torch.Tensor


def pack(batch: Sequence[Encoded]) -> Packed:
    """Pack a batch of examples; each has at least one answer token."""
    prefix = shared_prefix_length([example.prompt for example in batch])
    ids, positions, owner = list(batch[0].prompt[:prefix]), list(range(prefix)), [-1] * prefix
    where: list[int] = []
    for i, example in enumerate(batch):
        own = [*example.prompt[prefix:], *example.answer[:-1]]
        ids += own
        positions += range(prefix, prefix + len(own))
        owner += [i] * len(own)
        where += range(len(ids) - len(example.answer), len(ids))
    owners = torch.tensor(owner)
    same = (owners[:, None] == owners) | (owners == -1)
    return Packed(
        torch.tensor(ids),
        torch.tensor(positions),
        same.tril(),
        torch.tensor(where),
        torch.tensor([token for example in batch for token in example.answer]),
        owners[where],
    )


def shared_prefix_length(prompts: Sequence[Sequence[int]]) -> int:
    """Count the leading tokens common to all prompts, leaving at least one token to each."""
    shortest, *rest = sorted(prompts, key=len)
    length = len(shortest) - 1
    for prompt in rest:
        length = next((i for i in range(length) if prompt[i] != shortest[i]), length)
    return length if length >= _MIN_SHARED_PREFIX else 0


def window(packed: Packed, size: int) -> torch.Tensor:
    """Narrow what a token may see to the last `size` positions, itself included: (T, T)."""
    return packed.allowed & (packed.positions[:, None] - packed.positions < size)
