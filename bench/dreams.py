"""Measures the dream generator on the turns written by hand: what it dreams of, how truly, and what the screen drops.

All turns are dreamed of in one go, as in a night, and their slips of spelling mended before. Each is screened on its
own, as if it were a day: dreams of other turns are no repeats.

- *coverage*: memories a person would take from a turn of which enough faithful dreams are kept: each word the memory
  cannot do without stands in five of them or more.
- *faithfulness*, *perspective_errors*: of kept dreams, the faithful ones, and those told from the wrong side;
  *faithfulness_before*: of all dreams.
- *spurious*: turns that tell nothing of which a dream is kept.
- *distinct_wordings*, *distinct_kinds*: of a covered memory, how many clearly different questions and kinds of dreams.
- *false_drops*: of faithful dreams, those dropped for anything but being a repeat.
- *faithfulness_by_maker*: of kept dreams that were read, those made by rule and those that the generator wrote.

A rule judges every dream. By it a dream is told from the wrong side when its answer, quoted speech apart, says I, my,
we or "the user", or its question says your, or you and nothing of an I. It is faithful when it is told from the right
side; question or answer hold a word that a memory of its turn cannot do without; neither brings a name or number that
was not said (but to be answered "No"); the answer has no more new words than told ones; and what is told of a negation
denies. The rule sees no wrong relation between right words. So a sample of kept and dropped dreams is also read, one
by one, as `bench/judging.md` says. With `--judged`, faithfulness, perspective errors and false drops are the reader's,
and the report says how far the rule agrees.

Intervals are 95%: Wilson for shares, a bootstrap over memories for means, draws from Jeffreys' posterior for shares
that weigh kept and dropped dreams. Dreams of one turn resemble each other, so intervals over dreams are too narrow.

Run: `python bench/dreams.py --save dreams.jsonl > results/dreamer.json` (`--of fresh_turns` for turns that no rule was
     written with in view); to have a sample read, and count again:
     `python bench/dreams.py --saved dreams.jsonl --draw results/dreams_judged.jsonl`
     `python bench/dreams.py --saved dreams.jsonl --judged results/dreams_judged.jsonl > results/dreamer.json`
"""

import argparse
import json
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dreaming import spelled
from intervals import interval, share
from provenance import provenance

from oneiro import dreamers
from oneiro.adapters import WEIGHTS, load_adapter
from oneiro.config import DreamConfig, ScreenConfig
from oneiro.dream import dream
from oneiro.embedded import resolve
from oneiro.errors import InputError
from oneiro.evals import batteries
from oneiro.evals.batteries import HandTurn
from oneiro.generations import hash_files
from oneiro.llm import LLM
from oneiro.screen import screen
from oneiro.text import DENIALS, names_and_numbers, similarity, stems, words
from oneiro.types import DreamDraft

_ENOUGH = 5  # faithful dreams of a memory
_READ = {"kept": 160, "dropped": 80}  # dreams to be read
_DRAWS = 4000
_REPEATS = ("repeats: ", "the same question is asked of another memory")
_PARTICULARS = re.compile(r" \(|: |(?<=names) |(?<=agrees to) | your ")  # after it, reasons name the dream's own words
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_TOLD_ME = re.compile(r"\b(told|tell|mentioned to) me\b", re.IGNORECASE)
_FIRST = re.compile(r"\b(i|im|me|my|mine|myself|we|our|ours|us)\b", re.IGNORECASE)
_THE_USER = re.compile(r"\bthe user\b", re.IGNORECASE)
_ASKS_YOU = re.compile(
    r"\b(do|did|can|could|would|will) you (know|remember|recall|tell|say|remind|name)\b", re.IGNORECASE
)
_YOUR = re.compile(r"\b(your|yours|yourself)\b", re.IGNORECASE)
_YOU = re.compile(r"\byou\b", re.IGNORECASE)
_NO = re.compile(r"no\b", re.IGNORECASE)
_READER = (
    "A sample drawn by seed was read by a large language model, not by a person, dream by dream by the rules of "
    "bench/judging.md: faithfulness, perspective errors and false drops are its. All else is counted by rule."
)
Found = dict[str, Any]


class Row(NamedTuple):
    """A dream, the number of its turn, and its fate: kept, or why it was dropped."""

    turn: int
    memory: str
    kind: str
    question: str
    answer: str
    fate: str
    by_rule: bool = False

    @property
    def lot(self) -> str:
        """One of kept, repeated, dropped."""
        return "kept" if self.fate == "kept" else "repeated" if self.fate.startswith(_REPEATS) else "dropped"

    def holds(self, word: str) -> bool:
        """Say whether question or answer hold a word, in one of its commonest forms."""
        text = f"{self.question} {self.answer}"
        return word in words(text) or bool(stems(word) & stems(text))


