"""Does the dream generator get better by its own nights? Rounds of sleeping on days, and of learning from those nights.

In each round every day is told to a fresh mind, which sleeps with the round's dreamer; then the dreamer learns from the
dreams those minds remembered best (`oneiro dreamer improve`) and the next round begins. The first round has the dreamer
as it came, the last one is only measured. Days given with `--unseen` are slept on and measured too, but never learned
from: what gets better on the other days alone is learned by heart. Of each round:

- *kept*: the share of dreams that the screen kept.
- *held_out*: the exam's questions about the new memories, and how many were answered right the next morning;
  *right_per_1000_tokens*: those, for each thousand tokens of questions and answers trained on. It grows when fewer
  questions teach as much, and also when an easier question is set aside for the exam.
- *by_hand*: the questions that a person wrote about the day, but for those dreamed word for word.
- *hand_turns*: what the dreamer makes of turns written by hand, judged by rule (`bench/dreams.py`).
- *improved*, *unseen_kinds_after*: what the improvement learned from, and its scores before and after it.

One seed a round, so a difference of two or three answers means nothing; intervals are Wilson's, and questions about one
memory are not independent. Everything lies in `--work`, and a run that was stopped goes on where it stood.

Run: `python bench/improve.py > results/improve.json`
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from dreams import dream_all
from dreams import report as judged_by_rule
from intervals import share
from provenance import provenance
from rich.console import Console
from telling import tell

from oneiro import dreamers
from oneiro.adapters import WEIGHTS
from oneiro.config import DEFAULT_MODEL, ImproveConfig
from oneiro.demo import Day, never_dreamed, read_day
from oneiro.dreamer import CARD, read_card
from oneiro.embedded import cache_dir, resolve
from oneiro.errors import InputError
from oneiro.evals import batteries, scoring
from oneiro.generations import hash_files
from oneiro.improve import improve, read_fates, trained_tokens
from oneiro.llm import LLM
from oneiro.mind import Mind
from oneiro.settings import DREAMER, override, parse_values
from oneiro.watch import watch_night, watch_training
from oneiro.whole import written_whole

_DAYS = Path(__file__).parent / "days"
_TO_TUNE_ON = "# A day to tune on"  # how the first line of such a day begins
_OF_DREAMER = ("coverage", "faithfulness", "perspective_errors", "spurious", "distinct_wordings", "distinct_kinds")
Found = dict[str, Any]


def main() -> None:
    """Live all rounds, or those that are missing, and print one JSON object."""
    every = sorted(_DAYS.glob("*.toml"))
    tuning = [file for file in every if file.read_text(encoding="utf-8").startswith(_TO_TUNE_ON)]
    others = [file for file in every if file not in tuning]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", nargs="*", type=Path, default=tuning, metavar="DAY", help="day files to learn from")
    parser.add_argument("--unseen", nargs="*", type=Path, default=others, metavar="DAY", help="day files only slept on")
    parser.add_argument("--rounds", type=int, default=3, help="how often the dreamer is improved")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--from", dest="start", type=Path, metavar="DIR", help="the first dreamer (default: the one in use)"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a field of ImproveConfig")
    parser.add_argument("--work", type=Path, default=cache_dir() / "improve", metavar="DIR", help="where minds live")
    asked = parser.parse_args()
    base = LLM.load(resolve(DEFAULT_MODEL))
    dreamer = asked.start or dreamers.folder_for(base.sha256)
    settings = parse_values(asked.set)
    files = {"days": [file.stem for file in asked.days], "unseen": [file.stem for file in asked.unseen]}
    about = {**files, "seed": asked.seed, "set": asked.set, "first_dreamer_sha256": hash_files(dreamer)[WEIGHTS]}
    _claim(asked.work / "about.json", about)
    came_from, rounds = provenance(), []
    for number in range(asked.rounds + 1):
        folder = asked.work / f"round-{number}"
        found = _once(folder / "measured.json", partial(_live_round, folder, asked, dreamer, base))
        rounds.append({"round": number, **found})
        sys.stderr.write(f"round {number}: {json.dumps(found['days']['all'])}\n")
        if number < asked.rounds:
            config = override(ImproveConfig(seed=asked.seed + number), settings, "improve")
            dreamer = _improved(base, [folder / file.stem for file in asked.days], folder / "improved", config, dreamer)
            card = read_card(dreamer)
            rounds[-1]["improved"] = card["improved"] | {"examples": card["examples"]}
            rounds[-1]["unseen_kinds_after"] = card["score_on_unseen_kinds"]
    what = f"{asked.rounds} improvements of the dream generator on its own nights over {len(asked.days)} days"
    json.dump({"what": what, **came_from, **about, "rounds": rounds}, sys.stdout, indent=1, ensure_ascii=False)
    print()  # noqa: T201


# ---- a round ------------------------------------------------------------------------------------------


def _live_round(folder: Path, asked: argparse.Namespace, dreamer: Path, base: LLM) -> Found:
    """Let a mind live each day with this dreamer, and measure."""
    for file in (*asked.days, *asked.unseen):
        live(folder / file.stem, read_day(file, short=False), dreamer, asked.seed)
    return {
        "dreamer_sha256": hash_files(dreamer)[WEIGHTS],
        "days": _measure(folder, asked.days, base),
        "unseen": _measure(folder, asked.unseen, base),
        "hand_turns": _hand_turns(dreamer, asked.seed),
    }


def live(folder: Path, day: Day, dreamer: Path, seed: int) -> None:
    """Tell a day to a mind and let it sleep with a dreamer, unless it has."""
    mind = Mind.open(folder)
    if any(night.report for night in mind.nights()):
        return
    shutil.copytree(dreamer, folder / DREAMER, dirs_exist_ok=True)
    tell(mind, day.say)
    watch_night(mind.sleep(seed=seed), Console(stderr=True))


def _improved(base: LLM, minds: Sequence[Path], out: Path, config: ImproveConfig, dreamer: Path) -> Path:
    """Improve a dreamer on these minds' nights, unless that was done."""
    if not (out / CARD).exists():
        with watch_training(Console(stderr=True)) as show:
            improve(base, minds, out, config, start=dreamer, watch=lambda p: show(p.step, p.steps, p.loss))
    return out


