import pytest
import torch

from oneiro.sampling import choose
from oneiro.types import Sampling

LOGITS = torch.randn(64, 200, generator=torch.Generator().manual_seed(0)) * 2


def draw(sampling: Sampling, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    return choose(LOGITS, sampling, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("sampling", [Sampling(1), Sampling(1, 0.8, 0.9), Sampling(1, 1.0)])
def test_log_probabilities_are_those_of_the_whole_vocabulary_at_temperature_one(sampling: Sampling) -> None:
    tokens, logprobs = draw(sampling)
    torch.testing.assert_close(logprobs, LOGITS.log_softmax(-1).gather(-1, tokens[:, None])[:, 0])


def test_without_temperature_the_likeliest_is_taken() -> None:
    assert torch.equal(draw(Sampling(1))[0], LOGITS.argmax(-1))


def test_a_nucleus_holds_no_token_that_its_likelier_ones_make_superfluous() -> None:
    probs, order = (LOGITS / 0.8).softmax(-1).sort(descending=True)
    outside = (probs.cumsum(-1) - probs) > 0.6  # a little more than asked for: only 64 candidates are weighed
    for seed in range(20):
        tokens, _ = draw(Sampling(1, 0.8, 0.5), seed)
        rank = (order == tokens[:, None]).int().argmax(-1)
        assert not outside.gather(-1, rank[:, None]).any()


def test_a_tiny_nucleus_is_greedy_and_a_seed_repeats_the_draw() -> None:
    assert torch.equal(draw(Sampling(1, 1.0, 1e-6))[0], LOGITS.argmax(-1))
    for top_p in (0.9, 1.0):
        assert torch.equal(draw(Sampling(1, 1.0, top_p), 3)[0], draw(Sampling(1, 1.0, top_p), 3)[0])
        assert not torch.equal(draw(Sampling(1, 1.0, top_p), 3)[0], draw(Sampling(1, 1.0, top_p), 4)[0])
