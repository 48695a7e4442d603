"""The demo as a result file: everything its models answered, before and after one night.

Run: `python bench/first_night.py results/first_night.json`
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from provenance import provenance

from oneiro import demo
from oneiro.evals import scoring
from oneiro.types import Score


def main() -> None:
    """Play the demo and write down what happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the JSON file to write")
    out = parser.parse_args().out
    came_from = provenance()  # before the tree can change
    played = demo.run()
    report = asdict(played.report)
    result = {"what": "the demo: one scripted day, one night, one seed"} | came_from
    result |= {
        "seconds": round(played.seconds),
        "before": _counted(played.before),
        "after": _counted(played.after),
        "left_out": played.left_out,
        "night": {key: report[key] for key in ("outcome", "alpha", "reasons", "dreams", "kept", "accuracies")}
        | {"seconds": {stage: round(spent, 1) for stage, spent in played.report.seconds.items()}}
        | {key: report[key] for key in ("adapter_bytes", "peak_memory_bytes")},
        "answers": [
            {
                "battery": after.sample.battery,
                "memory": after.sample.memory_id,
                "question": after.sample.question,
                "before": before.answer,
                "after": after.answer,
                "correct": after.correct,
            }
            for before, after in zip(played.before, played.after, strict=True)
        ],
    }
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _counted(scores: Sequence[Score]) -> list[dict[str, Any]]:
    return [asdict(accuracy) for accuracy in scoring.accuracies(scores)]


if __name__ == "__main__":
    main()
