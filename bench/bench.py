"""All benchmarks of speed in one file: `make bench`.

Runs `bench/speed.py`, `bench/awake.py` and `bench/roads.py`, each a process of its own and alone on the machine, and
writes what they found to `results/bench.json`: the figures people ask for on top, everything measured below them, each
part with its own commit. About 40 minutes on two cores; whatever else runs meanwhile spoils it. A part measured earlier
can be taken from its file.

Run: `python bench/bench.py`, or `python bench/bench.py --roads roads.json`
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from provenance import provenance

_HERE = Path(__file__).parent
_PARTS = ("speed", "awake", "roads")
_FIRST = ("night_seconds", "train_speedup_vs_trl", "night_speedup_vs_trl", "night_speedup_vs_original")


def main() -> None:
    """Run every part, write the file and print its head."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for part in _PARTS:
        parser.add_argument(f"--{part}", type=Path, metavar="FILE", help=f"what bench/{part}.py printed earlier")
    asked = vars(parser.parse_args())
    came_from = provenance()
    parts: dict[str, Any] = {}
    for part in _PARTS:
        text = asked[part].read_text(encoding="utf-8") if asked[part] else _run(part)
        parts[part] = json.loads(text)
    head: dict[str, Any] = {name: parts["roads"][name] for name in _FIRST}
    head["recall"] = {road: runs[0]["recall"] for road, runs in parts["roads"]["roads"].items()}
    head["chat_tokens_per_second"] = parts["awake"]["chat_tokens_per_second"]
    target = _HERE.parent / "results" / "bench.json"
    target.write_text(json.dumps({**came_from, **head, **parts}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    json.dump(head, sys.stdout, indent=1)
    print()  # noqa: T201


def _run(part: str) -> str:
    command = [sys.executable, str(_HERE / f"{part}.py")]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
