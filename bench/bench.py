"""All benchmarks of speed in one file: `make bench`.

Runs `bench/speed.py`, `bench/awake.py` and `bench/roads.py`, each a process of its own and alone on the machine, and
writes what they found to `results/bench.json`: the figures people ask for on top, everything measured below them. About
40 minutes on two cores; whatever else runs meanwhile spoils it.

Run: `python bench/bench.py`
"""

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
    came_from = provenance()
    parts: dict[str, Any] = {}
    for part in _PARTS:
        command = [sys.executable, str(_HERE / f"{part}.py"), *(sys.argv[1:] if part == "roads" else [])]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        parts[part] = json.loads(done.stdout)
    head = {name: parts["roads"][name] for name in _FIRST}
    head["chat_tokens_per_second"] = parts["awake"]["chat_tokens_per_second"]
    target = _HERE.parent / "results" / "bench.json"
    target.write_text(json.dumps({**came_from, **head, **parts}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    json.dump(head, sys.stdout, indent=1)
    print()  # noqa: T201


if __name__ == "__main__":
    main()