# ---- measuring ----------------------------------------------------------------------------------------


def _measure(folder: Path, days: Sequence[Path], base: LLM) -> Found:
    nights = [_night(Mind.open(folder / file.stem), file, base) for file in days]
    return {"all": total(nights), "nights": nights}


def _night(mind: Mind, file: Path, base: LLM) -> Found:
    """Count what a mind's only night did and what is remembered of its day."""
    report = next(night.report for night in mind.nights() if night.report)
    samples = [s for s in read_day(file, short=False).samples if s.battery != "knowledge"]
    fair = never_dreamed(mind, samples)
    scores = scoring.score(fair, [answer.answer for answer in mind.ask([s.question for s in fair])])
    by_hand = [s for s in scores if s.sample.battery == "recall"]
    held_out = next((a for a in report.accuracies if a.battery == "recall_new"), scoring.accuracy("recall_new", 0, 0))
    fates = read_fates(mind.path, lambda dream: trained_tokens(base, dream))
    return {
        "day": file.stem,
        "outcome": report.outcome,
        "dose": report.alpha,
        "dreams": report.dreams,
        "kept": report.kept,
        "trained_tokens": sum(fate.tokens for fate in fates if fate.trained),
        "held_out": [held_out.k, held_out.n],
        "by_hand": [sum(s.correct for s in by_hand), len(by_hand)],
        "left_out": sum(s.battery == "recall" for s in samples) - len(by_hand),
        "counts": [asdict(accuracy) for accuracy in scoring.accuracies(scores)],
        "missed": [[s.sample.question, s.answer] for s in by_hand if not s.correct],
        "seconds": {stage: round(spent, 1) for stage, spent in report.seconds.items()},
    }


def total(nights: Sequence[Found]) -> Found:
    """Add up nights: shares with their intervals, and what a thousand trained tokens taught."""
    held_out = share(*(sum(night["held_out"][i] for night in nights) for i in (0, 1)))
    tokens = sum(night["trained_tokens"] for night in nights)
    per_1000 = 1000 * held_out["n"] / max(1, tokens)
    return {
        "kept": share(sum(night["kept"] for night in nights), sum(night["dreams"] for night in nights)),
        "held_out": held_out,
        "trained_tokens": tokens,
        "right_per_1000_tokens": {k: round(per_1000 * held_out[k], 3) for k in ("value", "low", "high")},
        "by_hand": share(*(sum(night["by_hand"][i] for night in nights) for i in (0, 1))),
    }


def _hand_turns(dreamer: Path, seed: int) -> Found:
    about, rows = dream_all(dreamer, seed)
    found = judged_by_rule(about, rows, {hand.turn.message_id: hand for hand in batteries.turns()}, {})
    return {name: found[name] for name in _OF_DREAMER if name in found}


# ---- going on -----------------------------------------------------------------------------------------


def _once(file: Path, make: Callable[[], Found]) -> Found:
    """What was found earlier; otherwise find it and keep it, with where it comes from."""
    if not file.exists():
        _write(file, provenance() | make())
    return json.loads(file.read_text(encoding="utf-8"))


def _claim(file: Path, about: Found) -> None:
    """Begin a folder of work, or go on with one of the same settings.

    Raises:
        InputError: the folder holds other rounds.
    """
    if not file.exists():
        _write(file, about)
    elif json.loads(file.read_text(encoding="utf-8")) != about:
        raise InputError(f"{file.parent} holds rounds with other settings.", hint="Remove it, or name another --work.")


def _write(file: Path, found: Found) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(file) as aside:
        aside.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
