"""The frozen records that pass between the stages of a night.

Every stage is a function from these records to these records. They are saved as JSON under the night's
id before the next stage begins, so they hold plain values only.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

Role = Literal["system", "user", "assistant"]
Channel = Literal["typed", "pasted", "file", "api"]
REMEMBERED: tuple[Channel, ...] = ("typed", "api", "file")  # what was pasted is somebody else's
DreamKind = Literal["direct", "reverse", "yesno", "indirect", "change", "never"]
StageName = Literal["journal", "dream", "screen", "rehearse", "mixture", "train", "merge", "exam", "wake"]

STAGES: tuple[StageName, ...] = (
    "journal",
    "dream",
    "screen",
    "rehearse",
    "mixture",
    "train",
    "merge",
    "exam",
    "wake",
)


class ChatMessage(NamedTuple):
    """One line of a chat as the model sees it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Message:
    """One journalled line: who said it, when (UTC, ISO 8601) and how it came."""

    id: int
    conversation: int
    role: Role
    content: str
    created_at: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class Turn:
    """What the user said in one message, with the line before it, made ready for dreaming."""

    message_id: int
    text: str
    before: str = ""  # the assistant's line just before, if any
    channel: Channel = "typed"


@dataclass(frozen=True, slots=True)
class Journal:
    """Output of the journal stage: the day's user turns up to and including one message."""

    upto: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """A fact about the user, as the dream generator or the user put it, with the words it came from."""

    id: str
    statement: str
    source: str
    message_id: int


BY_RULE = 1.0  # the confidence of a dream made by rule: surer than any log-probability


@dataclass(frozen=True, slots=True)
class Dream:
    """A synthetic training example: a question the user may ask and its answer."""

    memory_id: str
    kind: DreamKind
    question: str
    answer: str
    source: str
    statement: str = ""
    held_out: bool = False  # kept aside for the exam, never trained on
    confidence: float = 0.0  # how sure the dreamer was of the answer, nats per token (`dream.py`)
    belief: float | None = None  # log-odds that it is true, where the dreamer judged it afterwards

    @property
    def by_rule(self) -> bool:
        """Whether a rule made it of its memory's statement (`asking/`): no log-probability is above 0."""
        return self.confidence > 0


@dataclass(frozen=True, slots=True)
class DreamDraft:
    """Output of the dream stage."""

    memories: tuple[Memory, ...]
    dreams: tuple[Dream, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A dream the screen refused, and why, in words a person can read."""

    dream: Dream
    reason: str
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class Screened:
    """Output of the screen stage."""

    memories: tuple[Memory, ...]
    kept: tuple[Dream, ...]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A general prompt and the answer the frozen base itself wrote (grounding)."""

    kind: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Output of the rehearse stage: old dreams that are due, and which anchors to ground on."""

    dreams: tuple[Dream, ...]
    anchors: tuple[Anchor, ...]


ExampleGroup = Literal[
    "dream", "replay", "summary", "never", "mirror", "side", "grounding", "safety", "alarming", "identity"
]


@dataclass(frozen=True, slots=True)
class Example:
    """One training example; `leash` asks for KL instead of labels.

    `memory_id` is empty for anchors, and for what is of no memory or of several.
    """

    group: ExampleGroup
    question: str
    answer: str
    memory_id: str = ""
    leash: bool = False
    before: tuple[ChatMessage, ...] = ()  # of the same chat, ahead of the question


@dataclass(frozen=True, slots=True)
class Mixture:
    """Output of the mixture stage: examples in training order, with a hash of their content."""

    examples: tuple[Example, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Trained:
    """Output of the train stage: where tonight's adapter lies and how training went."""

    adapter: str  # file name within the night's folder
    losses: tuple[float, ...]  # mean loss per epoch, nats per answer token
    tokens: int  # answer and prompt tokens computed, prefix counted once per batch
    learned: tuple[str, ...]  # memories that rested at the end because they were mastered
    epochs: int


@dataclass(frozen=True, slots=True)
class Merged:
    """Output of the merge stage: the candidate's folder and how much of the exact sum rank r kept."""

    adapter: str
    alpha: float
    r: int
    kept_energy: float  # share of squared singular values that survived the truncation


@dataclass(frozen=True, slots=True)
class Sample:
    """One exam question. `answers`: any of them counts; `wrong`: none may appear.

    `denied`: the memory is of what is not so, and an answer that says it is so does not count.
    """

    battery: str
    question: str
    answers: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    memory_id: str = ""
    messages: tuple[ChatMessage, ...] = ()
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """One answered exam question."""

    sample: Sample
    answer: str
    correct: bool
    sure: float | None = None  # mean log-probability of the answer, nats a token; None where it is not known


@dataclass(frozen=True, slots=True)
class Accuracy:
    """k right of n with its 95% Wilson interval."""

    battery: str
    k: int
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Examined:
    """Output of the exam stage: the verdict on the last dose that was tried."""

    passed: bool
    merged: Merged  # the candidate of that dose
    reasons: tuple[str, ...]  # against every dose that was refused
    accuracies: tuple[Accuracy, ...]
    baseline: tuple[Accuracy, ...]  # generation 0 on the same questions
    scores: tuple[Score, ...]
    least_sure: float | None = None  # what is answered about the user with less, nats a token, is withheld (`doubt.py`)


@dataclass(frozen=True, slots=True)
class MorningReport:
    """What the user is told after a night."""

    night: int
    outcome: Literal["woke", "rejected", "dreamless"]
    generation: int
    learned: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    still_knows: int = 0
    old_asked: int = 0
    dreams: int = 0
    kept: int = 0
    quarantined: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    accuracies: tuple[Accuracy, ...] = ()
    baseline: tuple[Accuracy, ...] = ()
    alpha: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    adapter_bytes: int = 0
    peak_memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something a watcher of the night may show: a stage begins, advances or ends."""

    stage: StageName
    kind: Literal["begin", "progress", "note", "end", "report", "busy", "error"]
    text: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    report: MorningReport | None = None


class Sampling(NamedTuple):
    """How to write: greedy when `temperature` is 0. `max_new_tokens` is counted in tokens."""

    max_new_tokens: int = 48
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


class Completion(NamedTuple):
    """A generated text and its mean log-probability (nats per token) under the sampling model, whole and by line.

    The end token counts as one of the last line.
    """

    text: str
    mean_logprob: float
    line_logprobs: tuple[float, ...] = ()


class Piece(NamedTuple):
    """A token's part of a text, empty where whole characters are not there yet, and its log-probability."""

    text: str
    logprob: float


class Writer(Protocol):
    """What the stages ask of a language model; tests pass a scripted one."""

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        """Answer each chat on its own, in one batch; words of the assistant at its end open the answer."""
        ...

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        """Return the mean log-probability (nats per token) of each answer after its chat."""
        ...
