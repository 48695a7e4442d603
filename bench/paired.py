"""Compares two arms of the experiment question by question: after the last night, over what both were asked.

Runs are paired by persona and seed, and of a run only the questions that neither arm's nights trained on count. For
each battery one line tells n, the runs, how many only one of the two answered right, McNemar's exact p (which takes
questions for independent), and the difference of their shares with a 95% t interval over personas (which does not).

Run: `python bench/paired.py results/six_nights/oneiro results/six_nights/without_replay`
"""

import argparse
import json
import math
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from intervals import over_personas

Answers = dict[tuple[str, str], bool]  # by battery and question: was it right?


class Paired(NamedTuple):
    """A battery that both arms were asked, in so many runs: answered right by one only, and the difference."""

    battery: str
    n: int
    runs: int
    first_only: int
    second_only: int
    p: float
    difference: tuple[float, float, float]


def main() -> None:
    """Print a line a battery."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path, metavar="ARM", help="a folder of runs")
    parser.add_argument("second", type=Path, metavar="ARM", help="another one")
    asked = parser.parse_args()
    found = compare(asked.first, asked.second)
    if not found:
        parser.error("no run of the same persona and seed in both keeps its answers: measure again with --again")
    for one in found:
        value, low, high = (f"{100 * share:+.1f}" for share in one.difference)
        only = f"only first {one.first_only}, only second {one.second_only}, McNemar p {one.p:.3f}"
        print(f"{one.battery}: n {one.n} in {one.runs} runs; {only}; difference {value} [{low}, {high}] points")  # noqa: T201


def compare(first: Path, second: Path) -> list[Paired]:
    """Pair the runs of two folders and compare them battery by battery."""
    counts: dict[str, list[tuple[str, tuple[int, int, int]]]] = defaultdict(list)
    for file in sorted(first.glob("*.json")):
        if not (second / file.name).exists():
            continue
        ours, theirs = _answers(file), _answers(second / file.name)
        both = ours.keys() & theirs.keys()
        for battery in sorted({battery for battery, _ in both}):
            own = [key for key in both if key[0] == battery]
            won = sum(ours[key] and not theirs[key] for key in own)
            lost = sum(theirs[key] and not ours[key] for key in own)
            counts[battery].append((file.stem.rsplit("-", 1)[0], (won, lost, len(own))))
    return [_paired(battery, runs) for battery, runs in counts.items()]


def mcnemar(first_only: int, second_only: int) -> float:
    """The two-sided exact p of McNemar's test (1947): as many heads or tails of so many tosses, or more apart."""
    n, least = first_only + second_only, min(first_only, second_only)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(least + 1)) / 2**n)


def _paired(battery: str, runs: list[tuple[str, tuple[int, int, int]]]) -> Paired:
    won, lost, n = (sum(counts[i] for _, counts in runs) for i in range(3))
    difference = over_personas([(persona, (own[0] - own[1], own[2])) for persona, own in runs])
    return Paired(battery, n, len(runs), won, lost, mcnemar(won, lost), difference)


def _answers(file: Path) -> Answers:
    last = json.loads(file.read_text("utf-8"))["nights"][-1]
    return {(battery, question): correct for battery, question, _, correct in last.get("answers", ())}


if __name__ == "__main__":
    main()