class Verdict(NamedTuple):
    """What a dream is, by rule or to a reader."""

    faithful: bool
    wrong_side: bool


Turns = Mapping[int, HandTurn]
Verdicts = Mapping[Row, Verdict]


def main() -> None:
    """Dream of all turns, or take the dreams of an earlier run, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", type=Path, default=dreamers.shipped_folder(), metavar="DIR", help="the dreamer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--turns", type=int, metavar="N", help="so many, drawn by seed, instead of all")
    parser.add_argument("--of", choices=("turns", "fresh_turns"), default="turns", help="which file of turns")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep every dream and its fate here, a line each")
    parser.add_argument("--saved", type=Path, metavar="FILE", help="measure the dreams kept in a file")
    parser.add_argument("--draw", type=Path, metavar="FILE", help="write a sample of the dreams here, to be read")
    parser.add_argument("--judged", type=Path, metavar="FILE", help="such a sample with a reader's verdicts")
    asked = parser.parse_args()
    about, rows = (
        _read(asked.saved) if asked.saved else dream_all(asked.adapter, asked.seed, of=asked.of, count=asked.turns)
    )
    hand = _turns(about["turns"], about["seed"], about["of"])
    if asked.save:
        _write(asked.save, [about, *(row._asdict() for row in rows)])
    if asked.draw:
        _write(asked.draw, (_unread(row, hand[row.turn]) for row in draw(rows, asked.seed)))
    judged = read_verdicts(asked.judged, rows) if asked.judged else {}
    json.dump(report(about, rows, hand, judged), sys.stdout, indent=1, ensure_ascii=False)
    print()  # noqa: T201


def dream_all(adapter: Path, seed: int, *, of: str = "turns", count: int | None = None) -> tuple[Found, list[Row]]:
    """Dream and screen as a night does; returns how it was done, and every dream."""
    hand = _turns(count, seed, of)
    base = LLM.load(resolve("smollm2"))
    dreamer = dreamers.Dreamer(base, load_adapter(adapter))
    turns = spelled([h.turn for h in hand.values()], base.whole_words)
    started = time.monotonic()
    draft = dream(turns, dreamer, DreamConfig(), night=1, seed=seed)
    dreamt = time.monotonic()
    rows: list[Row] = []
    for number in hand:
        memories = tuple(memory for memory in draft.memories if memory.message_id == number)
        own = {memory.id for memory in memories}
        day = DreamDraft(memories, tuple(d for d in draft.dreams if d.memory_id in own))
        screened = screen(day, base, ScreenConfig(), seed=seed)
        fates = [(d, "kept") for d in screened.kept] + [(d.dream, d.reason) for d in screened.dropped]
        rows += [Row(number, d.statement, d.kind, d.question, d.answer, fate, d.by_rule) for d, fate in fates]
    seconds = {"dreaming": round(dreamt - started, 1), "screening": round(time.monotonic() - dreamt, 1)}
    about = {"dreamer_sha256": hash_files(adapter)[WEIGHTS], "seed": seed, "of": of, "turns": len(hand)}
    return provenance() | about | {"seconds": seconds}, rows


def _turns(count: int | None, seed: int, of: str) -> dict[int, HandTurn]:
    turns = batteries.turns(of)
    drawn = random.Random(seed).sample(turns, len(turns) if count is None else count)
    return {h.turn.message_id: h for h in sorted(drawn, key=lambda h: h.turn.message_id)}


def wrong_side(question: str, answer: str) -> bool:
    """Say by rule whether a dream mixes up the user and the assistant."""
    asked, answered = _ASKS_YOU.sub("", _QUOTED.sub("", question)), _TOLD_ME.sub("", _QUOTED.sub("", answer))
    turned = _YOUR.search(asked) or (_YOU.search(asked) and not _FIRST.search(asked))
    return bool(turned or _FIRST.search(answered) or _THE_USER.search(answered))


def judge(row: Row, hand: HandTurn) -> Verdict:
    """Judge a dream by rule."""
    wrong = wrong_side(row.question, row.answer)
    said = f"{hand.turn.before} {hand.turn.text}"
    copied = names_and_numbers(row.answer) | (set() if _NO.match(row.answer) else names_and_numbers(row.question))
    concerns = any(row.holds(word) for needed in hand.expect for word in needed)
    told, brought = stems(said), stems(row.answer)
    drifts = len(brought - told - stems(row.question)) > len(brought & told)
    affirms = hand.kind == "negation" and not DENIALS & set(words(f"{row.question} {row.answer}"))
    return Verdict(concerns and copied <= set(words(said)) and not (wrong or drifts or affirms), wrong)


def draw(rows: Sequence[Row], seed: int) -> list[Row]:
    """Draw the dreams to be read, in mixed order."""
    rng = random.Random(seed)
    lots = {lot: [row for row in dict.fromkeys(rows) if row.lot == lot] for lot in _READ}
    drawn = [row for lot, own in lots.items() for row in rng.sample(own, min(_READ[lot], len(own)))]
    return rng.sample(drawn, len(drawn))


def _unread(row: Row, hand: HandTurn) -> Found:
    return {
        "before": hand.turn.before,
        "said": hand.turn.text,
        **row._asdict(),
        "faithful": None,
        "side": "",
        "why": "",
    }


def read_verdicts(file: Path, rows: Sequence[Row]) -> dict[Row, Verdict]:
    """Read a reader's verdicts.

    Raises:
        InputError: a line has no verdict, or its dream is none of this run's.
    """
    judged: dict[Row, Verdict] = {}
    for number, entry in enumerate(_lines(file), start=1):
        row = Row(*(entry[field] for field in Row._fields))
        if row not in rows or not isinstance(entry["faithful"], bool) or entry["side"] not in ("right", "wrong"):
            raise InputError(
                f"Line {number} of {file} is no verdict on a dream of this run.", hint="Draw a new sample."
            )
        judged[row] = Verdict(entry["faithful"], entry["side"] == "wrong")
    return judged


def report(about: Found, rows: Sequence[Row], hand: Turns, judged: Verdicts) -> Found:
    """Put all measures together."""
    rule = {row: judge(row, hand[row.turn]) for row in rows}
    what = {"what": f"dreams of {len(hand)} turns written by hand", "how": _READER if judged else "Counted by rule."}
    counts = {lot: sum(row.lot == lot for row in rows) for lot in ("kept", "repeated", "dropped")}
    speed = {"dreams_a_second": round(len(rows) / about["seconds"]["dreaming"], 2)}
    counts["kept_made_by_rule"] = sum(row.by_rule for row in rows if row.lot == "kept")
    found = what | about | speed | {"dreams": len(rows)} | counts | _of_turns(rows, hand, rule) | _of_dreams(rows, rule)
    if judged:
        found |= _as_read(rows, judged) | {"by_rule": _of_dreams(rows, rule), "agreement": _agreement(rule, judged)}
    found["by_dream_kind"] = {
        kind: _of_dreams([row for row in rows if row.kind == kind], rule) for kind in sorted({r.kind for r in rows})
    }
    found["by_turn_kind"] = {}
    for kind in sorted({h.kind for h in hand.values()}):
        turns = {number: h for number, h in hand.items() if h.kind == kind}
        own = [row for row in rows if row.turn in turns]
        found["by_turn_kind"][kind] = _of_turns(own, turns, rule) | _of_dreams(own, rule)
    return found | {"drops": _drops(rows, rule)} | _mistakes(rows, hand, rule)


def _memories(rows: Sequence[Row], hand: Turns, rule: Verdicts) -> Iterator[tuple[HandTurn, frozenset[str], list[Row]]]:
    """Every expected memory: its turn, its words, and the faithful kept dreams that hold one of them."""
    good = [row for row in rows if row.lot == "kept" and rule[row].faithful]
    for number, h in hand.items():
        own = [row for row in good if row.turn == number]
        for needed in h.expect:
            yield h, needed, [row for row in own if any(row.holds(word) for word in needed)]


def _cover(dreams: Sequence[Row], needed: Iterable[str]) -> bool:
    return all(sum(row.holds(word) for row in dreams) >= _ENOUGH for word in needed)


def _of_turns(rows: Sequence[Row], hand: Turns, rule: Verdicts) -> Found:
    """Measures over memories and turns; one that has no case is left out."""
    memories = [(dreams, _cover(dreams, needed)) for _, needed, dreams in _memories(rows, hand, rule)]
    covered = [dreams for dreams, enough in memories if enough]
    dreamed_of = {row.turn for row in rows if row.lot == "kept"}
    found = {
        "coverage": _share(enough for _, enough in memories),
        "spurious": _share(number in dreamed_of for number, h in hand.items() if not h.expect),
        "distinct_wordings": _mean([_wordings(dreams) for dreams in covered]),
        "distinct_kinds": _mean([len({row.kind for row in dreams}) for dreams in covered]),
    }
    return {name: measure for name, measure in found.items() if measure["n"]}


def _wordings(dreams: Sequence[Row]) -> int:
    """Count the questions that differ clearly from each other."""
    distinct: list[str] = []
    for row in dreams:
        if all(similarity(row.question, other) < ScreenConfig().max_similarity for other in distinct):
            distinct.append(row.question)
    return len(distinct)


def _of_dreams(rows: Sequence[Row], rule: Verdicts) -> Found:
    """Measures over dreams, by the rule; one that has no case is left out."""
    kept = [rule[row] for row in rows if row.lot == "kept"]
    found = {
        "faithfulness": _share(verdict.faithful for verdict in kept),
        "faithfulness_before": _share(rule[row].faithful for row in rows),
        "perspective_errors": _share(verdict.wrong_side for verdict in kept),
        "false_drops": _share(row.lot == "dropped" for row in rows if rule[row].faithful),
    }
    return {name: measure for name, measure in found.items() if measure["n"]}


def _as_read(rows: Sequence[Row], judged: Verdicts) -> Found:
    """The same by the reader, of the sample. Repeats are not read: they count as the kept dreams do."""
    lots = Counter(row.lot for row in rows)
    passed, failed = lots["kept"] + lots["repeated"], lots["dropped"]
    kept, dropped = ([verdict for row, verdict in judged.items() if row.lot == lot] for lot in _READ)

    def before(of_kept: float, of_dropped: float) -> float:
        return (passed * of_kept + failed * of_dropped) / (passed + failed)

    def lost(of_kept: float, of_dropped: float) -> float:
        return failed * of_dropped / (passed * of_kept + failed * of_dropped)

    return {
        "faithfulness": _share(verdict.faithful for verdict in kept),
        "faithfulness_before": _weighed(before, kept, dropped),
        "perspective_errors": _share(verdict.wrong_side for verdict in kept),
        "false_drops": _weighed(lost, kept, dropped),
        "faithfulness_by_maker": {
            maker: _share(v.faithful for row, v in judged.items() if row.lot == "kept" and row.by_rule == rules)
            for maker, rules in (("rules", True), ("generator", False))
        },
    }


def _weighed(statistic: Callable[[float, float], float], *lots: Sequence[Verdict]) -> Found:
    """A statistic of the faithful shares of kept and dropped dreams, and its spread over their posteriors."""
    rng = random.Random(0)
    counts = [(sum(verdict.faithful for verdict in lot), len(lot)) for lot in lots]
    draws = sorted(statistic(*(rng.betavariate(k + 0.5, n - k + 0.5) for k, n in counts)) for _ in range(_DRAWS))
    return _measure(statistic(*(k / n for k, n in counts)), draws, sum(n for _, n in counts))


def _agreement(rule: Verdicts, judged: Verdicts) -> Found:
    """How far rule and reader agree, and how many dreams are faithful to one of them only."""
    pairs = [(rule[row], verdict) for row, verdict in judged.items()]
    return {
        "faithful": _share(by_rule.faithful == read.faithful for by_rule, read in pairs),
        "side": _share(by_rule.wrong_side == read.wrong_side for by_rule, read in pairs),
        "faithful_by_rule_only": sum(by_rule.faithful > read.faithful for by_rule, read in pairs),
        "faithful_to_reader_only": sum(by_rule.faithful < read.faithful for by_rule, read in pairs),
    }


def _drops(rows: Sequence[Row], rule: Verdicts) -> dict[str, Found]:
    """The screen's reasons, how many dreams each dropped, and how many of those the rule calls faithful."""
    reasons = [(_PARTICULARS.split(row.fate)[0], rule[row].faithful) for row in rows if row.lot != "kept"]
    dropped, faithful = (Counter(reason for reason, good in reasons if good or every) for every in (True, False))
    return {reason: {"dropped": count, "faithful": faithful[reason]} for reason, count in dropped.most_common()}


