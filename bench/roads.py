"""The same night by three roads: Oneiro, what a user would do today, and the original author's recipe.

- *oneiro*: the product itself, `Mind.sleep`, from the last word of the day to waking.
- *trl*: one-at-a-time `generate` for the same dreams and the same exam, TRL's `SFTTrainer` with PEFT on the same dreams
  and the same grounding (as plain labels, padded batches), rank, epochs and rate as Oneiro's.
- *original*: Gal Lahat's (2025): 17 dreams of the whole day one after another at temperature 1.3, each a chat of about
  seven questions; r=256, alpha 256, dropout 0.15, 2 epochs, 2e-4 with a cosine, batches of one times four, loss on the
  whole text, 30 grounding facts. His dreams' questions are drawn from ours; his way of writing is only timed.
  *original_all*, on request, trains on every dream of ours, each a chat of its own.

Each road is a process of its own, so that its peak memory can be told, and all are walked in turns. Recall is asked in
wordings never dreamed. What other processes took of the machine meanwhile is noted. One-at-a-time writing is timed on
every eighth text and scaled; everything else is run whole.

Run: `python bench/roads.py --repeats 1 > results/roads.json` (TRL: `pip install -e '.[bench]'`)
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import plain
import psutil
from dreaming import spelled
from provenance import provenance
from untouched import untouched

from oneiro import anchors, dream
from oneiro.adapters import load_adapter
from oneiro.config import ExamConfig, NightConfig
from oneiro.demo import Day, read_day
from oneiro.dreamers import for_base, shipped_folder
from oneiro.embedded import resolve
from oneiro.evals import batteries, scoring
from oneiro.llm import LLM
from oneiro.mind import Mind
from oneiro.text import bare
from oneiro.types import ChatMessage, Completion, Sample, Sampling, Turn

_EVERY = 8  # of the texts that a plain loop writes one after another, one in so many is written
_ROADS = ("oneiro", "trl", "original", "original_all")
_KNOWLEDGE = 64  # general questions
Found = dict[str, Any]


def main() -> None:
    """Walk every road and print one JSON object; as a child, walk one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--day", type=Path, help="a day file (default: the demo's)")
    parser.add_argument("--repeats", type=int, default=1, help="how often each road is walked")
    parser.add_argument("--roads", nargs="+", choices=_ROADS, default=list(_ROADS[:3]))
    parser.add_argument("--child", nargs=2, metavar=("ROAD", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        road, folder = asked.child
        found = _WALKS[road](read_day(asked.day, short=False), Path(folder))
        found["peak_memory_bytes"] = max(found.get("peak_memory_bytes", 0), _peak())
        json.dump(found, sys.stdout)
        return
    came_from = provenance()
    runs: dict[str, list[Found]] = {road: [] for road in asked.roads}
    with tempfile.TemporaryDirectory(prefix="oneiro-roads-") as scratch:
        for _ in range(asked.repeats):
            for road in asked.roads:
                runs[road].append(_walk(road, asked.day, Path(scratch)))
                sys.stderr.write(f"{road}: {json.dumps(runs[road][-1]['seconds'])}\n")
    json.dump({**came_from, "repeats": asked.repeats, "roads": runs, **_ratios(runs)}, sys.stdout, indent=1)
    print()  # noqa: T201


def _walk(road: str, day: Path | None, scratch: Path) -> Found:
    command = [sys.executable, __file__, *(["--day", str(day)] if day else []), "--child", road, str(scratch)]
    busy = _busy_elsewhere()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return found | {"cpu_seconds_of_others": round(_busy_elsewhere() - busy, 1)}


def _busy_elsewhere() -> float:
    """CPU seconds since the machine was started that went to others than this process and its children."""
    times, own = psutil.cpu_times(), os.times()
    return times.user + times.nice + times.system - sum(own[:4])


def _ratios(runs: dict[str, list[Found]]) -> Found:
    def median(road: str, part: str) -> float:
        return statistics.median(found["seconds"][part] for found in runs[road])

    ratios: Found = {"night_seconds": median("oneiro", "night")}
    for road in runs:
        if road != "oneiro":
            ratios[f"night_speedup_vs_{road}"] = round(median(road, "night") / median("oneiro", "night"), 2)
            ratios[f"train_speedup_vs_{road}"] = round(median(road, "train") / median("oneiro", "train"), 2)
    return ratios


# ---- the roads ----------------------------------------------------------------------------------------


def _oneiro(day: Day, folder: Path) -> Found:
    """Sleep as the product does, and leave the night's dreams for the other roads."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        mind = Mind.open(Path(scratch) / "mind")
        for line in day.say:
            list(mind.chat(line, max_new_tokens=1))
            mind.new_conversation()
        known = [s for s in _ask_mind(mind, batteries.unexamined(ExamConfig())[:_KNOWLEDGE]) if s.correct]
        started = time.monotonic()
        report = next(event.report for event in mind.sleep() if event.report)
        night = time.monotonic() - started
        records = mind.dreams(1)
        kept = [[r.dream.question, r.dream.answer] for r in records if r.kept and not r.dream.held_out]
        (folder / "dreams.json").write_text(json.dumps(kept), encoding="utf-8")
        scores = _ask_mind(mind, _fair(day, kept))
        after = _ask_mind(mind, [s.sample for s in known])
    return {
        "seconds": {"night": night, **report.seconds},
        "dose": report.alpha,
        "dreams": len(records),
        "trained_on": len(kept),
        "recall": _count(scores),
        "knowledge_kept": _count(after),
        "peak_memory_bytes": report.peak_memory_bytes,
    }


def _trl(day: Day, folder: Path) -> Found:
    dreams, config = _dreams(folder), NightConfig().train
    base = LLM.load(resolve("smollm2"))
    writing = _one_at_a_time(base, day)
    rows = [plain.answered(pair) for pair in [*dreams, *_grounding(base)]]
    settings = {
        "num_train_epochs": config.epochs,
        "per_device_train_batch_size": config.batch_size,
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": config.warmup_steps,
    }
    lora = {"r": config.r, "lora_alpha": config.lora_alpha}
    trained = plain.fine_tune(base, rows, settings, lora, folder / "trl")
    return {"trained_on": len(dreams), **_plain_night(base, day, dreams, writing, trained, folder / "trl")}


def _original(day: Day, folder: Path, *, all_dreams: bool = False) -> Found:
    dreams = _dreams(folder)
    base = LLM.load(resolve("smollm2"))
    writing = _whole_days(base, day)
    chats = [[dream] for dream in dreams] if all_dreams else plain.dream_chats(dreams, seed=0)
    facts = [[fact] for fact in _grounding(base)[: plain.GROUNDING]]
    rows = [plain.chatted(chat) for chat in [*chats, *facts]]
    trained = plain.fine_tune(base, rows, plain.ORIGINAL, plain.ORIGINAL_LORA, folder / "original")
    trained_on = len({tuple(dream) for chat in chats for dream in chat})
    return {"trained_on": trained_on, **_plain_night(base, day, dreams, writing, trained, folder / "original")}


_WALKS: dict[str, Callable[[Day, Path], Found]] = {
    "oneiro": _oneiro,
    "trl": _trl,
    "original": _original,
    "original_all": lambda day, folder: _original(day, folder, all_dreams=True),
}


# ---- what the plain roads share -----------------------------------------------------------------------


def _plain_night(base: LLM, day: Day, dreams: list[list[str]], writing: float, trained: float, folder: Path) -> Found:
    """Ask what a plain night has taught, and add up its seconds."""
    general = batteries.unexamined(ExamConfig())[:_KNOWLEDGE]
    known = [s.sample for s in _ask(base, general) if s.correct]
    exam = [s.question for s in [*day.samples, *general]][:100]
    with base.folded(load_adapter(folder)):
        started = time.monotonic()
        for question in exam[::_EVERY]:
            _generate(base, [ChatMessage("user", question)], Sampling(24))
        examined = (time.monotonic() - started) * len(exam) / len(exam[::_EVERY])
        scores, after = _ask(base, _fair(day, dreams)), _ask(base, known)
    return {
        "seconds": {"night": writing + trained + examined, "dream": writing, "train": trained, "exam": examined},
        "recall": _count(scores),
        "knowledge_kept": _count(after),
    }


class _Alone:
    """A writer that writes every eighth text with `generate`, one after the other, and notes how long all take."""

    def __init__(self, base: LLM) -> None:
        self._base = base
        self._dreamer = for_base(base)
        self.seconds = 0.0

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        if not chats or chats[0][-1].content == "The user":  # the reading; it needs all of them
            return self._dreamer.complete(chats, sampling)
        with self._base.folded(load_adapter(shipped_folder())):  # without it the base goes on to the last token
            started = time.monotonic()
            for chat in chats[::_EVERY]:
                _generate(self._base, chat, sampling)
        self.seconds += (time.monotonic() - started) * len(chats) / len(chats[::_EVERY])
        return [Completion("", 0.0)] * len(chats)

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        return self._dreamer.score(chats, answers)


def _one_at_a_time(base: LLM, day: Day) -> float:
    """Seconds of writing the night's dreams one after another."""
    writer = _Alone(base)
    turns = spelled([Turn(number, line) for number, line in enumerate(day.say)], base.whole_words)
    dream.dream(turns, writer, NightConfig().dream, night=1, seed=0)
    return writer.seconds


def _whole_days(base: LLM, day: Day) -> float:
    """Seconds of writing 17 dreams of the whole day, seven questions with answers each, one after another."""
    started = time.monotonic()
    for _ in range(17):
        _generate(base, [ChatMessage("user", "\n".join(day.say))], Sampling(7 * 24, 1.3), whole=True)
    return time.monotonic() - started


def _generate(base: LLM, chat: list[ChatMessage], sampling: Sampling, *, whole: bool = False) -> None:
    import torch  # noqa: PLC0415

    ids = torch.tensor([base.encode([c for c in chat if c.role != "assistant"], "").prompt])
    sampled = {"temperature": sampling.temperature, "do_sample": True} if sampling.temperature else {"do_sample": False}
    base.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=sampling.max_new_tokens,
        min_new_tokens=sampling.max_new_tokens if whole else None,
        **sampled,
    )


def _dreams(folder: Path) -> list[list[str]]:
    return json.loads((folder / "dreams.json").read_text(encoding="utf-8"))


def _grounding(base: LLM) -> list[list[str]]:
    config = NightConfig().anchors
    prompts = anchors.draw_prompts(config, seed=1)
    answered = anchors.answer_anchors(prompts, untouched(base), config)
    return [[anchor.question, anchor.answer] for anchor in answered]


def _fair(day: Day, dreams: Sequence[Sequence[str]]) -> list[Sample]:
    dreamed = {bare(question) for question, _ in dreams}
    recall = [s for s in day.samples if s.battery == "recall"]
    return [s for s in recall if bare(s.question) not in dreamed]


def _ask(base: LLM, samples: Sequence[Sample]) -> list[Any]:
    chats = [[ChatMessage("user", s.question)] for s in samples]
    return scoring.score(samples, [c.text for c in base.complete(chats, Sampling(40))])


def _ask_mind(mind: Mind, samples: Sequence[Sample]) -> list[Any]:
    return scoring.score(samples, [a.answer for a in mind.ask([s.question for s in samples])])


def _count(scores: Sequence[Any]) -> list[int]:
    return [sum(s.correct for s in scores), len(scores)]


def _peak() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
