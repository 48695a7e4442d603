"""What nights teach: days are told to a mind, slept on, and asked about with an empty context.

Each day is told to a fresh mind; with `--in-a-row` all of them to one mind, night after night, and after each night
the questions of all days so far are asked. The days in `bench/days` are for tuning, but for those that say otherwise in
their first line. Questions dreamed word for word are left out. Everything the models answered is in the output.

Run: `python bench/nights.py bench/days/teacher.toml --seeds 0 1 > results/nights.json`
     `python bench/nights.py --in-a-row bench/weeks/harbour/*.toml > results/week.json`
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from provenance import provenance
from rich.console import Console
from telling import tell

from oneiro.config import ExamConfig
from oneiro.demo import Day, never_dreamed, read_day
from oneiro.evals import batteries, scoring
from oneiro.mind import Mind
from oneiro.types import Accuracy, Sample, Score
from oneiro.watch import watch_night

_KNOWLEDGE = 64  # general questions


def main() -> None:
    """Sleep on every day with every seed and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", nargs="+", type=Path, metavar="DAY", help="a day file (form: demo_data/day.toml)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], help="a night, or a row of them, for each")
    parser.add_argument("--in-a-row", action="store_true", help="all days to one mind, night after night")
    asked = parser.parse_args()
    rows = [asked.days] if asked.in_a_row else [[day] for day in asked.days]
    came_from = provenance()  # before the tree can change
    nights = [night for row in rows for seed in asked.seeds for night in sleep_on(row, seed)]
    report = {
        "what": f"{len(asked.days)} days {'told to one mind' if asked.in_a_row else 'each to a fresh mind'}, "
        f"{len(asked.seeds)} seeds each",
        **came_from,
        "nights": nights,
    }
    json.dump(report, sys.stdout, indent=1, ensure_ascii=False)
    print()  # noqa: T201


def sleep_on(files: Sequence[Path], seed: int) -> list[dict[str, Any]]:
    """Tell days to a fresh mind, sleep after each, and ask about all of them so far."""
    nights, told = [], []
    knowledge = batteries.unexamined(ExamConfig())[:_KNOWLEDGE]
    with tempfile.TemporaryDirectory(prefix="oneiro-night-") as scratch:
        mind = Mind.open(Path(scratch) / "mind")
        known = [score.sample for score in _ask(mind, knowledge) if score.correct]
        for file in files:
            day = read_day(file, short=False)
            tell(mind, day.say)
            report = watch_night(mind.sleep(seed=seed), Console(stderr=True))
            told.append((file.stem, day))
            nights.append(
                {
                    "day": file.stem,
                    "seed": seed,
                    "outcome": report.outcome,
                    "dose": report.alpha,
                    "dreams": report.dreams,
                    "kept": report.kept,
                    "seconds": {stage: round(spent, 1) for stage, spent in report.seconds.items()},
                    "knowledge_kept": asdict(_count("knowledge", _ask(mind, known))),
                    "asked": [_ask_of(name, past, mind) for name, past in told],
                }
            )
    return nights


def _ask_of(name: str, day: Day, mind: Mind) -> dict[str, Any]:
    samples = never_dreamed(mind, [s for s in day.samples if s.battery != "knowledge"])
    scores = _ask(mind, samples)
    return {
        "day": name,
        "left_out": sum(s.battery == "recall" for s in day.samples) - sum(s.battery == "recall" for s in samples),
        "counts": [asdict(accuracy) for accuracy in scoring.accuracies(scores)],
        "answers": [[s.sample.battery, s.sample.question, s.answer, s.correct] for s in scores],
    }


def _ask(mind: Mind, samples: Sequence[Sample]) -> list[Score]:
    return scoring.score(samples, [a.answer for a in mind.ask([s.question for s in samples])])


def _count(battery: str, scores: Sequence[Score]) -> Accuracy:
    return scoring.accuracy(battery, sum(s.correct for s in scores), len(scores))


if __name__ == "__main__":
    main()
