"""What one night teaches: a day is told to a fresh mind, slept on, and asked about with an empty context.

The days in `bench/days` are for tuning, but for those that say otherwise in their first line.
Questions dreamed word for word are left out. Everything the models answered is in the output.

Run: `python bench/nights.py bench/days/teacher.toml --seeds 0 1 > results/nights.json`
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from oneiro.demo import never_dreamed, read_day
from oneiro.evals import scoring
from oneiro.mind import Mind
from oneiro.watch import watch_night


def main() -> None:
    """Sleep on every day with every seed and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", nargs="+", type=Path, metavar="DAY", help="a day file (form: demo_data/day.toml)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], help="a night for each")
    asked = parser.parse_args()
    nights = [sleep_on(day, seed) for day in asked.days for seed in asked.seeds]
    scores = [score for night in nights for score in night.pop("scores")]
    report = {
        "what": f"{len(nights)} first nights: {len(asked.days)} days, {len(asked.seeds)} seeds each",
        "command": " ".join(["python", "bench/nights.py", *sys.argv[1:]]),
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip(),
        "all_nights": _counted(scores),
        "nights": nights,
    }
    json.dump(report, sys.stdout, indent=1, ensure_ascii=False)
    print()  # noqa: T201


def sleep_on(file: Path, seed: int) -> dict[str, Any]:
    """Tell a day to a fresh mind, sleep and ask; `scores` holds the judged answers for pooling."""
    day = read_day(file, short=False)
    with tempfile.TemporaryDirectory(prefix="oneiro-night-") as scratch:
        mind = Mind.open(Path(scratch) / "mind")
        for line in day.say:
            list(mind.chat(line, max_new_tokens=24))
            mind.new_conversation()
        before = scoring.score(day.samples, [a.answer for a in mind.ask([s.question for s in day.samples])])
        report = watch_night(mind.sleep(seed=seed), Console(stderr=True))
        samples = never_dreamed(mind, day.samples)
        after = scoring.score(samples, [a.answer for a in mind.ask([s.question for s in samples])])
    return {
        "day": file.stem,
        "seed": seed,
        "outcome": report.outcome,
        "dose": report.alpha,
        "seconds": {stage: round(spent, 1) for stage, spent in report.seconds.items()},
        "before": _counted([s for s in before if s.sample in set(samples)]),
        "after": _counted(after),
        "answers": [[s.sample.battery, s.sample.question, s.answer, s.correct] for s in after],
        "scores": after,
    }


def _counted(scores: list[scoring.Score]) -> list[dict[str, Any]]:
    return [asdict(accuracy) for accuracy in scoring.accuracies(scores)]


if __name__ == "__main__":
    main()
