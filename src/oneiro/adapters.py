"""LoRA adapters as plain records, in the file format of PEFT, without importing PEFT (it costs seconds).

An adapter holds, for each adapted linear layer, A (r, in) and B (out, r); its delta is scale · B A with
scale = lora_alpha / r. Files: `adapter_model.safetensors` (fp32) and `adapter_config.json`, loadable with
`peft.PeftModel.from_pretrained`.

Source: LoRA, https://arxiv.org/abs/2106.09685, §4.1.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from oneiro.errors import MindError

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
_PREFIX = "base_model.model."
_LAYER = re.compile(r"\.layers\.(\d+)\.")


class LowRank(NamedTuple):
    """The two factors of one layer: a (r, in), b (out, r)."""

    a: torch.Tensor
    b: torch.Tensor


@dataclass(frozen=True)
class Adapter:
    """Deltas for a base model: `scale * layer.b @ layer.a` for every named linear layer."""

    layers: dict[str, LowRank]
    scale: float = 1.0

    @property
    def r(self) -> int:
        """The largest rank of any layer."""
        return max((layer.a.shape[0] for layer in self.layers.values()), default=0)

    def delta(self, name: str) -> torch.Tensor:
        """Return the full-size change of one layer, (out, in), in fp32."""
        layer = self.layers[name]
        return self.scale * (layer.b.float() @ layer.a.float())


def save_adapter(adapter: Adapter, folder: Path, *, base: str, dtype: torch.dtype = torch.float32) -> None:
    """Write an adapter in PEFT's format; the scale is folded into B, so lora_alpha = r."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for name, layer in adapter.layers.items():
        tensors[f"{_PREFIX}{name}.lora_A.weight"] = layer.a.detach().to("cpu", dtype).contiguous()
        tensors[f"{_PREFIX}{name}.lora_B.weight"] = (layer.b.detach() * adapter.scale).to("cpu", dtype).contiguous()
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base,
        "r": adapter.r,
        "lora_alpha": adapter.r,
        "lora_dropout": 0.0,
        "bias": "none",
        "inference_mode": True,
        "target_modules": sorted({name.rsplit(".", 1)[-1] for name in adapter.layers}),
        "layers_to_transform": sorted({int(found[1]) for name in adapter.layers if (found := _LAYER.search(name))})
        or None,
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def load_adapter(folder: Path) -> Adapter:
    """Read an adapter in PEFT's format.

    Raises:
        MindError: a file is missing, truncated or not an adapter; the message names it.
    """
    weights = folder / WEIGHTS
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        tensors = load_file(weights)
        scale = config["lora_alpha"] / config["r"] if config["r"] else 1.0
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise MindError(
            f"The adapter in {folder} cannot be read ({error}).",
            hint="Go back to an earlier generation: `oneiro generations`, then `oneiro rollback N`.",
        ) from error
    names = {key.removeprefix(_PREFIX).rsplit(".lora_", 1)[0] for key in tensors}
    layers = {
        name: LowRank(
            tensors[f"{_PREFIX}{name}.lora_A.weight"].float(), tensors[f"{_PREFIX}{name}.lora_B.weight"].float()
        )
        for name in sorted(names)
    }
    return Adapter(layers, scale)
