"""What a night costs, as a function of how much was told in the day and of how much lies behind.

- *day*: nights over 1, 10, 50 … invented memories, each of a fresh mind.
- *past*: nights over ten memories of minds with 0, 1, 10, 30 nights behind them, ten memories a night. The past is
  written straight into the mind's database, with an adapter of small random numbers: it costs what a real one does,
  and knows nothing, so the exam's thresholds are off.

Memories and old dreams come from the dream generator's training data; they say nothing about recall.

Run: `python bench/curves.py --day 1 10 50 --past 0 1 10 30 > results/curves.json`
"""

import argparse
import json
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from provenance import provenance

from oneiro import generations
from oneiro.adapters import Adapter, LowRank, save_adapter
from oneiro.config import NightConfig
from oneiro.embedded import resolve
from oneiro.kinds import Told, invent
from oneiro.llm import LLM
from oneiro.mind import Mind
from oneiro.settings import DATABASE, Settings, write_settings
from oneiro.store import GenerationRow, Store, now
from oneiro.types import Dream, Memory, MorningReport, Screened

_A_NIGHT = 10  # memories
_WAYS = ("", "Tell me: ", "Do you know: ", "I forgot: ")
_LENIENT = {"exam": {"min_recall_new": 0.0, "min_recall_old": 0.0, "min_knowledge_kept": 0.0, "max_leaks": 99}}


def main() -> None:
    """Sleep all nights and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--day", nargs="*", type=int, default=[1, 10, 50], help="memories told in the day")
    parser.add_argument("--past", nargs="*", type=int, default=[0, 1, 10, 30], help="nights behind the mind")
    asked = parser.parse_args()
    report: dict[str, Any] = {**provenance(), "day": [], "past": []}
    for told in asked.day:
        report["day"].append({"told": told, **_night(told, 0)})
        sys.stderr.write(f"{report['day'][-1]}\n")
    for nights in asked.past:
        report["past"].append({"nights": nights, **_night(_A_NIGHT, nights)})
        sys.stderr.write(f"{report['past'][-1]}\n")
    json.dump(report, sys.stdout, indent=1)
    print()  # noqa: T201


def _night(told: int, nights: int) -> dict[str, Any]:
    """Sleep one night over so many told facts, after so many nights."""
    with tempfile.TemporaryDirectory(prefix="oneiro-curve-") as scratch:
        folder = Path(scratch) / "mind"
        mind = Mind.open(folder)
        write_settings(folder, Settings("smollm2", overrides=_LENIENT))
        if nights:
            _live(folder, nights)
        mind = Mind.open(folder)
        for turn in _tell(told, seed=7):
            list(mind.chat(turn.turn.text, max_new_tokens=1))
            mind.new_conversation()
        started = time.monotonic()
        report = next(event.report for event in mind.sleep() if event.report)
        return {
            "memories": len(report.learned) + len(report.unsure),
            "dreams": report.dreams,
            "night_seconds": round(time.monotonic() - started, 1),
            "seconds": {stage: round(spent, 1) for stage, spent in report.seconds.items()},
            "outcome": report.outcome,
            "peak_memory_bytes": report.peak_memory_bytes,
            "adapter_bytes": report.adapter_bytes,
        }


def _tell(count: int, *, seed: int) -> list[Told]:
    """Turns that tell one fact each and need no line of the assistant's before them."""
    turns = invent(count * 20, seed=seed, nothing=0.0)
    return list(islice((t for t in turns if len(t.facts) == 1 and not t.turn.before), count))


def _live(folder: Path, nights: int) -> None:
    """Write nights, memories, dreams and a generation into a mind as if it had lived them."""
    store = Store(folder / DATABASE)
    turns = iter(_tell(nights * _A_NIGHT, seed=11))
    config = NightConfig()
    base = resolve("smollm2")
    learned = _adapter(config)
    for night in range(1, nights + 1):
        number = store.begin_night(upto=0, seed=0, config="{}")
        memories, dreams = [], []
        for place, told in enumerate(islice(turns, _A_NIGHT), start=1):
            fact = told.facts[0]
            memory = Memory(f"n{night}m{place}", fact.statement, told.turn.text, 0)
            memories.append(memory)
            dreams += [
                Dream(memory.id, kind, f"{way}{question}", answer, memory.source, memory.statement, held_out=not i % 9)
                for i, (kind, question, answer) in enumerate(fact.questions)
                for way in _WAYS
            ]
        row = GenerationRow(number, number - 1, number, now())
        adapter = folder / "nights" / "lived"
        save_adapter(learned, adapter, base=base.name)
        manifest = generations.Manifest(
            generation=number,
            parent=number - 1,
            base=base.name,
            base_sha256=base.sha256,
            alpha=1.0,
            r=config.merge.r,
            kept_energy=1.0,
            seed=0,
            config={},
            created_at=row.created_at,
            files=generations.hash_files(adapter),
        )
        generations.place(folder, adapter, manifest)
        screened = Screened(tuple(memories), tuple(dreams), ())
        store.finish_night(MorningReport(number, "woke", number), screened, generation=row)
    store.close()


def _adapter(config: NightConfig) -> Adapter:
    """Small random numbers in every layer that a night adapts."""
    llm = LLM.load(resolve("smollm2"))
    layers = list(llm.layers)
    first = round(len(layers) * (1 - config.train.upper))
    torch.manual_seed(0)
    found = {}
    for number in range(first, len(layers)):
        for name, module in layers[number].named_modules():
            if isinstance(module, torch.nn.Linear):
                a = torch.randn(config.merge.r, module.in_features) * 1e-3
                b = torch.randn(module.out_features, config.merge.r) * 1e-3
                found[f"model.layers.{number}.{name}"] = LowRank(a, b)
    return Adapter(found)


if __name__ == "__main__":
    main()
