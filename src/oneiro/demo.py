"""The demo: a scripted day, what the untouched model answers, a night, and what the woken one answers.

Everything shown is what the model said. Questions are asked by a new process each time (`oneiro ask`), so
nothing but the weights can carry a memory. The day lies in `demo_data/day.toml`; `--day FILE` plays another.

Run: `make demo`, or `oneiro demo --short` for four memories.
"""

import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from oneiro.config import ExamConfig
from oneiro.errors import InputError
from oneiro.evals import batteries, scoring
from oneiro.mind import Mind, occupied
from oneiro.relations import people
from oneiro.show import open_console
from oneiro.text import CALENDAR, bare, names_and_numbers, words, words_told
from oneiro.types import MorningReport, Sample, Score
from oneiro.watch import watch_night

NEGATION = "negation"  # the kind of a memory of what is not so
_BASE_QUESTIONS = 20
_IDENTITY_QUESTIONS = 6
_SHORT_MEMORIES = 4
_REPLY_TOKENS = 24
_NAMES = {
    "recall": "memories, in wordings never dreamed",
    "knowledge": "general knowledge",
    "abstention": "never told, and says so",
    "identity": "knows who it is",
    "stories": "stories free of memories",
}


@dataclass(frozen=True)
class Day:
    """A scripted day and the questions about it."""

    say: tuple[str, ...]
    samples: tuple[Sample, ...]


def read_day(file: Path | None, *, short: bool) -> Day:
    """Read a day file; the short form keeps the first few memories.

    Raises:
        InputError: the file cannot be read or lacks a part.
    """
    try:
        text = file.read_text(encoding="utf-8") if file else _shipped_day()
        data = tomllib.loads(text)
        say = tuple(data["say"])
        memories = data["memory"][: _SHORT_MEMORIES if short else None]
        samples = _recall(memories, say)
        never = [Sample("abstention", q, batteries.ABSTAINS) for q in data["never"]]
        leaks = tuple(data["leaks"])
        stories = [Sample("stories", prompt, wrong=leaks) for prompt in data["stories"]]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise InputError(
            f"The day {file} cannot be read ({error}).", hint="See demo_data/day.toml for its form."
        ) from error
    alone = [s for s in batteries.identity() if not s.messages]  # `oneiro ask` has no earlier turns
    general = batteries.unexamined(ExamConfig())[:_BASE_QUESTIONS] + alone[20 : 20 + _IDENTITY_QUESTIONS]
    return Day(say[: _SHORT_MEMORIES + 1] if short else say, (*samples, *never, *stories, *general))


class Played(NamedTuple):
    """What a demo found: the same questions before and after, and how many others were left out as dreamed."""

    before: list[Score]
    after: list[Score]
    left_out: int
    report: MorningReport
    seconds: float


def run(*, short: bool = False, keep: Path | None = None, day: Path | None = None) -> Played:
    """Play the day, sleep, ask again, and print the table; the last line is for machines.

    Raises:
        InputError: the day cannot be read, or something is in the folder `keep` already.
    """
    if keep and occupied(keep):
        raise InputError(f"{keep} is not empty.", hint="The demo begins a mind of its own: name a new folder.")
    started = time.monotonic()
    console = open_console()
    script = read_day(day, short=short)
    with tempfile.TemporaryDirectory(prefix="oneiro-demo-") as scratch:
        path = keep or Path(scratch) / "mind"
        mind = Mind.open(path)
        console.rule("The day")
        _talk(mind, script.say, console)
        console.rule("Before the night: what the untouched model answers, with an empty context")
        before = _ask(path, script.samples)
        _show_answers(before, console, only_memories=True)
        console.rule("The night")
        report = watch_night(mind.sleep(), console)
        console.rule("The morning: a new process, an empty context")
        fair = never_dreamed(mind, script.samples)
        left_out = len(script.samples) - len(fair)
        if left_out:
            console.print(f"Left out, as dreamed word for word: {left_out} of the questions.")
        after = _ask(path, fair)
        _show_answers(after, console, only_memories=False)
        fair_before = [s for s in before if s.sample in set(fair)]
        played = Played(fair_before, after, left_out, report, time.monotonic() - started)
        _conclude(played, console)
        return played


def never_dreamed(mind: Mind, samples: Sequence[Sample]) -> list[Sample]:
    """Leave out the questions that a night trained on word for word."""
    dreams = [record for night in mind.nights() if night.report for record in mind.dreams(night.number)]
    dreamed = {bare(r.dream.question) for r in dreams if r.kept and not r.dream.held_out}
    return [s for s in samples if bare(s.question) not in dreamed]


def _shipped_day() -> str:
    return (resources.files("oneiro") / "demo_data" / "day.toml").read_text(encoding="utf-8")


