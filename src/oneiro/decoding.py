"""Writes a batch of texts on, a token at a time. The next token is chosen elsewhere (`sampling.py`).

On a CPU the keys grow and rows that are finished leave, since every row costs. On a GPU a step of a small model costs
what it takes to start its kernels, whatever the rows: there the step is recorded once as a CUDA graph, with room for
all tokens to come, and replayed.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from transformers import DynamicCache

from oneiro.graphs import aligned, record
from oneiro.kv_cache import fixed

Body = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, DynamicCache], torch.Tensor]  # ids, mask, positions, past


class Writing(Protocol):
    """A batch of texts being written."""

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """Take the newest token of each row (B,); returns the states (B, D) that predict the next."""
        ...

    def keep(self, rows: Sequence[int]) -> bool:
        """Let go of all other rows, and say so; or do nothing where they cost nothing."""
        ...


class Growing:
    """Keys grow with the text; rows may leave."""

    def __init__(self, body: Body, past: DynamicCache, mask: torch.Tensor, last: torch.Tensor) -> None:
        """Go on after prompts: their cache, where they have tokens (B, T), the positions (B, 1) of their last ones."""
        self._body, self._past, self._mask, self._positions = body, past, mask, last

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """See `Writing`."""
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(tokens), 1)], dim=-1)
        self._positions = self._positions + 1
        return self._body(tokens[:, None], self._mask, self._positions, self._past)[:, -1]

    def keep(self, rows: Sequence[int]) -> bool:
        """See `Writing`."""
        layers: list[Any] = self._past.layers
        if not all(hasattr(layer, "batch_select_indices") for layer in layers):
            return False  # a layer that keeps a state instead of keys
        chosen = torch.tensor(rows)
        self._past.batch_select_indices(chosen.to(layers[0].keys.device))
        self._mask, self._positions = self._mask[chosen], self._positions[chosen]
        return True


class Recorded:
    """Room for all tokens to come; the first step is taken plainly, the second recorded, the others replayed."""

    def __init__(
        self, body: Body, past: DynamicCache, mask: torch.Tensor, last: torch.Tensor, *, most: int, like: torch.Tensor
    ) -> None:
        """Go on after prompts, as `Growing`, for at most so many tokens; `like` has the model's device and dtype."""
        rows, width = mask.shape
        room = aligned(width + most)
        self._body = body
        self._place = torch.tensor([width], device=like.device)
        self._past = fixed(past, room, self._place)
        self._tokens = torch.zeros(rows, 1, dtype=torch.long, device=like.device)
        self._positions = last.to(like.device) + 1
        self._mask = like.new_full((rows, 1, 1, room), torch.finfo(like.dtype).min)
        self._mask[:, 0, 0, :width].masked_fill_(mask.to(like.device).bool(), 0)
        self._steps = 0
        self._replay: Callable[[], torch.Tensor] | None = None

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """See `Writing`."""
        self._tokens.copy_(tokens[:, None])
        self._steps += 1
        if self._steps == 1:
            return self._advance()
        self._replay = self._replay or record(self._advance)
        return self._replay()

    def keep(self, rows: Sequence[int]) -> bool:
        """See `Writing`."""
        return False

    def _advance(self) -> torch.Tensor:
        self._mask.index_fill_(-1, self._place, 0)
        hidden = self._body(self._tokens, self._mask, self._positions, self._past)[:, -1]
        self._positions += 1
        self._place += 1
        return hidden
