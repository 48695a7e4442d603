"""What a night costs on larger models: random weights in the shapes of Qwen3-0.6B, 1.7B and 4B, and the default model.

The shapes are those of the published configurations, the numbers in them random, the tokenizer the default model's,
whose dream generator dreams, as for every base that has none of its own. Random weights pass no exam, which is sat
once, and end no answer: each runs to its limit, so writing and asking take longer than they would.

Each shape sleeps on the demo's day twice, two minds one after the other: on the first night of a base its answers to
the grounding and the exam are written and kept. `flops` are those of the adapted layers in training (forward, and
backward to what enters them), beside a large matrix product measured in the same run: a lower bound, the output head
and what lies below are left out.

Run: `python bench/shapes.py > results/shapes.json` on a GPU; `--shapes toy` tries it anywhere
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from provenance import provenance
from transformers import AutoModelForCausalLM, Qwen3Config

from oneiro import sleep
from oneiro.adapters import load_adapter
from oneiro.config import ExamConfig, NightConfig
from oneiro.demo import read_day
from oneiro.dreamers import Dreamer, shipped_folder
from oneiro.embedded import resolve
from oneiro.llm import LLM
from oneiro.mind import Mind
from oneiro.records import from_json
from oneiro.settings import DATABASE
from oneiro.store import Store
from oneiro.types import Event, Trained

_SHAPES = {  # hidden size, layers, heads, size of the feed-forward layer, vocabulary
    "toy": (64, 4, 4, 128, 49152),
    "0.6B": (1024, 28, 16, 3072, 151936),
    "1.7B": (2048, 28, 16, 6144, 151936),
    "4B": (2560, 36, 32, 9728, 151936),
}
_DEFAULT = "smollm2"
_ONE_DOSE = ExamConfig(doses=(1.0,))  # random weights pass no exam, and a smaller dose would be another one to sit
_PRODUCTS = 10


def main() -> None:
    """Sleep twice on every shape and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", nargs="+", choices=[_DEFAULT, *_SHAPES], default=[_DEFAULT, "0.6B", "1.7B", "4B"])
    asked = parser.parse_args()
    small = LLM.load(resolve(_DEFAULT))
    report = {"what": "a night of ten memories, by stage", **provenance(), "shapes": {}}
    for shape in asked.shapes:
        llm = small if shape == _DEFAULT else _random(shape, small)
        report["shapes"][shape] = _measure(llm, Dreamer(small, load_adapter(shipped_folder())))
        sys.stderr.write(f"{shape}: {json.dumps(report['shapes'][shape])}\n")
        del llm
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
    json.dump(report, sys.stdout, indent=1)
    print()  # noqa: T201


def _random(shape: str, small: LLM) -> LLM:
    """A model of this shape whose weights are as they were drawn, in bf16, with the default model's tokenizer."""
    hidden, layers, heads, inner, vocabulary = _SHAPES[shape]
    config = Qwen3Config(
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=min(8, heads),
        head_dim=128,
        intermediate_size=inner,
        vocab_size=vocabulary,
        tie_word_embeddings=True,
        eos_token_id=small.end_id,
    )
    with small.device:
        model: Any = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    return LLM(model, small.tokenizer, name=f"random-{shape}", sha256=f"{abs(hash(shape)):064x}")


def _measure(llm: LLM, dreamer: Dreamer) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="oneiro-shapes-") as scratch:
        nights = [_night(llm, dreamer, Path(scratch), number) for number in (1, 2)]
    rate = _matrix_product(llm)
    adapted = list(llm.layers)[round(len(llm.layers) * (1 - NightConfig().train.upper)) :]
    weights = sum(p.numel() for layer in adapted for p in layer.parameters())
    training = 4 * weights * nights[1]["tokens"] / nights[1]["seconds"]["train"]
    return {
        "parameters": sum(p.numel() for p in llm.model.parameters()),
        "dtype": str(llm.model.dtype),
        "nights": nights,
        "flops": {"training": training, "matrix_product": rate, "share": round(training / rate, 4)},
    }


def _night(llm: LLM, dreamer: Dreamer, scratch: Path, number: int) -> dict[str, Any]:
    mind = Mind.open(scratch / f"mind{number}")
    store = Store(mind.path / DATABASE)
    for line in read_day(None, short=False).say:
        store.add_message(store.new_conversation(), "user", line, channel="typed")
    sleeper = sleep.Sleeper(llm, dreamer, scratch / "cache")
    if llm.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    config, started = replace(NightConfig(), exam=_ONE_DOSE), time.monotonic()
    trained: list[Trained] = []

    def emit(event: Event) -> None:
        stage = store.stage(1, "train") if (event.stage, event.kind) == ("train", "end") else None
        trained.extend([from_json(Trained, stage.output)] if stage else [])

    report = sleep.sleep(mind.path, store, sleeper, config, emit=emit)
    spent = time.monotonic() - started
    peak = torch.cuda.max_memory_allocated() if llm.device.type == "cuda" else report.peak_memory_bytes
    return {
        "outcome": report.outcome,
        "night": round(spent, 1),
        "seconds": {stage: round(of_stage, 2) for stage, of_stage in report.seconds.items()},
        "tokens": trained[0].tokens,
        "peak_memory_bytes": peak,
    }


def _matrix_product(llm: LLM) -> float:
    """FLOP/s of a large product in the model's own numbers."""
    size = 8192 if llm.device.type == "cuda" else 1024
    left, right = (torch.randn(size, size, device=llm.device, dtype=llm.model.dtype) for _ in range(2))
    for timed in (False, True):
        started = time.perf_counter()
        for _ in range(_PRODUCTS):
            _ = left @ right
        if llm.device.type == "cuda":
            torch.cuda.synchronize()
        if timed:
            return 2 * size**3 * _PRODUCTS / (time.perf_counter() - started)
    raise AssertionError


if __name__ == "__main__":
    main()
