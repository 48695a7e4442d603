"""Recognises whether an answer is what a question asks for: the dream generator's own states, read by one linear layer.

To know something is one thing, to see that *this* is asked for another. The dream generator learned to write the
questions that a fact answers. While it reads an answer, and after it the question, as if it were writing that, the
states of the question's tokens two thirds of the way up tell whether the two belong together. A logistic regression
on their mean reads it out: a few kilobytes beside the adapter, a forward pass without its upper third and its head.

It learns from the questions written by hand (`dreams_by_hand.toml`): each with the statement that answers it, and with
two that do not, of which one sounds most like the right one, or is told by the same turn.

Source: linear classifiers on hidden states (Alain and Bengio, 2016, https://arxiv.org/abs/1610.01644); negatives that
are hard to tell from the right passage (Karpukhin et al., 2020, https://arxiv.org/abs/2004.04906).

Does *not* see: whether an answer is true. "You have never worn glasses." is what "Since when have I worn glasses?" asks
for, told or not.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch.nn.functional import binary_cross_entropy_with_logits

from oneiro.asking.clauses import told_back
from oneiro.config import RecogniserConfig
from oneiro.dream import Wish, dream_chat
from oneiro.errors import MindError
from oneiro.kinds import Told
from oneiro.llm import LLM
from oneiro.text import content_words, stems, words
from oneiro.types import ChatMessage, Turn

FILE = "recogniser.safetensors"
_NEAREST = 6  # of others that sound most like the right one, the ones that one is drawn from
_AMONG = 400  # others looked at for each question
_STEPS = 200  # of the regression, at most
_HELD_OUT = 8  # every eighth turn is kept for scoring
_CHUNK = 96  # pairs read between two reports of progress


class Recognises(Protocol):
    """Whoever can tell whether answers are what is asked for."""

    def fits(self, questions: Sequence[str], answers: Sequence[str]) -> list[float]:
        """The log-odds that each answer is what its question asks for."""
        ...


class Pair(NamedTuple):
    """A question, an answer, and whether that is what is asked for; `turn` tells it."""

    question: str
    answer: str
    fits: bool
    turn: int


@dataclass(frozen=True)
class Readout:
    """The linear layer: weight (D,) and bias on the mean state after `depth` layers."""

    weight: torch.Tensor
    bias: float
    depth: int


@dataclass(frozen=True)
class RecogniserScore:
    """How well a dream generator recognises what is asked."""

    pairs: int  # of a question and an answer it learned from
    unseen: int  # of those, kept for the score until it learned from them all
    area_under_curve: float  # how often, of those, a right pair scores above a wrong one


class Recogniser:
    """Reads questions after answers with a dream generator, and tells from its states whether they belong together."""

    def __init__(self, reader: LLM, readout: Readout) -> None:
        self._reader = reader
        self._readout = readout

    def fits(self, questions: Sequence[str], answers: Sequence[str]) -> list[float]:
        """The log-odds that each answer is what its question asks for."""
        if not questions:
            return []
        states = _states(self._reader, questions, answers, self._readout.depth)
        return (states @ self._readout.weight + self._readout.bias).tolist()


def train_recogniser(
    reader: LLM,
    told: Sequence[Told],
    config: RecogniserConfig,
    *,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Readout, RecogniserScore]:
    """Learn to read a dream generator's states; `reader` is its base with the adapter, `told` turns with questions."""
    pairs = make_pairs(told, config.questions, seed=config.seed)
    depth = max(1, round(config.depth * len(reader.layers)))
    read = []
    parts = [pairs[start : start + _CHUNK] for start in range(0, len(pairs), _CHUNK)]
    for step, part in enumerate(parts, start=1):
        read.append(_states(reader, [pair.question for pair in part], [pair.answer for pair in part], depth))
        watch(step, len(parts))
    states, fits = torch.cat(read), torch.tensor([float(pair.fits) for pair in pairs])
    unseen = torch.tensor([pair.turn % _HELD_OUT == 0 for pair in pairs])
    weight, bias = _fit(states[~unseen], fits[~unseen], config)
    area = _area(states[unseen] @ weight + bias, fits[unseen])
    weight, bias = _fit(states, fits, config)
    return Readout(weight, bias, depth), RecogniserScore(len(pairs), int(unseen.sum()), round(area, 4))


