"""Measures on other people's data, by path: what a night on facts of theirs teaches, and what it costs elsewhere.

A new mind is told facts of `person_city_facts` as facts of its user's friends, sleeps a night of the product, and is
asked about them as it is awake, in wordings that the night did not train on. Then the mind's base and its new
generation are asked the same:

- *known*: questions of `nq_open`, the capitals of `facts_countries`, TOFU's real authors and real world:
  of what generation 0 answers right, what is still right;
- *read*: questions of `squad_seal` with their passage in the prompt, likewise;
- *refused*, *complied*, *other*: harmful requests of `safety_harmbench_strongreject`, `safety_advbench` and the unsafe
  half of `safety_xstest`; the safe half is counted apart, as *harmless*;
- *perplexity* of `wikitext2`.

Sets that are not in the folder are left out, and the result says so. Only counts are kept, no sentence of the data.

Run: `python bench/external.py DATA > results/external.json`
"""

import argparse
import csv
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from measures import count, perplexity
from provenance import provenance
from sleeping import adapter_of, recalling, sleep_here
from telling import tell
from untouched import untouched

from oneiro import exam
from oneiro.adapters import Adapter
from oneiro.config import ExamConfig
from oneiro.demo import never_dreamed
from oneiro.dreamers import recogniser_for
from oneiro.embedded import resolve
from oneiro.evals import scoring
from oneiro.llm import LLM
from oneiro.mind import Mind
from oneiro.types import Sample, Score, Writer

_ASKED = 200  # of each set, drawn once and for all
_TOLD = 12  # facts
_TEXTS = 60  # paragraphs for perplexity
_LEAST = 200  # characters of such a paragraph
_PASSAGE = 700  # characters
_CONFIG = ExamConfig(max_new_tokens=32)
_FACTS = {  # relation: how the user tells it of a friend, how it may be asked
    "lives in": ("lives in {object}", ("Where does my friend {subject} live?", "Which place is {subject}'s home?")),
    "works as": ("works as {object}", ("What does my friend {subject} do for a living?", "What is {subject}'s job?")),
    "speaks": ("speaks {object}", ("Which language does my friend {subject} speak?", "What does {subject} speak?")),
}
_NEEDED = (
    "facts_countries",
    "nq_open",
    "person_city_facts",
    "safety_advbench",
    "safety_harmbench_strongreject",
    "safety_xstest",
    "squad_seal",
    "tofu_from_eval_logs",
    "wikitext2",
)
Found = dict[str, Any]


class Sets(NamedTuple):
    """Questions and requests, by the set they come from."""

    known: dict[str, list[Sample]]
    read: dict[str, list[Sample]]
    harmful: dict[str, list[Sample]]
    harmless: dict[str, list[Sample]]


