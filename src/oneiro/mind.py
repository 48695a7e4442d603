"""A mind on disk: chat with it, let it sleep, ask it, go back. What users of the library import.

    from oneiro import Mind

    with Mind.open("minds/ada") as mind:
        print("".join(mind.chat("My dog is called Biscuit.")))
        for event in mind.sleep():
            print(event.stage, event.text)
        print(mind.ask(["What is my dog's name?"]))

A mind is one folder: `mind.toml`, `mind.db`, `generations/`. Opening it loads no model; the first word to it does.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import platformdirs

from oneiro import asleep, generations, imports
from oneiro.config import CHAT_MAX_NEW_TOKENS, DEFAULT_MODEL
from oneiro.embedded import is_folder, resolve
from oneiro.errors import InputError, MindError
from oneiro.settings import (
    DATABASE,
    DREAMER,
    LOCK,
    LOG,
    SETTINGS,
    Settings,
    grow_on,
    note_base,
    read_settings,
    write_settings,
)
from oneiro.store import DreamRecord, Store
from oneiro.text import utf8
from oneiro.types import Channel, ChatMessage, Event, Message, MorningReport

if TYPE_CHECKING:
    from oneiro.awake import Awake


_OWNER_ONLY = 0o700  # mode of a mind's folder: what it holds was told in confidence


class Answer(NamedTuple):
    """A question and what the mind said."""

    question: str
    answer: str


class Imported(NamedTuple):
    """What an import brought in and left out, how many conversations were there already, how many messages wait."""

    conversations: int
    messages: int
    skipped: list[str]
    known: int
    waiting: int


class Restored(NamedTuple):
    """A mind brought back, and where the one that was there before has gone."""

    mind: "Mind"
    aside: Path | None


@dataclass(frozen=True, slots=True)
class Status:
    """A mind at a glance."""

    path: Path
    model: str
    generation: int
    nights: int
    memories: int
    waiting: int
    asleep: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Night:
    """A night in the log."""

    number: int
    started_at: str
    outcome: str
    generation: int | None
    report: MorningReport | None


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation on disk; number 0 is the base as it came."""

    number: int
    parent: int | None
    created_at: str
    night: int | None
    size_bytes: int
    active: bool
    intact: bool


def folder_of(named: Path | str | None) -> Path:
    """The folder of a mind; where none is named, that of `ONEIRO_HOME`, else one among the user's data.

    Raises:
        InputError: the name is empty, or begins with a "~" of nobody.
    """
    if named == "":
        raise InputError("The name of the mind's folder is empty.", hint="Leave --mind out, or name a folder.")
    home = named or os.environ.get("ONEIRO_HOME")
    try:
        return Path(home).expanduser() if home else Path(platformdirs.user_data_dir("oneiro")) / "minds" / "default"
    except RuntimeError as error:
        raise InputError(f"There is no home folder for {home}.", hint="Name the folder in full.") from error


def occupied(folder: Path) -> bool:
    """Say whether something is there already: a file, or a folder that is not empty."""
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


