"""Trains the dream generator: a LoRA adapter on the frozen base, fine-tuned for one task.

Data: invented turns (`kinds.py`), each with its facts and questions. The questions of one fact form a micro-batch,
so its turn is computed once for all of them. Kinds marked `unseen` are never shown in training: the scores
are taken on those, with sampling as at night.

Run: `oneiro dreamer train --model smollm2 --out DIR`
"""

import hashlib
import json
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import torch

from oneiro import train
from oneiro.adapters import CONFIG as ADAPTER_CONFIG
from oneiro.adapters import Adapter, load_adapter, save_adapter
from oneiro.checkpoint import Checkpoint
from oneiro.config import DreamConfig, DreamerConfig, RecogniserConfig, TrainConfig
from oneiro.dream import (
    FALSE,
    TRUE,
    WORDED,
    Wish,
    dream,
    dream_chat,
    sentence_with,
    told_words,
    verdict_chat,
    verdict_odds,
    write_question,
)
from oneiro.errors import InputError
from oneiro.kinds import Judged, Told, dreamt_by_hand, invent, judge, judged, load_library, read_by_hand
from oneiro.llm import LLM
from oneiro.reading import read_chat, write_statements
from oneiro.recognise import FILE as READOUT
from oneiro.recognise import RecogniserScore, save_readout, train_recogniser
from oneiro.text import key_terms
from oneiro.types import Turn
from oneiro.whole import written_whole

CARD = "dreamer.json"
_OWN_WORDS = 0.4  # share of the dreams asked for with the turn's own words as the fact, as at night
_READ_PER_BATCH = 4  # different turns share no prefix
_UNFINISHED = "unfinished"  # the folder within its own where a dreamer lies until all of it is written
_SHORTER = 2  # groups of verdicts are shorter by so much than those of dreams
T = TypeVar("T")


class Corpus(NamedTuple):
    """Encoded examples, and the micro-batches they form: to read and to dream, and to judge."""

    examples: list[train.TrainExample]
    groups: list[list[int]]
    verdicts: list[list[int]]


class Start(NamedTuple):
    """A finished dreamer to go on from, and its card."""

    adapter: Adapter
    card: dict[str, Any]


@dataclass(frozen=True)
class DreamerScore:
    """How well the generator does on kinds it never saw; shares in 0..1."""

    turns: int
    memories: int
    found: float  # memories read from turns that hold some, of those expected
    spurious: float  # turns without a memory from which one was read
    dreams: int
    copied: float  # dreams (never-told ones apart) in which every name and number stands in the turn
    first_person: float  # answers that say I, my or me
    judged: float  # true and false dreams told apart, of those made of the turns' own questions


def split_kinds() -> tuple[list[str], list[str]]:
    """Part the kinds into those trained on and those kept for scoring: the same ones for every dreamer."""
    kinds = load_library().kinds
    trained = [kind["name"] for kind in kinds if not kind.get("unseen")]
    return trained, [kind["name"] for kind in kinds if kind.get("unseen")]


def build_corpus(
    llm: LLM,
    turns: Sequence[Told],
    only_read: Sequence[Told] = (),
    only_dreamed: Sequence[Told] = (),
    *,
    judged: Sequence[Judged] = (),
    seed: int = 0,
) -> Corpus:
    """Encode turns; the questions of one fact form a group, so do verdicts on a turn, the reading of turns others."""
    rng = random.Random(seed)
    examples: list[train.TrainExample] = []
    groups: list[list[int]] = []
    read: list[int] = []
    for told in (*turns, *only_read):
        read.append(len(examples))
        statements = write_statements([fact.statement for fact in told.facts])
        examples.append(train.TrainExample(llm.encode(read_chat(told.turn), statements)))
    for told in (*turns, *only_dreamed):
        for fact in filter(lambda fact: fact.questions, told.facts):
            groups.append(list(range(len(examples), len(examples) + len(fact.questions))))
            for kind, question, answer in fact.questions:
                wish = Wish(kind, _wished_word(told.turn, question, answer, rng) if kind in WORDED else "")
                fact_told = fact.statement if rng.random() > _OWN_WORDS else sentence_with(told.turn.text, wish.word)
                chat = dream_chat(told.turn, fact_told, wish)
                examples.append(train.TrainExample(llm.encode(chat, write_question(question, answer))))
    groups += [read[i : i + _READ_PER_BATCH] for i in range(0, len(read), _READ_PER_BATCH)]
    verdicts: list[list[int]] = []
    for turn, found in judged:
        verdicts.append(list(range(len(examples), len(examples) + len(found))))
        for question, answer, true in found:
            code = llm.encode(verdict_chat(turn, question, answer), TRUE if true else FALSE)
            examples.append(train.TrainExample(code))
    return Corpus(examples, groups, verdicts)