def make_pairs(told: Sequence[Told], questions: int, *, seed: int) -> list[Pair]:
    """Draw so many questions, each with the statement that answers it and two of others that do not."""
    rng = random.Random(seed)
    statements = list(_statements(told))
    asked = [(own, q, a) for own in statements for kind, q, a in own.questions if kind != "never"]
    pairs = []
    for own, question, answer in rng.sample(asked, min(questions, len(asked))):
        others = [o for o in rng.sample(statements, min(_AMONG, len(statements))) if not _may_fit(o, own)]
        alike = sorted(others, key=lambda other: _similarity(other, own))[-_NEAREST:]
        meant = stems(question)
        worded = sorted(others, key=lambda other: len(other.stems & meant))[-_NEAREST:]
        new = content_words(answer) - content_words(question)
        beside = [o for o in statements if o.turn == own.turn and o is not own and not new <= o.content]
        pairs.append(Pair(question, own.told, True, own.turn))
        for wrong in (alike, (rng.random() < 0.5 and beside) or worded):
            if wrong:
                pairs.append(Pair(question, rng.choice(wrong).told, False, own.turn))
    return pairs


def save_readout(readout: Readout, folder: Path) -> None:
    """Write it beside the dream generator's adapter."""
    tensors = {"weight": readout.weight.float().contiguous(), "bias": torch.tensor([readout.bias])}
    save_file(tensors, folder / FILE, metadata={"depth": str(readout.depth)})


def load_readout(folder: Path) -> Readout | None:
    """Read it; None where a dream generator has none.

    Raises:
        MindError: the file is damaged.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            depth = int(file.metadata()["depth"])
            weight = file.get_tensor("weight").clone()  # the file may be replaced while it is open
            return Readout(weight, float(file.get_tensor("bias")), depth)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise MindError(
            f"{path} cannot be read ({error}).", hint="Make it again with: oneiro dreamer recognise"
        ) from error


class _Statement(NamedTuple):
    """What a turn tells, told back to its user, with what is asked of it; and its words, all, of content, and stems."""

    told: str
    questions: Sequence[tuple[str, str, str]]
    turn: int
    words: list[str]
    content: set[str]
    stems: set[str]


def _statements(told: Sequence[Told]) -> Iterator[_Statement]:
    for number, turn in enumerate(told):
        for fact in turn.facts:
            said = told_back(fact.statement)
            if said:
                yield _Statement(said, fact.questions, number, words(said), content_words(said), stems(said))


def _may_fit(other: _Statement, own: _Statement) -> bool:
    """Say whether another's statement could answer what is asked of one: it is of the same turn, or begins alike.

    "Your brother sells shoes." is an answer to what is asked of somebody else's brother who sells pickles.
    """
    if other.turn == own.turn:
        return True
    if other.words[:1] == own.words[:1] == ["your"]:
        return other.words[:3] == own.words[:3]
    return other.words[:2] == own.words[:2] and bool(other.content & own.content)


def _similarity(one: _Statement, other: _Statement) -> float:
    """Jaccard overlap of their words."""
    a, b = set(one.words), set(other.words)
    return len(a & b) / len(a | b)


def _asking(answer: str) -> list[ChatMessage]:
    """Ask the dream generator for a question that an answer answers."""
    return dream_chat(Turn(0, answer), answer, Wish("direct"))


def _states(reader: LLM, questions: Sequence[str], answers: Sequence[str], depth: int) -> torch.Tensor:
    return reader.states([_asking(answer) for answer in answers], list(questions), depth=depth)


def _fit(states: torch.Tensor, fits: torch.Tensor, config: RecogniserConfig) -> tuple[torch.Tensor, float]:
    """Logistic regression with an L2 penalty on standardised states; right and wrong weigh the same."""
    middle, spread = states.mean(0), states.std(0) + 1e-3
    scaled = (states - middle) / spread
    balance = torch.where(fits == 1, 1.0, fits.sum() / (1 - fits).sum())
    weight = torch.zeros(states.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        found = binary_cross_entropy_with_logits(scaled @ weight + bias, fits, weight=balance)
        found = found + config.penalty * weight.square().sum()
        found.backward()
        return found

    optimizer.step(loss)  # pyright: ignore[reportArgumentType] - a tensor is what torch wants
    own = weight.detach() / spread
    return own, float(bias.detach() - middle @ own)


def _area(scores: torch.Tensor, fits: torch.Tensor) -> float:
    """Area under the curve: how often a right pair scores above a wrong one."""
    right, wrong = scores[fits == 1], scores[fits == 0]
    return float((right[:, None] > wrong[None]).float().mean())
