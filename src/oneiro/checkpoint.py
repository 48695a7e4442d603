"""Where a long training stands, in one file, so that it can be stopped at any time and go on.

The file is a safetensors file: the adapter's parameters, AdamW's two moments of each, and as metadata all else the loop
remembers. A training that goes on from it ends with the very same adapter as one that was never stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from oneiro.errors import InputError, MindError
from oneiro.records import from_json, to_json
from oneiro.whole import written_whole


@dataclass
class Standing:
    """What the training loop remembers from step to step, but for parameters and moments."""

    epoch: int = 0
    step: int = 0  # of the epoch, the next one
    tokens: int = 0
    curve: list[float] = field(default_factory=list)  # the loss of each step so far
    losses: list[float] = field(default_factory=list)  # its mean in each finished epoch
    learned: list[str] = field(default_factory=list)
    certainty: dict[int, float] = field(default_factory=dict)  # of each example when it last came up


class Checkpoint:
    """A file in which a training is kept every so many steps; `key` says which training it is."""

    def __init__(self, file: Path, *, key: str, every: int) -> None:
        self._file = file
        self._key = key
        self._every = every

    def load(self, parameters: Sequence[torch.nn.Parameter], optimizer: torch.optim.Optimizer) -> Standing:
        """Put parameters and moments back; a standing of zero when nothing was kept.

        Raises:
            InputError: what was kept belongs to another training, or cannot be read.
        """
        if not self._file.exists():
            return Standing()
        hint = f"Remove {self._file} to begin anew, or name another folder with --out."
        try:
            with safe_open(self._file, "pt") as kept:
                metadata = kept.metadata()
                if metadata.get("key") != self._key:
                    raise InputError(f"{self._file} belongs to a training with other settings.", hint=hint)
                standing = from_json(Standing, metadata["standing"])
                for i, parameter in enumerate(parameters):
                    parameter.data.copy_(kept.get_tensor(f"{i}.parameter"))
                    optimizer.state[parameter] = {
                        "step": torch.tensor(float(len(standing.curve))),
                        "exp_avg": kept.get_tensor(f"{i}.exp_avg").to(parameter.device),
                        "exp_avg_sq": kept.get_tensor(f"{i}.exp_avg_sq").to(parameter.device),
                    }
        except (OSError, SafetensorError, KeyError, RuntimeError, MindError) as error:
            raise InputError(f"The checkpoint {self._file} cannot be read ({error}).", hint=hint) from error
        return standing

    def keep(
        self, standing: Standing, parameters: Sequence[torch.nn.Parameter], optimizer: torch.optim.Optimizer
    ) -> None:
        """Write the file anew when it is time, whole or not at all."""
        if len(standing.curve) % self._every:
            return
        tensors = {}
        for i, parameter in enumerate(parameters):
            moments = optimizer.state[parameter]
            tensors[f"{i}.parameter"] = parameter.detach().cpu().contiguous()
            tensors[f"{i}.exp_avg"] = moments["exp_avg"].cpu().contiguous()
            tensors[f"{i}.exp_avg_sq"] = moments["exp_avg_sq"].cpu().contiguous()
        with written_whole(self._file) as aside:
            save_file(tensors, aside, metadata={"key": self._key, "standing": to_json(standing)})

    def done(self) -> None:
        """Forget what was kept."""
        self._file.unlink(missing_ok=True)