def _wished_word(turn: Turn, question: str, answer: str, rng: random.Random) -> str:
    """Pick a word of the answer that was told and is not in the question, as the answer spells it."""
    terms = key_terms(question, answer, f"{turn.before} {turn.text}")
    spelled = [token for token in told_words(answer, " ".join(terms)) if token]
    return rng.choice(spelled) if spelled else ""


def train_dreamer(
    llm: LLM,
    out: Path,
    config: DreamerConfig,
    *,
    start: Path | None = None,
    dreamed: Sequence[Told] = (),
    about: Mapping[str, Any] | None = None,
    watch: Callable[[train.Progress], None] = lambda progress: None,
) -> DreamerScore:
    """Build the data, fine-tune, score on unseen kinds; write adapter, card and curve to `out`.

    `start` names a dreamer to go on from; its card is kept in the new one's. Of `dreamed`, turns beside the invented
    ones, only the questions are learned. The card says what is in `about`, too. A training that was stopped goes on
    from the checkpoint in `out` when it is begun again with the same settings.

    Raises:
        InputError: the dreamer to go on from has another rank or another base, or `out` holds another training.
    """
    first = read_start(start, llm, r=config.r) if start else None
    trained, unseen = split_kinds()
    turns = list(invent(config.turns, seed=config.seed, kinds=trained, nothing=config.nothing))
    only_read = list(invent(config.read_turns, seed=config.seed + 2, kinds=trained, nothing=config.read_nothing))
    rng = random.Random(config.seed)
    only_read += _times(read_by_hand(), config.read_by_hand, rng)
    hand = _times(dreamt_by_hand(), config.dreamt_by_hand, rng)
    only_read += hand
    verdicts = judge([*turns, *hand], seed=config.seed) + _times(judged(), config.judged, rng)
    corpus = build_corpus(llm, turns, only_read, [*dreamed, *hand], judged=verdicts, seed=config.seed)
    data = (turns, only_read, dreamed, verdicts)
    data_sha256 = hashlib.sha256(repr(data).encode()).hexdigest()
    made_of = [data_sha256, llm.sha256, asdict(config), first.card if first else None]
    key = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
    checkpoint = Checkpoint(out / "training.safetensors", key=key, every=config.save_every)

    def plan(epoch: int, active: Sequence[int]) -> list[train.Step]:
        rng = random.Random(f"{config.seed}/{epoch}")
        steps = train.cut(rng.sample(corpus.groups, len(corpus.groups)), config.groups_per_step)
        # A verdict is one word: among dreams it would not be heard.
        steps += train.cut(rng.sample(corpus.verdicts, len(corpus.verdicts)), _SHORTER * config.groups_per_step)
        rng.shuffle(steps)
        return steps

    fitted = train.fit(
        llm,
        corpus.examples,
        plan,
        config=_train_config(config),
        seed=config.seed,
        start=first and first.adapter,
        checkpoint=checkpoint,
        watch=watch,
    )
    aside = out / _UNFINISHED
    shutil.rmtree(aside, ignore_errors=True)  # left by a training that was stopped
    save_adapter(fitted.adapter, aside, base=llm.name, dtype=torch.float16)
    with llm.folded(load_adapter(aside)):
        score = evaluate_dreamer(llm, unseen_turns(config))
    card: dict[str, Any] = {
        "base": llm.name,
        "base_sha256": llm.sha256,
        "config": asdict(config),
        "data_sha256": data_sha256,
        "examples": len(corpus.examples),
        "unseen_kinds": unseen,
        "score_on_unseen_kinds": asdict(score),
        "loss_curve": [round(loss, 4) for loss in fitted.curve],
        **(about or {}),
    } | ({"went_on_from": first.card} if first else {})
    _write_card(aside, card)
    if config.recognised:
        learn_to_recognise(
            llm,
            aside,
            RecogniserConfig(seed=config.seed, questions=config.recognised),
            watch=lambda done, total: watch(train.Progress(config.epochs, done, total, fitted.curve[-1])),
        )
    _put_in_place(aside, out)
    checkpoint.done()
    return score


def _put_in_place(finished: Path, folder: Path) -> None:
    """Let a finished dreamer take the place of the one before; whoever looks for one looks for its last file."""
    if not (finished / READOUT).exists():
        (folder / READOUT).unlink(missing_ok=True)
    for file in sorted(finished.iterdir(), key=lambda file: file.name == ADAPTER_CONFIG):
        file.replace(folder / file.name)
    finished.rmdir()