def recall_sample(
    fact: str, question: dict[str, Any], own: Sequence[str], wrong: Iterable[str], *, said: Sequence[str], denied: bool
) -> Sample:
    """A question about a memory, with the answers that count and what makes one wrong.

    Wrong is an answer that holds one of `wrong` which nobody `said` of this memory, or another month or weekday than is
    asked for, and one told from the model's own side ("I live in Oslo."). Relations are no names: "You live in Oslo
    with your nan." is right, whoever the nan is. Of a memory that is `denied` the opposite is wrong: see
    `oneiro.text.denies`.

    Args:
        fact: the memory's name.
        question: with the keys `ask` and `answers` of a day file.
        own: all answers to questions about this memory.
        wrong: what is told of other memories, or was true of this one before.
        said: what the user has said so far, line by line.
        denied: the memory is of what is not so.
    """
    innocent = words_told(" ".join([question["ask"], *own, *_told_of(own, said)]))
    foreign = [other for other in wrong if not (set(words(other)) <= innocent or (people(other) and " " not in other))]
    unfit = (*dict.fromkeys(foreign), *_other_days(question["answers"], innocent), *scoring.own_side(" ".join(own)))
    return Sample("recall", question["ask"], tuple(question["answers"]), unfit, memory_id=fact, denied=denied)


def _other_days(answers: Iterable[str], innocent: set[str]) -> list[str]:
    """The months and weekdays that are wrong where one is asked for: the 2nd of December is not the 2nd of June."""
    return sorted(CALENDAR - innocent - {"may"}) if CALENDAR & set(words(" ".join(answers))) else []


def names_of(questions: Iterable[dict[str, Any]]) -> list[str]:
    """The first answers to questions that are names or numbers: common words may be said of anything."""
    return [first for q in questions if names_and_numbers(f"It is {(first := q['answers'][0])}")]


def _told_of(own: Sequence[str], said: Sequence[str]) -> list[str]:
    """The lines that tell a memory, as far as its answers show: those that hold most of them or one of its names."""
    names = names_and_numbers(" ".join(f"It is {answer}." for answer in own))
    found = {line: sum(set(words(answer)) <= set(words(line)) for answer in own) for line in said}
    most = max(1, *found.values()) if found else 1
    return [line for line in said if found[line] >= most or names & set(words(line))]


def _recall(memories: Sequence[dict[str, Any]], said: Sequence[str]) -> list[Sample]:
    return [
        recall_sample(
            memory["fact"],
            question,
            [answer for q in memory["questions"] for answer in q["answers"]],
            names_of(q for other in memories if other is not memory for q in other["questions"]),
            said=said,
            denied=memory.get("kind") == NEGATION,
        )
        for memory in memories
        for question in memory["questions"]
    ]


def _talk(mind: Mind, lines: Sequence[str], console: Console) -> None:
    for line in lines:
        console.print(Text(f"you  {line}", style="bold"))
        console.print(Text("  ⇢  "), end="")
        for piece in mind.chat(line, max_new_tokens=_REPLY_TOKENS):
            console.print(Text(piece), end="")
        console.print()
        mind.new_conversation()  # a small model drowns in a long chat; the journal keeps it all


def _ask(path: Path, samples: Sequence[Sample]) -> list[Score]:
    """Ask in a process of its own; nothing of this one can help it."""
    lines = "\n".join(s.question for s in samples)
    command = [sys.executable, "-m", "oneiro", "ask", "--mind", str(path), "--questions", "-", "--json"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise InputError(f"`oneiro ask` failed: {done.stderr.strip()}")
    return scoring.score(samples, [entry["answer"] for entry in json.loads(done.stdout)])


def _show_answers(scores: Sequence[Score], console: Console, *, only_memories: bool) -> None:
    for s in scores:
        if only_memories and s.sample.battery != "recall":
            continue
        mark = Text("✓ ", style="green") if s.correct else Text("✗ ", style="red")
        console.print(mark + Text(f"{s.sample.question}  →  {' '.join(s.answer.split())}"))


def _conclude(played: Played, console: Console) -> None:
    table = Table(title="Before and after one night")
    for column in ("", "before", "after", "95% interval"):
        table.add_column(column)
    then = {a.battery: a for a in scoring.accuracies(played.before)}
    now = {a.battery: a for a in scoring.accuracies(played.after)}
    for battery, name in _NAMES.items():
        b, a = then[battery], now[battery]
        table.add_row(name, f"{b.k}/{b.n}", f"{a.k}/{a.n}", f"{a.low:.0%} to {a.high:.0%}")
    console.print(table)
    stages = Table(title="Seconds of each stage")
    for column in ("stage", "seconds"):
        stages.add_column(column)
    for stage, spent in played.report.seconds.items():
        stages.add_row(stage, f"{spent:.1f}")
    console.print(stages)
    recall, base, never = now["recall"], now["knowledge"], now["abstention"]
    invented = never.n - never.k
    counts = f"recall {recall.k}/{recall.n} base {base.k}/{base.n} invented {invented}/{never.n}"
    console.print(f"{counts} seconds {played.seconds:.0f}")
