"""Picks the next token from a model's logits."""

import torch

from oneiro.types import Sampling

_CANDIDATES = 64


def choose(logits: torch.Tensor, sampling: Sampling, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Pick one token for each row of logits (B, V); log-probabilities are those at temperature 1.

    The nucleus of `top_p` is looked for among the `_CANDIDATES` likeliest tokens: to sort a whole vocabulary takes
    longer than the model.
    """
    if sampling.temperature <= 0:
        tokens = logits.argmax(-1).cpu()
    elif sampling.top_p < 1:
        likeliest, candidates = logits.topk(min(_CANDIDATES, logits.shape[-1]))
        nucleus = (likeliest / sampling.temperature).softmax(-1).cpu()
        nucleus[nucleus.cumsum(-1) - nucleus > sampling.top_p] = 0
        tokens = candidates.cpu().gather(-1, torch.multinomial(nucleus, 1, generator=generator))[:, 0]
    else:
        every = (logits / sampling.temperature).softmax(-1).cpu()
        tokens = torch.multinomial(every, 1, generator=generator)[:, 0]
    chosen = logits.gather(-1, tokens[:, None].to(logits.device))[:, 0] - logits.logsumexp(-1)
    return tokens, chosen.cpu()
