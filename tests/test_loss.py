"""The loss made in one pass against autograd's."""

import pytest
import torch

from oneiro.leash import Teacher
from oneiro.llm import Head
from oneiro.loss import Labels, answer_loss
from references import leash_loss

VOCABULARY, WIDTH = 50, 8
TARGETS = torch.tensor([3, 3, 7, 0, 49, 7])


def _case(seed: int = 0, *, certain: float = 1.0) -> tuple[torch.Tensor, torch.nn.Linear, Labels]:
    torch.manual_seed(seed)
    hidden = (certain * torch.randn(6, WIDTH)).requires_grad_()
    linear = torch.nn.Linear(WIDTH, VOCABULARY, bias=False).requires_grad_(requires_grad=False)
    said = (3 * torch.randn(2, VOCABULARY)).log_softmax(-1).topk(5)
    labels = Labels(
        weights=torch.tensor([0.5, 0.25, 0.0, 0.25, 0.0, 1.0]),
        held=torch.tensor([2, 4]),
        ids=said.indices,
        logprobs=said.values,
        leash=torch.tensor([3.0, 2.0]),
    )
    return hidden, linear, labels


def _plainly(hidden: torch.Tensor, head: Head, labels: Labels) -> torch.Tensor:
    logits = head.linear(hidden)
    logprobs = (torch.tanh(logits / head.cap) * head.cap if head.cap else logits).log_softmax(-1)
    errors = -logprobs.gather(-1, TARGETS[:, None])[:, 0]
    kl = leash_loss(logprobs[labels.held], Teacher(labels.ids, labels.logprobs))
    return (errors * labels.weights).sum() + (kl * labels.leash).sum()


@pytest.mark.parametrize("cap", [0.0, 2.0])
def test_loss_and_gradient_are_those_of_autograd(cap: float) -> None:
    hidden, linear, labels = _case()
    head = Head(linear, cap)
    loss, errors = answer_loss(hidden, head, TARGETS, labels)
    expected = _plainly(hidden, head, labels)
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(errors, -_logprobs(hidden, head), rtol=1e-5, atol=1e-5)
    ours, theirs = (torch.autograd.grad(3 * one, hidden)[0] for one in (loss, expected))
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_a_model_that_is_certain_is_pulled_back_without_a_nan() -> None:
    hidden, linear, labels = _case(certain=60.0)
    gradient = torch.autograd.grad(answer_loss(hidden, Head(linear, 0.0), TARGETS, labels)[0], hidden)[0]
    assert torch.isfinite(gradient).all()
    expected = torch.autograd.grad(_plainly(hidden, Head(linear, 0.0), labels), hidden)[0]
    torch.testing.assert_close(gradient, expected, rtol=1e-3, atol=1e-4)


def test_predictions_of_no_weight_change_nothing() -> None:
    hidden, linear, labels = _case()
    more = Labels(
        torch.cat([labels.weights, torch.zeros(1)]),
        torch.cat([labels.held, torch.tensor([0])]),
        torch.cat([labels.ids, torch.zeros(1, 5, dtype=torch.long)]),
        torch.cat([labels.logprobs, torch.zeros(1, 5)]),
        torch.cat([labels.leash, torch.zeros(1)]),
    )
    wider = torch.cat([hidden, hidden[:1]])
    cases = ((hidden, TARGETS, labels), (wider, torch.cat([TARGETS, torch.tensor([0])]), more))
    losses = [answer_loss(h, Head(linear, 0.0), targets, own)[0] for h, targets, own in cases]
    torch.testing.assert_close(losses[0], losses[1])
    gradients = [torch.autograd.grad(loss, hidden)[0] for loss in losses]
    torch.testing.assert_close(gradients[0], gradients[1])


def _logprobs(hidden: torch.Tensor, head: Head) -> torch.Tensor:
    logits = head.linear(hidden)
    logits = torch.tanh(logits / head.cap) * head.cap if head.cap else logits
    return logits.log_softmax(-1).gather(-1, TARGETS[:, None])[:, 0].detach()
