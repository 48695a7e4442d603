"""Packs a batch into one row of tokens in which every common beginning stands once, without padding.

Examples form a prefix tree; a token sees its ancestors, and its position is its depth. Attention and gradients are
exactly those of running every example alone, for fewer tokens: half of a short question is the template, and questions
about one turn share that turn.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from oneiro.render import Encoded


class Packed(NamedTuple):
    """One row of T tokens of which N predict answers.

    nodes, ends, ids, positions (T,): the tokens' places in the tree, where their descendants end, the tokens, their
    depths; where, targets, rows (N,): the place that predicts, the token to predict, and the index of its example in
    the batch.
    """

    nodes: torch.Tensor
    ends: torch.Tensor
    ids: torch.Tensor
    positions: torch.Tensor
    where: torch.Tensor
    targets: torch.Tensor
    rows: torch.Tensor

    def to(self, device: torch.device) -> "Packed":
        """Move it."""
        return Packed(*(tensor.to(device) for tensor in self))


class PrefixTree:
    """The tokens of many examples, each with at least one answer token; equal beginnings are the same nodes.

    Nodes are numbered depth first, so the descendants of a node are the numbers from its own up to its end, and any
    batch of examples is packed by looking up the nodes it passes through.
    """

    def __init__(self, examples: Sequence[Encoded]) -> None:
        self._examples = examples
        self._paths: list[list[int]] = [[] for _ in examples]
        self._shared = [0] * len(examples)  # nodes at the beginning of each path that an earlier one has too
        tokens: list[int] = []
        depths: list[int] = []
        ends: list[int] = []
        path: list[int] = []
        for i in sorted(range(len(examples)), key=lambda i: _read(examples[i])):
            read = _read(examples[i])
            shared = _common([tokens[node] for node in path], read)
            for node in path[shared:]:
                ends[node] = len(tokens)
            path = path[:shared]
            for depth, token in enumerate(read[shared:], start=shared):
                path.append(len(tokens))
                tokens.append(token)
                depths.append(depth)
                ends.append(0)
            self._paths[i], self._shared[i] = path, shared
        for node in path:
            ends[node] = len(tokens)
        self._tokens, self._depths, self._ends = np.array(tokens), np.array(depths), np.array(ends)

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self._tokens)

    @property
    def examples(self) -> int:
        """Count the examples."""
        return len(self._examples)

    def in_order(self, indices: Sequence[int]) -> list[int]:
        """Sort examples so that neighbours share as much as they can."""
        return sorted(indices, key=lambda i: self._paths[i])

    def first_met(self, batch: Sequence[int]) -> torch.Tensor:
        """The nodes of some examples that none before them, in the order of `in_order`, passes through."""
        return torch.tensor([node for i in batch for node in self._paths[i][self._shared[i] :]], dtype=torch.long)

    def pack(self, batch: Sequence[int]) -> Packed:
        """Pack some of the examples, given by their indices."""
        nodes = np.unique(np.concatenate([self._paths[i] for i in batch]))
        answers = [self._examples[i].answer for i in batch]
        predicting = [self._paths[i][-len(answer) :] for i, answer in zip(batch, answers, strict=True)]
        return Packed(
            torch.from_numpy(nodes),
            torch.from_numpy(self._ends[nodes]),
            torch.from_numpy(self._tokens[nodes]),
            torch.from_numpy(self._depths[nodes]),
            torch.from_numpy(np.searchsorted(nodes, np.concatenate(predicting))),
            torch.tensor([token for answer in answers for token in answer]),
            torch.tensor([row for row, answer in enumerate(answers) for _ in answer]),
        )

    def places(self, packed: Packed, batch: Sequence[int], width: int) -> torch.Tensor:
        """Where the tokens that each example reads stand in a packed row, (B, width), right-aligned; others are 0."""
        nodes, found = packed.nodes.numpy(), np.zeros((len(batch), width), dtype=np.int64)
        for row, i in enumerate(batch):
            found[row, width - len(self._paths[i]) :] = np.searchsorted(nodes, self._paths[i])
        return torch.from_numpy(found)


def _read(example: Encoded) -> list[int]:
    """What the model reads; the last token of an answer is only predicted."""
    return [*example.prompt, *example.answer[:-1]]


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    length = min(len(one), len(other))
    return next((i for i in range(length) if one[i] != other[i]), length)


def one_by_one(packed: Packed) -> list[Packed]:
    """Take a packed row apart again into its examples, each a row of its own."""
    return [_alone(packed, packed.rows == row) for row in packed.rows.unique().tolist()]


def _alone(packed: Packed, own: torch.Tensor) -> Packed:
    where = packed.where[own]
    last = packed.nodes[where[-1]]
    path = ((packed.nodes <= last) & (last < packed.ends)).nonzero()[:, 0]
    tokens = (packed.nodes[path], packed.ends[path], packed.ids[path], packed.positions[path])
    return Packed(*tokens, torch.searchsorted(path, where), packed.targets[own], packed.rows[own])


def allowed(packed: Packed) -> torch.Tensor:
    """Say which tokens each token may see, its ancestors and itself: (T, T)."""
    return (packed.nodes <= packed.nodes[:, None]) & (packed.nodes[:, None] < packed.ends)


def window(packed: Packed, size: int) -> torch.Tensor:
    """Narrow what a token may see to the last `size` positions, itself included: (T, T)."""
    return allowed(packed) & (packed.positions[:, None] - packed.positions < size)
