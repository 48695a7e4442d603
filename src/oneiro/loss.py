"""The loss of training, and its gradient with respect to the hidden states, in one pass over the vocabulary.

The logits of a step are its largest tensor by far (a row of 49,152 numbers for every token of an answer) and autograd
would hold several of its size. Here they are made once and turned in place into the gradient.

Two losses share them. *Cross-entropy* on labels. *The leash*: KL(base ‖ model) over the base's top k tokens and one
bucket for all others (`leash.py`). With p the model's probabilities, P their sum over the top k, t the teacher's, R the
teacher's rest: ∂KL/∂logit = p · (Σt − R·P/(1−P)), and for the top k beside it −t + R·p/(1−P).

Source: making the gradient together with the loss follows Liger Kernel (https://arxiv.org/abs/2410.10989).
"""

from typing import Any, NamedTuple

import torch

from oneiro.llm import Head

_MOST = 1 - 1e-6  # a probability of the top k beyond which the rest counts as nothing


class Labels(NamedTuple):
    """What N predictions should be.

    weights (N,): what the error of each target counts; held (M,): which predictions are on the leash; ids, logprobs
    (M, k): the teacher's tokens there; leash (M,): what each KL counts.
    """

    weights: torch.Tensor
    held: torch.Tensor
    ids: torch.Tensor
    logprobs: torch.Tensor
    leash: torch.Tensor


def answer_loss(
    hidden: torch.Tensor, head: Head, targets: torch.Tensor, labels: Labels
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the weighted loss, and the error of every target (N,) in nats, which carries no gradient.

    `hidden` (N, D) are the states that predict. The head is frozen: it gets no gradient.
    """
    return _AnswerLoss.apply(hidden, head, targets, *labels)  # pyright: ignore


class _AnswerLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, head: Head, targets: torch.Tensor, *tensors: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        labels = Labels(*tensors)
        logits = head(hidden)
        slope = 1 - (logits / head.cap) ** 2 if head.cap else None
        logits -= logits.amax(-1, keepdim=True)
        own = logits.gather(-1, targets[:, None])[:, 0]
        taught = logits[labels.held[:, None], labels.ids]
        total = logits.exp_().sum(-1)
        errors = total.log() - own
        kl, of_row, of_taught = _leashed(taught - total.log()[labels.held][:, None], labels.logprobs)
        loss = (errors * labels.weights).sum() + (kl * labels.leash).sum()
        scale = labels.weights.index_add(0, labels.held, of_row * labels.leash)
        gradient = logits.mul_((scale / total)[:, None])
        gradient.scatter_add_(-1, targets[:, None], -labels.weights[:, None])
        places = labels.held[:, None] * gradient.shape[-1] + labels.ids
        gradient.view(-1).index_add_(0, places.view(-1), (of_taught * labels.leash[:, None]).view(-1))
        gradient = gradient if slope is None else gradient.mul_(slope)
        gradient = gradient if head.scale == 1 else gradient.mul_(head.scale)
        ctx.gradient = gradient.to(head.linear.weight.dtype) @ head.linear.weight
        ctx.mark_non_differentiable(errors)
        return loss, errors

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[Any, ...]:
        return (ctx.gradient * gradients[0], *[None] * 7)


def _leashed(ours: torch.Tensor, theirs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """KL (M,), and its gradient: what scales the probabilities of a row (M,), and what the top k get beside (M, k)."""
    p, t = ours.exp(), theirs.exp()
    held, known = p.sum(-1).clamp(max=_MOST), t.sum(-1)
    rest = 1 - known.clamp(max=_MOST)
    kl = (t * (theirs - ours)).sum(-1) + rest * (rest.log() - torch.log1p(-held))
    pull = torch.where(held < _MOST, rest / (1 - held), 0)
    return kl, known - pull * held, pull[:, None] * p - t