def learn_to_recognise(
    llm: LLM, folder: Path, config: RecogniserConfig, *, watch: Callable[[int, int], None] = lambda done, total: None
) -> RecogniserScore:
    """Let a finished dreamer of this base learn to recognise what a question asks for; written beside its adapter.

    Raises:
        InputError: the folder holds no finished dreamer, or one of another base.
    """
    start = read_start(folder, llm)
    readout, score = train_recogniser(llm.beside(start.adapter), dreamt_by_hand(), config, watch=watch)
    save_readout(readout, folder)
    _write_card(folder, start.card | {"recogniser": {"config": asdict(config), **asdict(score)}})
    return score


def _write_card(folder: Path, card: dict[str, Any]) -> None:
    with written_whole(folder / CARD) as aside:
        aside.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _times(items: list[T], count: float, rng: random.Random) -> list[T]:
    """Repeat a list so many times; of what is left of the count, draw that share."""
    return items * int(count) + rng.sample(items, round(len(items) * (count % 1)))


def read_start(folder: Path, llm: LLM, *, r: int | None = None) -> Start:
    """Read a dreamer to go on from.

    Raises:
        InputError: there is none, or it has another base or rank.
    """
    card = read_card(folder)
    adapter = load_adapter(folder)
    if (adapter.r, card["base_sha256"]) != (r or adapter.r, llm.sha256):
        raise InputError(
            f"The dreamer in {folder} has rank {adapter.r} and was trained on {card['base']}.",
            hint=f"Name one of rank {r or adapter.r} trained on {llm.name}.",
        )
    return Start(adapter, card)


def read_card(folder: Path) -> dict[str, Any]:
    """Read what a dreamer says of itself: its base, its training, its scores.

    Raises:
        InputError: the folder holds no finished dreamer.
    """
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return {"base": card["base"], "base_sha256": card["base_sha256"], **card}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} holds no finished dreamer ({CARD}: {error}).",
            hint="Name a folder that `oneiro dreamer train` or `improve` wrote.",
        ) from error


def unseen_turns(config: DreamerConfig) -> list[Told]:
    """Invent the turns that a training is scored on, of kinds that no training tells."""
    return list(invent(config.eval_turns, seed=config.seed + 1, kinds=split_kinds()[1]))


def evaluate_dreamer(llm: LLM, turns: Sequence[Told]) -> DreamerScore:
    """Let the generator dream of invented turns as at night and count what can be checked by rule.

    Does not judge meaning: a dream that copies the right name into a wrong relation counts as copied. What a rule
    states counts as read, since a night reads so; what a rule asks is no dream of the generator's.
    """
    draft = dream([told.turn for told in turns], llm, DreamConfig(), night=0, seed=0)
    full = [told for told in turns if told.facts]
    empty = {told.turn.message_id for told in turns if not told.facts}
    with_memory = {memory.message_id for memory in draft.memories}
    expected = sum(len(told.facts) for told in full)
    found = sum(
        min(len(told.facts), sum(m.message_id == told.turn.message_id for m in draft.memories)) for told in full
    )
    written = [d for d in draft.dreams if not d.by_rule]
    told_dreams = [d for d in written if d.kind != "never"]
    copied = sum(_names(d.answer) <= _words(f"{d.source} {d.question}") for d in told_dreams)
    cases = [(turn, verdict) for turn, verdicts in judge(turns, seed=0) for verdict in verdicts]
    odds = verdict_odds([verdict_chat(turn, verdict.question, verdict.answer) for turn, verdict in cases], llm)
    right = sum((o > 0) == verdict.true for o, (_, verdict) in zip(odds, cases, strict=True))
    first = sum(bool({"i", "my", "me", "mine"} & _words(d.answer.replace("told me", "told"))) for d in written)
    return DreamerScore(
        turns=len(turns),
        memories=expected,
        found=found / max(1, expected),
        spurious=len(empty & with_memory) / max(1, len(empty)),
        dreams=len(written),
        copied=copied / max(1, len(told_dreams)),
        first_person=first / max(1, len(written)),
        judged=right / max(1, len(cases)),
    )


def _words(text: str) -> set[str]:
    return {word.strip(".,!?'\"").removesuffix("'s").lower() for word in text.split()}


def _names(text: str) -> set[str]:
    """Numbers and capitalised words past the first of a sentence."""
    words = text.replace("Yes, ", "").replace("No, ", "").split()
    return _words(" ".join(w for w in words[1:] if w[0].isupper() or w[0].isdigit()))


def _train_config(config: DreamerConfig) -> TrainConfig:
    return TrainConfig(
        r=config.r,
        lora_alpha=2 * config.r,
        upper=1.0,
        learning_rate=config.learning_rate,
        warmup_steps=20,
        epochs=config.epochs,
    )
