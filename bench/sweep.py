"""Tries recipes on days to tune on: the same dreams, other settings; recall and knowledge at dose 1, without an exam.

The dreams of a day are written and screened once and kept in Oneiro's cache, so that a try costs its training and the
asking. Of some days each memory has twelve further questions (`recall_more`): what a recipe is worth shows in hundreds
of answers, not in dozens. Recall is asked with nothing withheld, and once more as the awake mind answers (`given`),
beside what it declines of what was never told; `at_once` is that without recognising. One JSON line a day is printed,
also when others follow, so a long sweep loses nothing.

Run: `python bench/sweep.py bench/days/nurse.toml --set train.epochs=4 --set train.leash=8.0 >> sweep.jsonl`
"""

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dreaming import dreams_of, mixture_of
from untouched import kept_of

from oneiro import exam, train
from oneiro.adapters import save_adapter
from oneiro.config import ExamConfig, NightConfig
from oneiro.demo import NEGATION, names_of, read_day, recall_sample
from oneiro.dreamers import recogniser_for
from oneiro.embedded import resolve
from oneiro.evals import batteries, scoring
from oneiro.llm import LLM
from oneiro.recall import Recall
from oneiro.recognise import Recognises
from oneiro.settings import override, parse_values
from oneiro.text import bare
from oneiro.types import Sample

_KNOWLEDGE = 64  # general questions
_STORIES = 55  # unrelated texts that must name no memory
_UNTOLD = 60  # questions on what was never told, others than those that find the bound


def main() -> None:
    """Train on every day with these settings and print what is remembered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", nargs="+", type=Path, metavar="DAY", help="a day file (form: demo_data/day.toml)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], help="a night for each")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a field of NightConfig")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep the last adapter here")
    asked = parser.parse_args()
    base = LLM.load(resolve("smollm2"))
    for file in asked.days:
        for seed in asked.seeds:
            config = override(NightConfig(seed=seed), parse_values(asked.set), "night")
            print(json.dumps({"set": asked.set, **_try(base, file, config, asked.save)}), flush=True)  # noqa: T201


def _try(base: LLM, file: Path, config: NightConfig, save: Path | None) -> dict[str, Any]:
    day = read_day(file, short=False)
    samples = (*day.samples, *more_questions(file))
    screened = dreams_of(base, file.stem, day.say, config)
    _, mixed = mixture_of(base, screened.kept, config)
    dreamed = {bare(d.question) for d in screened.kept if not d.held_out}
    fair = [s for s in samples if not s.memory_id or bare(s.question) not in dreamed]
    leaks = next((s.wrong for s in day.samples if s.battery == "stories"), ())
    unrelated = [replace(s, battery="bias_free") for s in batteries.stories(leaks)[:_STORIES]]
    recogniser = recogniser_for(base)
    known = [s.sample for s in _ask(base, batteries.unexamined(ExamConfig())[:_KNOWLEDGE]) if s.correct]
    started = time.monotonic()
    fitted = train.train(
        base,
        mixed.examples,
        config.train,
        seed=config.seed,
        cache=kept_of(base),
        watch=lambda p: _show(p, time.monotonic() - started),
    )
    spent = time.monotonic() - started
    if save:
        save_adapter(fitted.adapter, save, base=base.name)
    with base.folded(fitted.adapter):
        held_out = exam.recall_samples(screened.kept, battery="held_out")
        scores = _ask(base, [*(s for s in fair if s.battery != "knowledge"), *held_out, *known])
        scores += exam.sit(unrelated, base, ExamConfig(max_new_tokens=60))
        asked = [s for s in fair if s.battery.startswith("recall")]
        untold = batteries.abstention(day.say)[:_UNTOLD]
        awake = {
            name: _awake(
                base, recogniser, replace(config.exam, recognised=weight), held_out, [*asked, *untold], day.say
            )
            for name, weight in (("at_once", 0.0), ("given", config.exam.recognised))
        }
    return {
        "day": file.stem,
        "seed": config.seed,
        "counts": {a.battery: [a.k, a.n] for a in scoring.accuracies(scores)},
        **awake,
        "examples": len(mixed.examples),
        "tokens": fitted.tokens,
        "train_seconds": round(spent, 1),
        "losses": [round(loss, 3) for loss in fitted.losses],
        "leaked": [[s.sample.question, s.answer] for s in scores if s.sample.battery == "bias_free" and not s.correct],
        "missed": [
            [s.sample.question, s.answer] for s in scores if s.sample.battery.startswith("recall") and not s.correct
        ],
    }


def more_questions(file: Path) -> list[Sample]:
    """The further questions about a day's memories; none where the day has none.

    Wrong is who names what the day asks for of another memory.
    """
    day = tomllib.loads(file.read_text("utf-8"))
    memories = day["memory"]
    samples = [
        recall_sample(
            memory["fact"],
            question,
            [answer for q in (*memory["questions"], question) for answer in q["answers"]],
            names_of(q for other in memories if other is not memory for q in other["questions"]),
            said=day["say"],
            denied=memory.get("kind") == NEGATION,
        )
        for memory in memories
        for question in memory.get("further", ())
    ]
    return [replace(sample, battery="recall_more") for sample in samples]


def _awake(
    llm: LLM,
    recogniser: Recognises | None,
    config: ExamConfig,
    held_out: Sequence[Sample],
    asked: Sequence[Sample],
    told: Sequence[str],
) -> dict[str, Any]:
    """Find the bound of doubt as the exam does, and answer as the awake mind does."""
    recall = [replace(sample, battery="recall_new") for sample in held_out]
    examined = exam.sit(
        [*recall, *batteries.untold(told)[: config.untold]], Recall(llm, recogniser, weight=config.recognised), config
    )
    least = exam.least_sure(examined, config)
    awake = Recall(llm, recogniser, weight=config.recognised, least=least)
    scores = exam.sit(asked, awake, replace(config, max_new_tokens=40))
    return {"least_sure": least} | {a.battery: [a.k, a.n] for a in scoring.accuracies(scores)}


def _ask(llm: LLM, samples: list[Sample]) -> list[Any]:
    return exam.sit(samples, llm, ExamConfig(max_new_tokens=40))


def _show(progress: train.Progress, spent: float) -> None:
    if progress.step % 20 == 0:
        sys.stderr.write(f"{progress.step}/{progress.steps} {progress.loss:.3f} {spent:.0f} s\n")


if __name__ == "__main__":
    main()
