import pytest
import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicSlidingWindowLayer

import architectures
from oneiro.kv_cache import _RoomyLayer, decoding_cache
from oneiro.llm import LLM


def states(tokens: int, *, seed: int) -> torch.Tensor:
    return torch.randn(3, 2, tokens, 4, generator=torch.Generator().manual_seed(seed))


def test_it_holds_what_the_cache_of_transformers_holds(llm: LLM) -> None:
    ours, theirs = decoding_cache(llm.model.config), DynamicCache(config=llm.model.config)
    for step, tokens in enumerate((5, *[1] * 40, 3)):
        if step == 20:
            ours.batch_select_indices(torch.tensor([0, 2]))
            theirs.batch_select_indices(torch.tensor([0, 2]))
        rows = slice(None) if step < 20 else slice(0, 2)
        new = (states(tokens, seed=step)[rows], states(tokens, seed=99 + step)[rows])
        for a, b in zip(ours.update(*new, 0), theirs.update(*new, 0), strict=True):
            assert torch.equal(a, b)
        assert ours.get_seq_length() == theirs.get_seq_length()


def test_a_repeated_prefix_is_every_rows_own(llm: LLM) -> None:
    cache = decoding_cache(llm.model.config)
    cache.update(states(5, seed=0)[:1], states(5, seed=1)[:1], 0)
    cache.batch_repeat_interleave(3)
    keys, _ = cache.update(states(1, seed=2), states(1, seed=3), 0)
    assert torch.equal(keys[:, :, :5], states(5, seed=0)[:1].expand(3, -1, -1, -1))
    assert torch.equal(keys[:, :, 5:], states(1, seed=2))


@pytest.mark.parametrize("name", architectures.ARCHITECTURES)
def test_sliding_windows_stay_those_of_transformers(name: str) -> None:
    config = architectures.build(name).model.config
    ours, theirs = decoding_cache(config), DynamicCache(config=config)
    for a, b in zip(ours.layers, theirs.layers, strict=True):
        assert isinstance(a, type(b))
        assert isinstance(a, _RoomyLayer) != isinstance(a, DynamicSlidingWindowLayer)
