"""Stage 7: joins tonight's adapter with the one before, in delta space, at a dose.

In: last night's adapter (or none), tonight's, a dose α. Out: one adapter whose delta is ΔW_old + α ΔW_new, truncated
to rank r when the exact sum has more.

Factors are stacked, never averaged: B = [s₁B₁, αs₂B₂], A = [A₁; A₂] gives the sum exactly (PEFT's `cat`);
averaging A and B apart (PEFT's `linear`) adds the cross terms B₁A₂ and B₂A₁. The truncation is the best one of
rank r in the Frobenius norm (Eckart and Young, 1936), found through two thin QR factorisations, so no full-size
matrix is decomposed.
"""

from typing import NamedTuple

import torch

from oneiro.adapters import Adapter, LowRank
from oneiro.errors import NightError


class Combination(NamedTuple):
    """The merged adapter, and the share of squared singular values it kept (1.0: exact)."""

    adapter: Adapter
    kept_energy: float


def merge(old: Adapter | None, new: Adapter, *, alpha: float, r: int) -> Combination:
    """Combine two adapters of one base; deterministic.

    Raises:
        NightError: tonight's adapter holds what is no number: its training ran away.
    """
    if not all(matrix.isfinite().all() for layer in new.layers.values() for matrix in (layer.a, layer.b)):
        raise NightError(
            "Tonight's training ran away: its adapter holds what is no number.",
            hint="Sleep again with another --seed, or lower train.learning_rate in mind.toml.",
        )
    names = sorted({*(old.layers if old else ()), *new.layers})
    stacked = {name: _stack(name, old, new, alpha) for name in names}
    layers, kept, total = {}, 0.0, 0.0
    for name, layer in stacked.items():
        if layer.a.shape[0] <= r:
            layers[name] = layer
            continue
        layers[name], layer_kept, layer_total = _truncate(layer, r)
        kept, total = kept + layer_kept, total + layer_total
    return Combination(Adapter(layers), kept / total if total else 1.0)


def _stack(name: str, old: Adapter | None, new: Adapter, alpha: float) -> LowRank:
    a, b = [], []
    for adapter, dose in ((old, 1.0), (new, alpha)):
        if adapter and name in adapter.layers:
            layer = adapter.layers[name]
            a.append(layer.a.float())
            b.append(layer.b.float() * (adapter.scale * dose))
    return LowRank(torch.cat(a, dim=0), torch.cat(b, dim=1))


def _truncate(layer: LowRank, r: int) -> tuple[LowRank, float, float]:
    """Best rank-r approximation of b @ a: QR of both factors, then an SVD of the small core."""
    qb, rb = torch.linalg.qr(layer.b.double())  # (out, k), (k, k)
    qa, ra = torch.linalg.qr(layer.a.double().T)  # (in, k), (k, k)
    u, s, vh = torch.linalg.svd(rb @ ra.T)
    root = s[:r].sqrt()
    b = (qb @ u[:, :r]) * root
    a = root[:, None] * (vh[:r] @ qa.T)
    energy = s.square()
    return LowRank(a.float().contiguous(), b.float().contiguous()), float(energy[:r].sum()), float(energy.sum())