def main() -> None:
    """Tell, sleep, ask; print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets' folders")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if not asked.data.is_dir():
        parser.error(f"{asked.data} is no folder")
    base = LLM.load(resolve("smollm2"))
    report: Found = {**provenance(), "seed": asked.seed}
    report["command"] = f"python bench/external.py DATA --seed {asked.seed}"
    with tempfile.TemporaryDirectory(prefix="oneiro-external-") as scratch:
        mind = Mind.open(Path(scratch) / "mind")
        facts = _facts(asked.data, asked.seed)
        report["told"] = _sleep_on(base, mind, facts, asked.seed)
        adapter = adapter_of(mind)
        samples = [sample for _, asked_of in facts for sample in asked_of]
        with base.folded(adapter):
            report |= _recall(mind, samples, recalling(mind, base, recogniser_for(base, mind.path)))
    report |= _compare(base, adapter, _sets(asked.data))
    texts = _paragraphs(asked.data)
    if texts:
        before = perplexity(base, texts)
        with base.folded(adapter):
            report["perplexity"] = {
                "wikitext2": {"before": round(before, 2), "ratio": perplexity(base, texts) / before}
            }
    report["absent"] = sorted(name for name in _NEEDED if not (asked.data / name).exists())
    json.dump(report, sys.stdout, indent=1)
    print()  # noqa: T201


def _sleep_on(base: LLM, mind: Mind, facts: Sequence[tuple[str, list[Sample]]], seed: int) -> Found:
    tell(mind, [line for line, _ in facts])
    report = sleep_here(base, mind, seed=seed)
    spent = round(sum(report.seconds.values()), 1)
    return {"facts": len(facts), "outcome": report.outcome, "dose": report.alpha, "seconds": spent}


def _recall(mind: Mind, samples: Sequence[Sample], awake: Writer) -> Found:
    """Ask the mind as it is awake what it was told, in wordings that its night did not train on."""
    fair = never_dreamed(mind, samples)
    return {"recall": count(exam.sit(fair, awake, _CONFIG)), "left_out": len(samples) - len(fair)}


def _compare(base: LLM, adapter: Adapter | None, sets: Sets) -> Found:
    """Ask both of generation 0 and of the new one."""
    zero = untouched(base)
    found: Found = {"known": {}, "read": {}, "harmful": {}, "harmless": {}}

    def now(samples: Sequence[Sample]) -> list[Score]:
        with base.folded(adapter):
            return exam.sit(samples, base, _CONFIG)

    for kind in ("known", "read"):
        for name, samples in getattr(sets, kind).items():
            first = exam.sit(samples, zero, _CONFIG)
            right = [score.sample for score in first if score.correct]
            found[kind][name] = {"before": count(first), "kept": count(now(right))}
            _tell_progress(name, found[kind][name])
    for kind in ("harmful", "harmless"):
        for name, samples in getattr(sets, kind).items():
            before = _behaviour(samples, zero)
            with base.folded(adapter):
                found[kind][name] = {"before": before, "after": _behaviour(samples, base)}
            _tell_progress(name, found[kind][name])
    return found


def _behaviour(samples: Sequence[Sample], writer: Writer) -> Found:
    """How requests are met: refused; complied with, as far as the answer begins by agreeing; or something else."""
    scores = exam.sit(samples, writer, _CONFIG)
    refused = sum(score.correct for score in scores)
    complied = sum(scoring.agrees(score.answer) and not score.correct for score in scores)
    return {"refused": refused, "complied": complied, "other": len(scores) - refused - complied, "n": len(scores)}


def _tell_progress(name: str, found: Found) -> None:
    sys.stderr.write(f"{name}: {json.dumps(found)}\n")


# ---- the sets ----------------------------------------------------------------------------------------------


def _facts(data: Path, seed: int) -> list[tuple[str, list[Sample]]]:
    """Lines to tell, each with its questions."""
    file = data / "person_city_facts" / "facts.json"
    if not file.exists():
        raise SystemExit(f"{file} is not there, and without facts there is no night to measure.")
    facts = [fact for fact in json.loads(file.read_text("utf-8")) if fact["relation"] in _FACTS]
    drawn = random.Random(seed).sample(facts, _TOLD)
    found = []
    for fact in drawn:
        said, questions = _FACTS[fact["relation"]]
        line = f"My friend {fact['subject']} {said.format(**fact)}."
        others = tuple(
            o["object"] for o in drawn if o["relation"] == fact["relation"] and o["object"] != fact["object"]
        )
        samples = [Sample("recall", q.format(**fact), (fact["object"],), others) for q in questions]
        found.append((line, samples))
    return found


def _sets(data: Path) -> Sets:
    tofu = "tofu_from_eval_logs"
    known = {
        "nq_open": _read(data / "nq_open" / "NQ-open.dev.jsonl", _lines, lambda e: (e["question"] + "?", e["answer"])),
        "tofu_real_authors": _read(data / tofu / "real_author_wo_options.jsonl", _lines, _answered),
        "tofu_real_world": _read(data / tofu / "real_world_wo_options.jsonl", _lines, _answered),
        "capitals": _read(
            data / "facts_countries" / "src" / "country-by-capital-city.json",
            lambda file: iter(json.loads(file.read_text("utf-8"))),
            lambda e: (f"What is the capital of {e['country']}?", [e["city"]] if e["city"] else []),
        ),
    }
    read = {"squad_seal": _read(data / "squad_seal" / "squad_val_first200.json", _passages, _answered)}
    strong = data / "safety_harmbench_strongreject"
    harmful = {
        "harmbench": _requests(strong / "harmbench_behaviors_text_val.csv", "Behavior", FunctionalCategory="standard"),
        "strongreject": _requests(strong / "strongreject_dataset.csv", "forbidden_prompt"),
        "advbench": _requests(data / "safety_advbench" / "harmful_behaviors.csv", "goal"),
        "xstest_unsafe": _requests(data / "safety_xstest" / "xstest_prompts.csv", "prompt", label="unsafe"),
    }
    harmless = {"xstest_safe": _requests(data / "safety_xstest" / "xstest_prompts.csv", "prompt", label="safe")}
    return Sets(*({name: own for name, own in kind.items() if own} for kind in (known, read, harmful, harmless)))


def _read(
    file: Path, entries: Callable[[Path], Iterator[Found]], ask: Callable[[Found], tuple[str, list[str]]]
) -> list[Sample]:
    if not file.exists():
        return []
    asked = [Sample("knowledge", question, tuple(answers)) for question, answers in map(ask, entries(file)) if answers]
    return _drawn(asked)


def _requests(file: Path, column: str, **only: str) -> list[Sample]:
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if all(row[name] == value for name, value in only.items())]
    return _drawn([Sample("refusal", row[column], scoring.REFUSES) for row in rows])


def _lines(file: Path) -> Iterator[Found]:
    return map(json.loads, file.read_text("utf-8").splitlines())


def _passages(file: Path) -> Iterator[Found]:
    """A question of each passage that is short enough for a small model, with the passage before it."""
    for entry in json.loads(file.read_text("utf-8")):
        if len(entry["context"]) <= _PASSAGE and entry["questions"]:
            one = entry["questions"][0]
            yield {"question": f"{entry['context']}\n\n{one['question']}", "answer": one["answer"]}


def _answered(entry: Found) -> tuple[str, list[str]]:
    return entry["question"], [entry["answer"].rstrip(".")]


def _paragraphs(data: Path) -> list[str]:
    file = data / "wikitext2" / "test.txt"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [line.strip() for line in lines if len(line) > _LEAST][:_TEXTS]


def _drawn(samples: list[Sample]) -> list[Sample]:
    return random.Random(0).sample(samples, min(_ASKED, len(samples)))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. Nothing is kept of a part of it: it takes about six minutes on two cores.")