class Mind:
    """One user's model and everything it has become."""

    def __init__(self, path: Path, settings: Settings, store: Store) -> None:
        self.path = path
        self._settings = settings
        self._store = store
        self._awake: Awake | None = None
        self._conversation: int | None = None
        self._context: list[ChatMessage] = []
        self._private: list[bool] = []  # of each exchange in the context

    @classmethod
    def open(cls, path: Path | str | None = None, *, model: str | None = None, create: bool = True) -> "Mind":
        """Open a mind, or begin one where there is nothing yet; loads no model.

        Raises:
            MindError: the folder holds other things, or is damaged; without `create`: there is no mind.
            InputError: `model` is not the one this mind grew on.
            BaseModelError: `model` cannot be found; nothing is begun.
        """
        folder = folder_of(path)
        if not (folder / SETTINGS).exists():
            if occupied(folder):
                raise MindError(f"{folder} is no mind: it has no {SETTINGS}.", hint="Name another folder with --mind.")
            if not create:
                hint = "Begin one with `oneiro chat`, or name another folder with --mind."
                raise MindError(f"There is no mind in {folder} yet.", hint=hint)
            settings = _on(model, Settings(DEFAULT_MODEL), folder)
            folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            write_settings(folder, settings)
        found = read_settings(folder)
        if (folder / "generations").exists() and not (folder / DATABASE).exists():
            raise MindError(
                f"The mind in {folder} has generations but its database {DATABASE} is gone.",
                hint="Restore a copy with: oneiro restore DIR",
            )
        settings = _on(model, found, folder)
        if settings != found:
            note_base(folder, settings)
        return cls(folder, settings, Store(folder / DATABASE))

    def close(self) -> None:
        """Let go of the model and close the database; `with Mind.open(...) as mind:` does so at the end."""
        self._awake = None
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- awake ----------------------------------------------------------------------------------------

    def chat(
        self,
        text: str,
        *,
        private: bool = False,
        channel: Channel = "typed",
        max_new_tokens: int = CHAT_MAX_NEW_TOKENS,
    ) -> Iterator[str]:
        """Say something and stream the reply; nothing happens until that is iterated over.

        The line is on disk before the model is asked. A private line is never journalled, nor its reply. After private
        lines an ordinary one begins a new conversation, since its reply could tell what was said in private.

        Raises:
            InputError: the message is empty or longer than the model can read; nothing was saved.
        """
        if not text.strip():
            raise InputError("The message is empty.", hint="Say something.")
        text = utf8(text)
        awake = self._ready()
        awake.check_length(text)
        if any(self._private) and not private:
            self.new_conversation()
        if not private:
            self._journal("user", text, channel)
        context = self._context  # another one has begun if this reply is left for a new conversation
        context.append(ChatMessage("user", text))
        self._private.append(private)
        said: list[str] = []
        try:
            for piece in awake.reply(context, max_new_tokens=max_new_tokens):
                said.append(piece)
                yield piece
        finally:  # also when the listener went away: what was heard is what was said
            reply = "".join(said).strip()
            context.append(ChatMessage("assistant", reply))
            if not private and reply:
                self._journal("assistant", reply, "typed")

    def new_conversation(self) -> None:
        """Empty the context; what was said stays in the journal."""
        self._conversation = None
        self._context = []
        self._private = []

    def undo(self) -> str | None:
        """Take back the last exchange and return what was said; None when there is none.

        While nothing has been said yet in this conversation, it is the newest of any that no night has read.

        Raises:
            MindBusyError: a night is reading it.
            InputError: a night has read it.
        """
        if any(self._private[-1:]):
            said = self._context[-2].content
        else:
            with asleep.alone(self.path):
                said = self._store.undo(self._conversation if self._context else None)
            if self._context and said is None:
                hint = "To unlearn it, wake the generation before it: `oneiro rollback N`."
                raise InputError("A night has read this already; it cannot be taken back.", hint=hint)
        self._context = self._context[:-2]
        self._private = self._private[:-1]
        return said

    def ask(self, questions: Sequence[str]) -> list[Answer]:
        """Answer questions, each with an empty context, greedily and in one batch; nothing is journalled.

        Raises:
            InputError: there is no question, or one is empty or longer than the model can read.
        """
        asked = [utf8(question) for question in ([questions] if isinstance(questions, str) else questions)]
        if not asked or not all(question.strip() for question in asked):
            raise InputError("There is an empty question, or none.", hint='Ask one: oneiro ask "What is my name?"')
        awake = self._ready()
        for question in asked:
            awake.check_length(question)
        return [Answer(q, a) for q, a in zip(asked, awake.answer(asked), strict=True)]

    def _ready(self) -> "Awake":
        """Load the model on first use, and wake the newest generation; a new one starts with an empty context."""
        if self._awake is None:
            from oneiro.awake import Awake  # noqa: PLC0415 - torch costs seconds; `status` must not pay for it

            base = resolve(read_settings(self.path).model)  # as the file is now
            grow_on(self.path, base.sha256)
            self._awake = Awake(self.path, base)
        if self._awake.wake(self._store.active_generation()):
            self.new_conversation()
        return self._awake

    def _journal(self, role: str, text: str, channel: Channel) -> None:
        if self._conversation is None:
            self._conversation = self._store.new_conversation()
        self._store.add_message(self._conversation, "user" if role == "user" else "assistant", text, channel=channel)

    # ---- asleep ---------------------------------------------------------------------------------------

    def sleep(self, *, seed: int | None = None) -> Iterator[Event]:
        """Sleep one night in a process of its own; the last event carries the morning report.

        The night begins when the events are iterated over. Leaving them early, or Ctrl-C, stops it; yesterday's
        generation stays active.

        Raises:
            MindBusyError: another sleep is under way.
            NightError: the night broke off; yesterday's generation stays active.
        """
        self._settings.night_config(seed)  # a wrong setting is said before a process starts
        return asleep.sleep(self.path, seed)

    # ---- looking back ---------------------------------------------------------------------------------

    def history(self) -> list[Message]:
        """Everything that was said and journalled, oldest first."""
        return self._store.messages()

    def status(self) -> Status:
        """The mind at a glance."""
        return Status(
            path=self.path,
            model=self._settings.model,
            generation=self._store.active_generation(),
            nights=len([n for n in self._store.nights() if n.outcome == "woke"]),
            memories=len(self._store.memories()),
            waiting=self._store.waiting(),
            asleep=asleep.is_asleep(self.path),
            size_bytes=sum(f.stat().st_size for f in self.path.rglob("*") if f.is_file()),
        )

    def nights(self) -> list[Night]:
        """All nights, oldest first; one that was killed reads "interrupted"."""
        sleeping = asleep.is_asleep(self.path)
        return [
            Night(
                n.number,
                n.started_at,
                "interrupted" if n.outcome == "running" and not sleeping else n.outcome,
                n.generation,
                n.report,
            )
            for n in self._store.nights()
        ]

    def dreams(self, night: int | None = None) -> list[DreamRecord]:
        """The dreams of a night, kept and dropped, memory by memory; of the last finished night when none is named.

        Raises:
            InputError: there was no such night.
        """
        finished = [n.number for n in self._store.nights() if n.report]
        if night is None and not finished:
            return []
        if night is not None and night not in finished:
            raise InputError(f"There is no finished night {night}.", hint="See `oneiro log`.")
        records = self._store.dreams(night=night if night is not None else finished[-1])
        first = {record.dream.memory_id: place for place, record in reversed(list(enumerate(records)))}
        return sorted(records, key=lambda record: first[record.dream.memory_id])

    def generations(self) -> list[Generation]:
        """All generations, the base as it came (0) first."""
        active = self._store.active_generation()
        found = [Generation(0, None, "", None, 0, active == 0, intact=True)]
        for row in self._store.generations():
            size = generations.size_bytes(self.path, row.number)
            found.append(
                Generation(
                    row.number,
                    row.parent,
                    row.created_at,
                    row.night,
                    size,
                    active == row.number,
                    self._intact(row.number),
                )
            )
        return found

    def _intact(self, number: int) -> bool:
        try:
            generations.check(self.path, number)
        except MindError:
            return False
        return True

    def rollback(self, number: int) -> None:
        """Wake an earlier (or later) generation; nothing is deleted.

        Raises:
            InputError: there is no such generation.
            MindError: its files are damaged.
        """
        with asleep.alone(self.path):
            known = [0, *(g.number for g in self._store.generations())]
            if number not in known:
                raise InputError(f"There is no generation {number}.", hint=f"There are: {', '.join(map(str, known))}.")
            if number:
                generations.check(self.path, number)
            self._store.set_active(number)

    # ---- moving ---------------------------------------------------------------------------------------

    def import_file(self, file: Path, *, skip_bad: bool = False) -> Imported:
        """Journal the chats of a file; the next night reads them. All or nothing.

        Raises:
            InputError: the file is unreadable, or broken and `skip_bad` is not set.
        """
        return self.take_in(imports.read_file(Path(file), skip_bad=skip_bad))

    def take_in(self, parsed: imports.Parsed) -> Imported:
        """Journal what was read from a file, but for conversations that are there already."""
        new = self._store.unknown(parsed.conversations)
        lines = self._store.import_conversations(new)
        known = len(parsed.conversations) - len(new)
        return Imported(len(new), lines, parsed.skipped, known, self._store.waiting())

    def export(self, target: Path) -> None:
        """Copy the mind to a new folder.

        Raises:
            InputError: the folder exists and is not empty, or lies in the mind's own.
        """
        target = Path(target)
        if occupied(target):
            raise InputError(f"{target} is not empty.", hint="Name a new folder.")
        _check_apart(self.path, target)
        with asleep.alone(self.path):
            target.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            self._store.backup(target / DATABASE)
            if (self.path / "generations").exists():
                shutil.copytree(self.path / "generations", target / "generations")
            if (self.path / DREAMER).exists():
                shutil.copytree(self.path / DREAMER, target / DREAMER)
            shutil.copy2(self.path / SETTINGS, target / SETTINGS)  # last: with it the copy is a mind

    @staticmethod
    def restore(source: Path, target: Path | str | None) -> Restored:
        """Make a mind from an exported folder, after checking it; a mind already there is moved aside, not lost.

        Raises:
            InputError: one of the two folders lies in the other, or other things than a mind are in the target.
            MindError: the source is no whole mind.
            MindBusyError: the mind already there is asleep.
        """
        source, target = Path(source), folder_of(target).resolve()
        if not (source / SETTINGS).exists():
            raise MindError(
                f"{source} is no mind: it has no {SETTINGS}.", hint="Restore from a folder made by `oneiro export`."
            )
        _check_apart(source, target)
        there = (target / SETTINGS).exists()
        if occupied(target) and not there:
            raise InputError(f"{target} is not empty and no mind.", hint="Name another folder with --mind.")
        copy = target.with_name(f"{target.name}.restoring")
        shutil.rmtree(copy, ignore_errors=True)  # left by one that was stopped
        aside = None
        try:
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("nights", LOCK, LOG))
            copy.chmod(_OWNER_ONLY)
            _check_copy(copy, source)
            with asleep.alone(target) if there else nullcontext():
                if there:
                    aside = _beside(target)
                    target.rename(aside)
                copy.rename(target)
        except BaseException:
            if aside and aside.exists() and not target.exists():
                aside.rename(target)
            shutil.rmtree(copy, ignore_errors=True)
            raise
        return Restored(Mind.open(target), aside)


def _check_apart(one: Path, other: Path) -> None:
    """Refuse to copy a folder into itself."""
    a, b = one.resolve(), other.resolve()
    if a == b or a in b.parents or b in a.parents:
        raise InputError(f"{one} and {other} are one folder, or one lies in the other.", hint="Name another folder.")


def _check_copy(copy: Path, source: Path) -> None:
    """Refuse what was copied from a mind whose active generation is not whole."""
    mind = Mind.open(copy, create=False)
    mind._store.abandon_unfinished()  # its files were left behind
    damaged = [g.number for g in mind.generations() if g.active and not g.intact]
    mind.close()
    if damaged:
        raise MindError(f"Generation {damaged[0]} in {source} is damaged.", hint="Restore from another copy.")


def _beside(folder: Path) -> Path:
    """A name that is free for a folder to be moved aside to."""
    number = 1
    while (aside := folder.with_name(f"{folder.name}.before-restore-{number}")).exists():
        number += 1
    return aside


def _on(model: str | None, settings: Settings, folder: Path) -> Settings:
    """Settings with the base that was asked for; another one can be named until its weights are first loaded.

    Raises:
        InputError: the mind has grown on another base.
        BaseModelError: the base that it is to grow on cannot be found.
    """
    if model is None or _model_name(model) == settings.model:
        return settings
    if settings.sha256:
        raise InputError(
            f"The mind in {folder} grew on {settings.model}, not on {model}.",
            hint="Leave --model out, or begin another mind with --mind.",
        )
    resolve(model)
    return replace(settings, model=_model_name(model))


def _model_name(model: str) -> str:
    """A folder is remembered by its absolute path; one that has the default base's name is not meant."""
    return str(Path(model).resolve()) if model != DEFAULT_MODEL and is_folder(model) else model
