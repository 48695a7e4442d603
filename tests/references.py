"""What production code does in a clever way, done plainly."""

import torch

from oneiro.leash import Teacher


def leash_loss(logprobs: torch.Tensor, teacher: Teacher) -> torch.Tensor:
    """KL(base ‖ model) per position, (T,), over the teacher's top-k tokens and one bucket for all others."""
    ours = logprobs.gather(-1, teacher.ids)
    rest_ours = torch.log1p(-ours.exp().sum(-1).clamp(max=1 - 1e-6))
    rest_theirs = torch.log1p(-teacher.logprobs.exp().sum(-1).clamp(max=1 - 1e-6))
    inside = (teacher.logprobs.exp() * (teacher.logprobs - ours)).sum(-1)
    return inside + rest_theirs.exp() * (rest_theirs - rest_ours)
