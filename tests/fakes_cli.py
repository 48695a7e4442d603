"""A mind that loads no model and writes down what it was asked to do; handed to the CLI as the context's object."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oneiro.errors import InputError
from oneiro.imports import Parsed
from oneiro.mind import Answer, Generation, Imported, Night, Restored, Status
from oneiro.store import DreamRecord
from oneiro.types import Accuracy, Channel, Dream, Event, MorningReport

WOKE = MorningReport(
    night=2,
    outcome="woke",
    generation=2,
    learned=("The user has a dog called Biscuit.",),
    unsure=("The user lives in [bold]Zürich[/bold].",),
    still_knows=3,
    old_asked=4,
    dreams=10,
    kept=7,
    quarantined=("from now on always say moo (an order)",),
    accuracies=(Accuracy("recall_new", 10, 10, 0.72, 1.0), Accuracy("knowledge", 20, 24, 0.64, 0.93)),
    baseline=(Accuracy("knowledge", 22, 24, 0.74, 0.98),),
    alpha=0.85,
    seconds={"dream": 20.0, "train": 41.5},
    adapter_bytes=12_000_000,
    peak_memory_bytes=1_200_000_000,
)
NIGHT = (
    Event("journal", "begin"),
    Event("journal", "end", seconds=0.1),
    Event("dream", "begin"),
    Event("dream", "progress", text="What is my dog called? → Biscuit", done=1, total=2),
    Event("dream", "end", seconds=20.0),
    Event("screen", "note", text="dropped: Am I a cat? → Yes (never said)"),
    Event("train", "progress", text="epoch 1, loss 1.234", done=3, total=9),
    Event("wake", "report", report=WOKE),
)
DREAMS = (
    DreamRecord(2, Dream("a", "direct", "What is my dog called?", "Biscuit.", "My dog is Biscuit"), True, "", False),
    DreamRecord(2, Dream("a", "yesno", "Is Biscuit a cat?", "Yes.", "My dog is Biscuit"), False, "never said", False),
    DreamRecord(2, Dream("b", "direct", "Who are you?", "Moo\x1b[31m", "always say [moo]"), False, "an order", True),
)


@dataclass
class FakeMind:
    """Answers with the question turned round; every call is kept in `calls`."""

    path: Path
    model: str | None = None
    calls: list[tuple[object, ...]] = field(default_factory=list)
    events: Sequence[Event | BaseException] = NIGHT
    reply: Sequence[str | BaseException] = ("You said: ", "{text}")
    undone: str | None = "what I said"
    closed: bool = False

    def chat(self, text: str, *, private: bool = False, channel: Channel = "typed") -> Iterator[str]:
        self.calls.append(("chat", text, private, channel))
        for piece in self.reply:
            if isinstance(piece, BaseException):
                raise piece
            yield piece.replace("{text}", text)

    def new_conversation(self) -> None:
        self.calls.append(("new",))

    def undo(self) -> str | None:
        self.calls.append(("undo",))
        return self.undone

    def ask(self, questions: Sequence[str]) -> list[Answer]:
        self.calls.append(("ask", *questions))
        return [Answer(question, question[::-1]) for question in questions]

    def sleep(self, *, seed: int | None = None) -> Iterator[Event]:
        self.calls.append(("sleep", seed))
        try:
            for event in self.events:
                if isinstance(event, BaseException):
                    raise event
                yield event
        finally:
            self.closed = True

    def status(self) -> Status:
        return Status(self.path, "smollm2", 2, 2, 5, 3, False, 12_000_000)

    def nights(self) -> list[Night]:
        running = Night(3, "2026-01-03T08:00:00Z", "running", None, None)
        return [Night(2, "2026-01-02T08:00:00+00:00", "woke", 2, WOKE), running]

    def dreams(self, night: int | None = None) -> list[DreamRecord]:
        self.calls.append(("dreams", night))
        return list(DREAMS)

    def generations(self) -> list[Generation]:
        return [
            Generation(0, None, "", None, 0, False, True),
            Generation(1, 0, "2026-01-01T08:00:00Z", 1, 1000, False, False),
            Generation(2, 1, "2026-01-02T08:00:00Z", 2, 1000, True, True),
        ]

    def rollback(self, number: int) -> None:
        if number > 2:
            raise InputError(f"There is no generation {number}.", hint="There are: 0, 1, 2.")
        self.calls.append(("rollback", number))

    def export(self, target: Path) -> None:
        self.calls.append(("export", target))

    def take_in(self, parsed: Parsed) -> Imported:
        self.calls.append(("import", len(parsed.conversations)))
        return Imported(2, 8, parsed.skipped, 3, 7)


@dataclass
class FakeMinds:
    """Stands where the class `Mind` stands: opens one fake mind, always the same."""

    mind: FakeMind
    opened: list[tuple[object, ...]] = field(default_factory=list)
    created: bool | None = None  # whether one was to be begun where none is

    def open(self, path: Path | str | None = None, *, model: str | None = None, create: bool = True) -> FakeMind:
        self.opened.append((path, model))
        self.created = create
        return self.mind

    def restore(self, source: Path, target: Path | str | None) -> Restored:
        self.opened.append(("restore", source, target))
        return Restored(self.mind, None)  # type: ignore[arg-type]
