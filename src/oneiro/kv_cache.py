"""Keys and values of the tokens so far, with room to grow: for decoding, where a token comes at a time.

transformers' own dynamic layer copies everything it holds at every token, which was a quarter of the time of decoding
48 rows on a CPU. This one writes into a block and makes a larger one only when it is full.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

_ROOM = 32  # tokens added when a block is full


class _RoomyLayer(DynamicLayer):
    """A dynamic layer that grows in place. Not for training: autograd cannot look back through it."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append keys and values (B, H, T, D); returns all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        held = self.get_seq_length()
        length = held + key_states.shape[-2]
        if self._blocks is None or self._blocks[0].shape[-2] < length:
            room = length + _ROOM
            self._blocks = (_block(key_states, self.keys, room), _block(value_states, self.values, room))
        for block, states in zip(self._blocks, (key_states, value_states), strict=True):
            block[:, :, held:length] = states
        self.keys, self.values = (block[:, :, :length] for block in self._blocks)
        return self.keys, self.values

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat every row; the block is left behind."""
        self._blocks = None
        super().batch_repeat_interleave(repeats)

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep only some rows; the block is left behind."""
        self._blocks = None
        super().batch_select_indices(indices)


class _FixedLayer(DynamicLayer):
    """A layer with room for all that will be written, so that every step has the same shapes; for a recorded step.

    All layers of a cache write at the same `place` (1,), which whoever records the step moves on. What is not written
    yet is zero, and must be masked.
    """

    def __init__(self, held: DynamicLayer, room: int, place: torch.Tensor) -> None:
        super().__init__()
        assert held.keys is not None
        assert held.values is not None
        self.keys, self.values = (_block(states, states, room) for states in (held.keys, held.values))
        self.is_initialized = True
        self._place = place

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write the keys and values (B, H, 1, D) of one token; returns all there is room for."""
        assert self.keys is not None
        assert self.values is not None
        self.keys.index_copy_(2, self._place, key_states)
        self.values.index_copy_(2, self._place, value_states)
        return self.keys, self.values


def _block(like: torch.Tensor, held: torch.Tensor | None, room: int) -> torch.Tensor:
    """Room for so many tokens, what is held at its beginning; the rest is zero, since a mask cannot hide a NaN."""
    batch, heads, _, width = like.shape
    block = like.new_zeros(batch, heads, room, width)
    if held is not None and held.numel():
        block[:, :, : held.shape[-2]] = held
    return block


def fixed(cache: DynamicCache, room: int, place: torch.Tensor) -> DynamicCache:
    """Give a cache room for so many tokens in all; the next is written at `place`."""
    own = DynamicCache()
    own.layers = [_FixedLayer(layer, room, place) for layer in cache.layers]  # type: ignore[arg-type]
    return own


def lay_out(parts: Sequence[tuple[DynamicCache, torch.Tensor]], rows: torch.Tensor, past: DynamicCache) -> None:
    """Fill an empty cache with rows of keys and values taken from packed ones.

    Each part is a cache of one packed row (1, H, T, D) and the places (B, width) of its rows' tokens in it; `rows` (all
    rows) says where in the parts' order each row of the result stands.
    """
    layers: list[Any] = past.layers
    for number, layer in enumerate(layers):
        keys, values = [], []
        for packed, places in parts:
            held: Any = packed.layers[number]
            where = places.to(held.keys.device)
            keys.append(held.keys[0][:, where].transpose(0, 1))
            values.append(held.values[0][:, where].transpose(0, 1))
        layer.update(torch.cat(keys)[rows], torch.cat(values)[rows])


def decoding_cache(config: object) -> DynamicCache:
    """Make a cache for decoding; layers of another kind (a sliding window) stay those of transformers."""
    cache = DynamicCache(config=config)  # type: ignore[arg-type]
    cache.layers = [_RoomyLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache
