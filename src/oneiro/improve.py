"""The dream generator learns too: it is fine-tuned on those of its own dreams that did the most (rejection sampling).

In: minds with finished nights. Out: a dreamer that goes on from the one in use, and its card.

A night is an experiment on dreams. In the morning it is known which of them the screen kept, what they cost to train,
and whether the exam's held-out questions about their memory were answered right. Of the several dreams of each memory
and kind the best are chosen: the more, the better the memory was recalled; the cheapest first; in wordings that differ
from each other. The generator learns to write these from their turn, fact and wish, mixed with some of its usual
training data, so that it does not narrow.

**The adapter carries what the minds said**, as their own generations do. It belongs into a mind's folder, where that
mind dreams with it from then on; in a shared place it would tell one user's life to another.

Does *not* see: which single dream taught a memory (all of one memory's share its recall, so a short bad dream that the
screen let through is learned); leaks into unrelated stories, which no database keeps by memory: a night that leaks more
than the exam allows does not wake, and then nothing of it is chosen; memories replaced or rolled back since.

Source: "RAFT: Reward rAnked FineTuning", https://arxiv.org/abs/2304.06767, algorithm 1: sample, rank by reward,
fine-tune on the best of each prompt. Here the reward is measured on a model trained on the samples.

Run: `oneiro dreamer improve --mind DIR --out DIR/dreamer`
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from oneiro import dreamers, render
from oneiro.config import DEFAULT_MODEL, DreamerConfig, ImproveConfig
from oneiro.dream import write_question
from oneiro.dreamer import DreamerScore, evaluate_dreamer, read_start, train_dreamer, unseen_turns
from oneiro.embedded import resolve
from oneiro.errors import InputError
from oneiro.journal import read_day
from oneiro.kinds import Fact, Told
from oneiro.llm import LLM
from oneiro.reading import by_themselves
from oneiro.settings import DATABASE, read_settings
from oneiro.store import Store
from oneiro.text import similarity
from oneiro.train import Progress
from oneiro.types import Dream, DreamKind, Turn


@dataclass(frozen=True, slots=True)
class Fate:
    """A dream of a night and what it did."""

    mind: Path
    dream: Dream
    turn: Turn  # what it was dreamed of
    reason: str  # why the screen dropped it; empty when it was kept
    recall: float | None  # share of its memory's held-out questions answered right next morning; None: none was asked
    tokens: int  # of question and answer

    @property
    def trained(self) -> bool:
        """Whether its night learned its memory from it: the exam's own questions and never-told ones it did not."""
        return not self.reason and not self.dream.held_out and self.dream.kind != "never"

    @property
    def worth(self) -> float:
        """How well its memory was recalled, per trained token; 0 for what was not trained on."""
        return (self.recall or 0.0) / max(1, self.tokens) if self.trained else 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """How many dreams there were, and what became of them."""

    minds: int
    dreams: int
    kept: int  # by the screen
    chosen: int
    memories: int  # that some were chosen of


@dataclass(frozen=True, slots=True)
class Improved:
    """What an improvement learned from, and the scores on unseen kinds before and after it."""

    counts: Counts
    before: DreamerScore
    after: DreamerScore


def read_fates(mind: Path, count: Callable[[Dream], int]) -> list[Fate]:
    """Read every dream the dreamer wrote in a mind's finished nights and what it did; `count` counts its tokens.

    Raises:
        MindError: the folder is no mind.
        InputError: the mind has not slept yet.
    """
    settings = read_settings(mind)
    with closing(Store(mind / DATABASE)) as store:
        finished = [night.number for night in store.nights() if night.report]
        records = [record for number in finished for record in store.dreams(night=number)]
        recalls = {
            past.memory.id: practice.correct / practice.asked
            for past in store.memories()
            for night, practice in past.practice
            if night == past.night and practice.asked
        }
        said = read_day(store.messages(), settings.night_config().journal).turns
    if not finished:
        raise InputError(f"The mind in {mind} has no finished night.", hint=f"Run: oneiro sleep --mind {mind}")
    turns = {turn.text: turn for turn in by_themselves(said, [])}  # as the dreamer reads them, but for mended slips
    return [
        Fate(
            mind,
            r.dream,
            turns.get(r.dream.source, Turn(0, r.dream.source)),
            r.reason,
            recalls.get(r.dream.memory_id),
            count(r.dream),
        )
        for r in records
        if not r.dream.by_rule
    ]


def choose(fates: Sequence[Fate], config: ImproveConfig) -> list[Fate]:
    """Choose the best dreams of each memory and kind; of two that ask nearly the same the shorter.

    Raises:
        InputError: nothing is worth learning from.
    """
    chosen: list[Fate] = []
    for own in _by_memory(fate for fate in fates if fate.worth > 0):
        left = {kind: _quota(own[0], size, config) for kind, size in Counter(f.dream.kind for f in own).items()}
        asked: list[str] = []
        for fate in sorted(own, key=lambda fate: -fate.worth):
            question = fate.dream.question
            if left[fate.dream.kind] and all(similarity(question, other) <= config.max_similarity for other in asked):
                asked.append(question)
                left[fate.dream.kind] -= 1
                chosen.append(fate)
    if not chosen:
        raise InputError(
            f"None of these {len(fates)} dreams is worth learning from: the exam recalled no memory of theirs.",
            hint="See how the nights went with `oneiro log`, and let the minds sleep on more.",
        )
    return chosen


def _quota(fate: Fate, size: int, config: ImproveConfig) -> int:
    """How many to choose of the dreams of one memory and kind."""
    return min(config.most, max(config.least, math.ceil(config.share * (fate.recall or 0.0) * size)))


def _by_memory(fates: Iterable[Fate]) -> list[list[Fate]]:
    found: dict[tuple[Path, str], list[Fate]] = defaultdict(list)
    for fate in fates:
        found[fate.mind, fate.dream.memory_id].append(fate)
    return list(found.values())


def tell(chosen: Sequence[Fate]) -> list[Told]:
    """Put chosen dreams into the form of the training data: each memory's turn, its fact and the questions about it."""
    told = []
    for own in _by_memory(chosen):
        questions: tuple[tuple[DreamKind, str, str], ...] = tuple(
            (fate.dream.kind, fate.dream.question, fate.dream.answer) for fate in own
        )
        told.append(Told(own[0].turn, (Fact(own[0].dream.statement, questions),), ("dreamed",)))
    return told


def dreamer_of(minds: Sequence[Path]) -> Path:
    """Find the dreamer that all these minds dream with.

    Raises:
        InputError: no mind is named, or they dream with different ones.
    """
    found = sorted({dreamers.folder_for(_base_of(mind), mind) for mind in minds})
    if not found:
        raise InputError("No mind is named.", hint="Name one that has slept with --mind DIR.")
    if len(found) > 1:
        raise InputError(
            f"These minds dream with different dreamers: {', '.join(map(str, found))}.",
            hint="Name the one to go on from with --from DIR.",
        )
    return found[0]


def _base_of(mind: Path) -> str:
    settings = read_settings(mind)
    return settings.sha256 or resolve(settings.model).sha256


def improve(
    llm: LLM,
    minds: Sequence[Path],
    out: Path,
    config: ImproveConfig,
    *,
    start: Path,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> Improved:
    """Fine-tune the dreamer in `start`, whose base is `llm`, on the best dreams of these minds; write it to `out`.

    Goes on from a checkpoint as `train_dreamer` does.

    Raises:
        MindError: one of the folders is no mind.
        InputError: a mind has not slept or cannot dream with this dreamer, nothing is worth learning from, or `start`
            is no dreamer of this base.
    """
    minds = list(dict.fromkeys(mind.resolve() for mind in minds))
    first = read_start(start, llm)
    for mind in minds:
        if llm.name != DEFAULT_MODEL and llm.sha256 != _base_of(mind):
            raise InputError(
                f"The mind in {mind} grew on another base than {llm.name}, which the dreamer in {start} belongs to.",
                hint=f"Name a dreamer of its own base, or of {DEFAULT_MODEL}, with --from DIR.",
            )
    fates = [fate for mind in minds for fate in read_fates(mind, lambda dream: trained_tokens(llm, dream))]
    chosen = choose(fates, config)
    told = tell(chosen)
    counts = Counts(len(minds), len(fates), sum(not fate.reason for fate in fates), len(chosen), len(told))
    training = _as_training(config, r=first.adapter.r)
    with llm.folded(first.adapter):
        before = evaluate_dreamer(llm, unseen_turns(training))
    about = {"improved": {"config": asdict(config), **asdict(counts), "score_before": asdict(before)}}
    after = train_dreamer(llm, out, training, start=start, dreamed=told, about=about, watch=watch)
    return Improved(counts, before, after)


def trained_tokens(llm: LLM, dream: Dream) -> int:
    """Count the tokens of question and answer: the template around them is the same for all, and computed once."""
    return len(render.answer_ids(llm.tokenizer, write_question(dream.question, dream.answer), llm.end_id))


def _as_training(config: ImproveConfig, *, r: int) -> DreamerConfig:
    """Describe the usual training that is mixed in."""
    return DreamerConfig(
        seed=config.seed,
        turns=config.replay,
        read_turns=config.replay,
        read_by_hand=0,
        dreamt_by_hand=0,
        judged=config.judged,
        eval_turns=config.eval_turns,
        recognised=config.recognised,
        r=r,
        learning_rate=config.learning_rate,
        epochs=config.epochs,
        groups_per_step=config.groups_per_step,
        save_every=config.save_every,
    )
