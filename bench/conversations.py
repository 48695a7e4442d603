"""Measures the dream generator on other people's conversations, by path: `original_dreams` and `memorybank`.

Conversations drawn by seed are read as a night reads a day, each dreamed of and screened for itself. There is no list
of what should be remembered, so these are counted by rule:

- *dreamed_of*: of the user's turns, those of which a dream is kept (most turns of a chat tell nothing);
- *wrong_side*: of kept dreams, those that mix up user and assistant, by the rule of `bench/dreams.py`;
- *copied*: of kept dreams, those in which every name and number was said;
- *found*, for `original_dreams` only: of the dreams that the original author trained his generator on, those whose
  answer brings a told word that their question does not hold; how many share such a word with a kept dream of ours.
  His dreams go through the same two rules, as *his_wrong_side* and *his_copied*.

Only counts are kept, no sentence of the data.

Run: `python bench/conversations.py DATA > results/conversations.json` (`--conversations 20` for fewer)
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dreams import wrong_side
from intervals import share
from provenance import provenance

from oneiro.config import JournalConfig, NightConfig
from oneiro.dream import dream
from oneiro.dreamers import Dreamer, for_base
from oneiro.embedded import resolve
from oneiro.journal import read_day
from oneiro.llm import LLM
from oneiro.screen import screen
from oneiro.text import key_terms, names_and_numbers, words_told
from oneiro.types import Dream, Message, Screened, Turn

Found = dict[str, Any]
Pair = tuple[str, str]


class Conversation(NamedTuple):
    """What the user said, each with the line before it, and what the original author dreamed of it."""

    turns: tuple[Turn, ...]
    his: tuple[Pair, ...]


def main() -> None:
    """Dream of a sample of each set and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder that holds the sets")
    parser.add_argument("--conversations", type=int, default=30, metavar="N", help="of each set (default: 30)")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    sets = {name: drawn for name, read in _READERS.items() if (drawn := _drawn(read(asked.data / name), asked))}
    if not sets:
        parser.error(f"{asked.data} holds neither {' nor '.join(_READERS)}")
    base = LLM.load(resolve("smollm2"))
    dreamer = for_base(base)
    found = {name: _measured(base, dreamer, drawn, asked.seed) for name, drawn in sets.items()}
    about = {"what": "dreams of other people's conversations, counted by rule", "seed": asked.seed}
    missing = [name for name in _READERS if name not in sets]
    print(json.dumps(provenance() | about | {"left_out": missing} | found, indent=1))  # noqa: T201


def _measured(base: LLM, dreamer: Dreamer, drawn: Sequence[Conversation], seed: int) -> Found:
    config = NightConfig(seed=seed)
    started = time.monotonic()
    nights: list[Screened] = []
    dreams = 0
    for number, conversation in enumerate(drawn, start=1):
        draft = dream(conversation.turns, dreamer, config.dream, night=1, seed=seed)
        screened = screen(draft, base, config.screen, seed=seed)
        nights.append(screened)
        dreams += len(draft.dreams)
        spent = time.monotonic() - started
        left = spent / number * (len(drawn) - number)
        sys.stderr.write(f"{number} of {len(drawn)}: {len(screened.kept)} dreams kept, {left:.0f} s left\n")
    own = {"conversations": len(drawn), "dreams": dreams, "seconds": round(time.monotonic() - started, 1)}
    return own | compared(drawn, nights)


def compared(drawn: Sequence[Conversation], nights: Sequence[Screened]) -> Found:
    """Count what our kept dreams of each conversation are like, and the original author's beside them."""
    pairs = list(zip(drawn, nights, strict=True))
    ours = [_checks(c, [(d.question, d.answer) for d in night.kept]) for c, night in pairs]
    of_turns = [turn.message_id in _remembered(night) for c, night in pairs for turn in c.turns]
    found: Found = {"kept": sum(len(night.kept) for night in nights), "dreamed_of": share(sum(of_turns), len(of_turns))}
    found |= {name: share(sum(c[name] for c in ours), found["kept"]) for name in ("wrong_side", "copied")}
    every = [pair for conversation in drawn for pair in conversation.his]
    if not every:
        return found
    his = [_checks(c, c.his) for c in drawn]
    found |= {"his": len(every)}
    found |= {f"his_{name}": share(sum(c[name] for c in his), len(every)) for name in ("wrong_side", "copied")}
    met = [hit for c, night in pairs for hit in _met(c, night.kept)]
    return found | {"found": share(sum(met), len(met))}


def _remembered(night: Screened) -> set[int]:
    """The messages of which a dream is kept."""
    kept = {d.memory_id for d in night.kept}
    return {memory.message_id for memory in night.memories if memory.id in kept}


def _checks(conversation: Conversation, pairs: Sequence[Pair]) -> dict[str, int]:
    said = words_told(_heard(conversation))
    return {
        "wrong_side": sum(wrong_side(*pair) for pair in pairs),
        "copied": sum(names_and_numbers(" ".join(pair)) <= said for pair in pairs),
    }


def _met(conversation: Conversation, own: Sequence[Dream]) -> Iterator[bool]:
    """Say of each of his dreams that brings told words whether an answer of ours brings one of them."""
    told = " ".join(turn.text for turn in conversation.turns)
    brought = {term for d in own for term in key_terms(d.question, d.answer, d.source)}
    for question, answer in conversation.his:
        terms = key_terms(question, answer, told)
        if terms:
            yield bool(brought & set(terms))


def _heard(conversation: Conversation) -> str:
    return " ".join(f"{turn.before} {turn.text}" for turn in conversation.turns)


def _drawn(conversations: Sequence[Conversation], asked: argparse.Namespace) -> list[Conversation]:
    full = [conversation for conversation in conversations if conversation.turns]
    return random.Random(asked.seed).sample(full, min(asked.conversations, len(full)))


# ---- the sets ----------------------------------------------------------------------------------------------


def original_dreams(folder: Path) -> list[Conversation]:
    """Read the original author's training data: conversations, each with his dreams."""
    file = folder / "dreams.json"
    entries = json.loads(file.read_text("utf-8")) if file.exists() else []
    return [
        Conversation(
            _turns([(said["user"], said["assistant"]) for said in entry["conversation"]], "2025-01-01"),
            tuple((said["user"], said["assistant"]) for said in entry["inverted"]),
        )
        for entry in entries
    ]


def memorybank(folder: Path) -> list[Conversation]:
    """Read MemoryBank's chats: a conversation for each person and date."""
    file = folder / "memory_bank_en.json"
    people = json.loads(file.read_text("utf-8")).values() if file.exists() else []
    return [
        Conversation(_turns([(said["query"], said["response"]) for said in chat], date), ())
        for person in people
        for date, chat in person["history"].items()
    ]


def _turns(exchanges: Sequence[Pair], date: str) -> tuple[Turn, ...]:
    """Read a conversation as a night's journal does."""
    messages = [
        Message(2 * n + second, 1, "assistant" if second else "user", text, f"{date}T12:00:00+00:00", "typed")
        for n, exchange in enumerate(exchanges)
        for second, text in enumerate(exchange)
    ]
    return read_day(messages, JournalConfig()).turns


_READERS = {"original_dreams": original_dreams, "memorybank": memorybank}


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. Nothing is kept of a part of it: it takes some ten minutes on two cores.")
