"""Tries recipes over a row of nights: what is left of the first days after the last, at dose 1 and without an exam.

The dreams of each day are written and screened once and kept in Oneiro's cache, so that a try costs its trainings and
the asking. `--joint` trains one night on all days at once, from the base: what this model could hold if nothing were
ever forgotten between nights.

Run: `python bench/retention.py bench/personas/tuning/marnie --set train.rehearsed=400 >> retention.jsonl`
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dreaming import dreams_of
from persona import Persona, read_persona
from untouched import kept_of, untouched

from oneiro import anchors, exam, merge, mixture, rehearse, train
from oneiro.adapters import Adapter
from oneiro.changes import changes, renewed
from oneiro.config import ExamConfig, NightConfig
from oneiro.embedded import resolve
from oneiro.evals import batteries, scoring
from oneiro.llm import LLM
from oneiro.settings import override, parse_values
from oneiro.text import bare
from oneiro.types import Dream, Sample, Score

_KNOWLEDGE = 280  # general questions
_STORIES = 55  # unrelated texts that must name no memory


def main() -> None:
    """Sleep all nights of each persona with these settings; print one JSON line a persona and seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("personas", nargs="+", type=Path, metavar="FOLDER", help="a folder of days")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--nights", type=int, help="stop after so many (default: all days)")
    parser.add_argument("--joint", action="store_true", help="one night on all days")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a field of NightConfig")
    asked = parser.parse_args()
    for folder in asked.personas:
        if not any(folder.glob("*.toml")):
            parser.error(f"{folder} holds no days: name a folder such as bench/personas/tuning/marnie")
    base = LLM.load(resolve("smollm2"))
    for folder in asked.personas:
        persona = read_persona(folder)
        for seed in asked.seeds:
            config = override(NightConfig(seed=seed), parse_values(asked.set), "night")
            found = _live(base, replace(persona, days=persona.days[: asked.nights]), config, joint=asked.joint)
            print(json.dumps({"set": asked.set, "joint": asked.joint, "seed": seed, **found}), flush=True)  # noqa: T201


def _live(base: LLM, persona: Persona, config: NightConfig, *, joint: bool) -> dict[str, Any]:
    days: list[list[Dream]] = []
    known: list[str] = []
    for number, day in enumerate(persona.days, start=1):
        screened = dreams_of(base, f"{persona.name}{number}", day.say, config, known)
        days.append([_of_night(dream, number) for dream in screened.kept])
        known += [memory.statement for memory in screened.memories]
    adapter: Adapter | None = None
    old: list[rehearse.OldMemory] = []
    nights = []
    for number, kept in enumerate([[d for day in days for d in day]] if joint else days, start=1):
        grounding = anchors.answer_anchors(
            anchors.draw_prompts(config.anchors, seed=config.seed + number), untouched(base), config.anchors
        )
        before = [dream for memory in old for dream in memory.dreams]
        made = changes(before, kept)
        new = [*kept, *renewed(before, kept)]
        old, _ = rehearse.outdated(old, made)
        chosen = rehearse.rehearse(old, grounding, config.rehearse, seed=config.seed + number)
        mixed = mixture.mix(new, chosen, config.mixture, seed=config.seed)
        started = time.monotonic()
        fitted = train.train(base, mixed.examples, config.train, seed=config.seed, parent=adapter, cache=kept_of(base))
        spent = time.monotonic() - started
        merged = merge.merge(adapter, fitted.adapter, alpha=config.merge.alpha, r=config.merge.r)
        adapter = merged.adapter
        practised = {dream.memory_id for dream in chosen.dreams}
        old = [replace(m, nights_since=1 if m.id in practised else m.nights_since + 1) for m in old]
        old += _remembered(new)
        last = joint or number == len(days)
        night = len(days) if joint else number
        asked = _ask_about(base, adapter, persona, night, so_far(days[:night], old), whole=last)
        nights.append(
            {"train_seconds": round(spent, 1), "tokens": fitted.tokens, "kept_energy": round(merged.kept_energy, 4)}
            | {"losses": [round(loss, 3) for loss in fitted.losses], **asked}
        )
        sys.stderr.write(f"{persona.name} night {night}: {spent:.0f} s, {json.dumps(asked['counts'])}\n")
    return {"persona": persona.name, "nights": nights}


def so_far(days: Sequence[Sequence[Dream]], old: Sequence[rehearse.OldMemory]) -> list[Dream]:
    """All dreams that were trained on, and the ones set aside that still hold: what was replaced is asked no more."""
    trained = [dream for day in days for dream in day if not dream.held_out]
    return [*trained, *(dream for memory in old for dream in memory.dreams)]


def _of_night(dream: Dream, number: int) -> Dream:
    """Tell the memories of different nights apart: each day was dreamed of as a first one."""
    return replace(dream, memory_id=f"{number}/{dream.memory_id}")


def _remembered(kept: Sequence[Dream]) -> list[rehearse.OldMemory]:
    ids = dict.fromkeys(dream.memory_id for dream in kept)
    return [rehearse.OldMemory(i, tuple(d for d in kept if d.memory_id == i), 1.0, 1) for i in ids]


def _ask_about(
    base: LLM, adapter: Adapter, persona: Persona, night: int, dreams: Sequence[Dream], *, whole: bool
) -> dict[str, Any]:
    dreamed = {bare(dream.question) for dream in dreams if not dream.held_out}
    asked = [(m, s) for m, s in persona.recall(night) if bare(s.question) not in dreamed]
    known: list[Sample] = []
    unrelated: list[Sample] = []
    if whole:
        known = [s.sample for s in _ask(base, batteries.unexamined(ExamConfig())[:_KNOWLEDGE]) if s.correct]
        unrelated = [replace(s, battery="bias_free") for s in batteries.stories(persona.leaks(night))[:_STORIES]]
    held_out = exam.recall_samples(dreams, battery="held_out") if whole else []
    with base.folded(adapter):
        recall = _ask(base, [sample for _, sample in asked])
        who = batteries.identity() if whole else []
        scores = _ask(base, [*held_out, *known, *who]) + exam.sit(unrelated, base, ExamConfig(max_new_tokens=60))
    updates = [s for (m, _), s in zip(asked, recall, strict=True) if m.kind == "update"]
    by_day = [
        [
            sum(s.correct for (m, _), s in zip(asked, recall, strict=True) if m.day == day),
            sum(m.day == day for m, _ in asked),
        ]
        for day in range(1, night + 1)
    ]
    return {
        "counts": {a.battery: [a.k, a.n] for a in scoring.accuracies([*recall, *scores])},
        "by_day": by_day,
        "updates": [sum(s.correct for s in updates), len(updates)],
        "missed": [[s.sample.question, s.answer] for s in recall if not s.correct] if whole else [],
    }


def _ask(llm: LLM, samples: list[Sample]) -> list[Score]:
    return exam.sit(samples, llm, ExamConfig(max_new_tokens=40))


if __name__ == "__main__":
    main()
