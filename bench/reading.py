"""What the dream generator reads out of turns written by hand: the memories a person would take, and nothing else.

Slips of spelling are mended first, as in a night. A memory is *found* when one statement read from its turn holds all
the words it cannot do without; a sentence kept in the user's own words counts. A turn is read *in vain* when something
was read and nothing is to be remembered. Does not judge whether a statement is true in its other words. The screen
comes later and drops some of what was read in vain.

Run: `python bench/reading.py > results/reading.json`
"""

import json
import sys
from dataclasses import asdict

from dreaming import spelled
from provenance import provenance

from oneiro import dreamers
from oneiro.config import DreamConfig
from oneiro.embedded import resolve
from oneiro.evals import batteries
from oneiro.evals.scoring import accuracy
from oneiro.llm import LLM
from oneiro.reading import read_turns
from oneiro.text import words


def main() -> None:
    """Read every turn once and print counts by kind, with what was missed and what was read in vain."""
    hand = batteries.turns()
    base = LLM.load(resolve("smollm2"))
    turns = spelled([h.turn for h in hand], base.whole_words)
    read: dict[int, list[str]] = {h.turn.message_id: [] for h in hand}
    for memory, turn in read_turns(turns, dreamers.for_base(base), DreamConfig(), night=1, seed=0):
        read[turn.message_id].append(memory.statement)
    counts: dict[str, list[bool]] = {}
    wrong = []
    for h in hand:
        statements = read[h.turn.message_id]
        for needed in h.expect:
            found = any(needed <= set(words(statement)) for statement in statements)
            counts.setdefault(f"found: {h.kind}", []).append(found)
            counts.setdefault("found", []).append(found)
            wrong += [] if found else [{"say": h.turn.text, "missed": sorted(needed), "read": statements}]
        if not h.expect:
            counts.setdefault(f"in vain: {h.kind}", []).append(bool(statements))
            counts.setdefault("in vain", []).append(bool(statements))
            wrong += [{"say": h.turn.text, "read": statements}] if statements else []
    report = {"what": f"reading {len(hand)} turns written by hand", **provenance()}
    report["counts"] = [asdict(accuracy(name, sum(hits), len(hits))) for name, hits in sorted(counts.items())]
    json.dump(report | {"wrong": wrong}, sys.stdout, indent=1, ensure_ascii=False)
    print()  # noqa: T201


if __name__ == "__main__":
    main()