def _mistakes(rows: Sequence[Row], hand: Turns, rule: Verdicts) -> Found:
    """What was told and is not covered, and what was kept though nothing was told."""
    memories = _memories(rows, hand, rule)
    missed = [(h.turn.text, sorted(needed)) for h, needed, dreams in memories if not _cover(dreams, needed)]
    vain = dict.fromkeys(hand[row.turn].turn.text for row in rows if row.lot == "kept" and not hand[row.turn].expect)
    return {"missed": missed, "in_vain": list(vain)}


def _share(hits: Iterable[bool]) -> Found:
    found = list(hits)
    return share(sum(found), len(found))


def _mean(values: Sequence[int]) -> Found:
    rng = random.Random(0)
    draws = sorted(statistics.fmean(rng.choices(values, k=len(values))) for _ in range(_DRAWS if values else 0))
    return _measure(statistics.fmean(values or [0]), draws or [0.0], len(values))


def _measure(value: float, draws: Sequence[float], n: int) -> Found:
    """A value with the middle 95% of sorted draws."""
    edge = round(0.025 * len(draws))
    return interval(value, draws[edge], draws[-1 - edge], n)


def _read(file: Path) -> tuple[Found, list[Row]]:
    about, *dreams = _lines(file)
    return about, [Row(**entry) for entry in dreams]


def _lines(file: Path) -> list[Found]:
    if not file.is_file():
        raise InputError(f"There is no file {file}.", hint="Make one with --save, or draw a sample with --draw.")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _write(file: Path, entries: Iterable[Found]) -> None:
    file.write_text("".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in entries), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(str(error))
