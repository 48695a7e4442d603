"""The mind's database: what was said, dreamed and learned, and which generation is awake.

SQLite in WAL mode with synchronous=FULL: a message that was acknowledged is on disk (promise P1). Waking is one
transaction in `finish_night`: before it nothing changed, after it everything did (P3).
"""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from oneiro.errors import MindError
from oneiro.migrations import MIGRATIONS, migrate
from oneiro.records import from_json, to_json
from oneiro.text import utf8
from oneiro.types import REMEMBERED, Channel, Dream, Dropped, Memory, Message, MorningReport, Role, Screened, StageName

Line = tuple[Role, str, str]  # role, content, created_at
_SHARED_MEMORY_BYTES = 1 << 16  # twice the index that WAL keeps in a file beside the database


@dataclass(frozen=True, slots=True)
class NightRow:
    """A night as the database knows it."""

    number: int
    started_at: str
    outcome: str
    upto: int
    seed: int
    config: str
    generation: int | None
    report: MorningReport | None


@dataclass(frozen=True, slots=True)
class StageRow:
    """A finished stage: its output as JSON, and how long it took."""

    output: str
    seconds: float


@dataclass(frozen=True, slots=True)
class GenerationRow:
    """A woken generation; number 0, the base as it came, has no row."""

    number: int
    parent: int
    night: int
    created_at: str


@dataclass(frozen=True, slots=True)
class DreamRecord:
    """A dream of a night and what became of it."""

    night: int
    dream: Dream
    kept: bool
    reason: str
    quarantined: bool


@dataclass(frozen=True, slots=True)
class Practice:
    """How one memory fared in one night."""

    memory_id: str
    rehearsed: bool
    asked: int
    correct: int


@dataclass(frozen=True, slots=True)
class PastMemory:
    """A memory of an earlier night with its history of practice, oldest first."""

    memory: Memory
    night: int
    practice: tuple[tuple[int, Practice], ...]


def now() -> str:
    """The time, UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def lacks_room(error: sqlite3.Error, *, free_bytes: int) -> bool:
    """Say whether an input/output error means a full disk: SQLite cannot make its shared-memory file there."""
    return "disk I/O error" in str(error) and free_bytes < _SHARED_MEMORY_BYTES


def _create_private(path: Path) -> None:
    """Make a database's file for its owner only; SQLite gives what it lays beside it the same mode."""
    with suppress(OSError):  # SQLite says what stands in the way
        path.touch(mode=0o600)


class Store:
    """One open database. Not for use by several threads."""

    def __init__(self, path: Path) -> None:
        """Open or create the database and bring its schema up to date.

        Raises:
            MindError: the file is damaged, cannot be written to, or is newer than this version of Oneiro.
        """
        self.path = path
        _create_private(path)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
            # Damaged text is shown with marks where it is broken rather than lost whole.
            self._db.text_factory = lambda raw: raw.decode("utf-8", "replace")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA foreign_keys=ON")
            checked = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if checked != "ok":
                raise self._damaged(checked)
            migrate(self._db)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and any(w in str(error) for w in ("full", "locked")):
                raise  # no damage: the disk has no room, or another process is writing
            if lacks_room(error, free_bytes=shutil.disk_usage(path.parent).free):
                raise sqlite3.OperationalError("database or disk is full") from error
            if any(words in str(error) for words in ("unable to open", "readonly")):
                raise MindError(
                    f"The database {path} cannot be opened for writing.", hint="Check its owner and permissions."
                ) from error
            raise self._damaged(str(error)) from error
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise MindError(f"{path} was written by a newer Oneiro (schema {version}).", hint="Update Oneiro.")

    def _damaged(self, why: str) -> MindError:
        return MindError(
            f"The database {self.path} is damaged ({why}).",
            hint="Its generations are untouched. Restore a copy with: oneiro restore DIR",
        )

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    # ---- what was said --------------------------------------------------------------------------------

    def new_conversation(self) -> int:
        """Begin a conversation and return its number."""
        cursor = self._db.execute("INSERT INTO conversations (created_at) VALUES (?)", (now(),))
        return int(cursor.lastrowid or 0)

    def add_message(
        self, conversation: int, role: Role, content: str, *, channel: Channel, created_at: str | None = None
    ) -> Message:
        """Save one line; when this returns, it is on disk."""
        at = created_at or now()
        clean = utf8(content)
        cursor = self._db.execute(
            "INSERT INTO messages (conversation, role, content, created_at, channel) VALUES (?, ?, ?, ?, ?)",
            (conversation, role, clean, at, channel),
        )
        return Message(int(cursor.lastrowid or 0), conversation, role, clean, at, channel)

    def unknown(self, conversations: Sequence[Sequence[Line]]) -> list[Sequence[Line]]:
        """Those conversations that do not stand in the journal word for word, each once."""
        told: dict[int, list[tuple[str, str]]] = {}
        for message in self.messages():
            told.setdefault(message.conversation, []).append((message.role, message.content))
        known = {tuple(lines) for lines in told.values()}
        new: list[Sequence[Line]] = []
        for conversation in conversations:
            lines = tuple((role, utf8(content)) for role, content, _ in conversation)
            if lines not in known:
                known.add(lines)
                new.append(conversation)
        return new

    def import_conversations(self, conversations: Sequence[Sequence[Line]]) -> int:
        """Save whole conversations of (role, content, created_at) in one transaction; return the lines saved."""
        lines = 0
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for conversation in conversations:
                number = self.new_conversation()
                for role, content, created_at in conversation:
                    self.add_message(number, role, content, channel="file", created_at=created_at)
                    lines += 1
        return lines

    def messages(self, *, after: int = 0, upto: int | None = None, conversation: int | None = None) -> list[Message]:
        """Lines in the order they were said."""
        rows = self._db.execute(
            "SELECT id, conversation, role, content, created_at, channel FROM messages "
            "WHERE id > ? AND (? IS NULL OR id <= ?) AND (? IS NULL OR conversation = ?) ORDER BY id",
            (after, upto, upto, conversation, conversation),
        )
        return [Message(*row) for row in rows]

    def last_message_id(self) -> int:
        """The newest line's number, 0 when nothing was said."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()[0])

    def waiting(self) -> int:
        """Count the user's lines that the next night will read."""
        return sum(m.role == "user" and m.channel in REMEMBERED for m in self.messages(after=self.slept_upto()))

    def undo(self, conversation: int | None = None) -> str | None:
        """Delete the last exchange of a conversation, or of all that were held here, and return what the user said.

        None when there is none that no night has read.
        """
        query = (
            "SELECT id, conversation, content FROM messages WHERE id > ? AND role = 'user' AND channel != 'file' "
            "AND (? IS NULL OR conversation = ?) ORDER BY id DESC LIMIT 1"
        )
        last = self._db.execute(query, (self.slept_upto(), conversation, conversation)).fetchone()
        if last is None:
            return None
        self._db.execute("DELETE FROM messages WHERE id >= ? AND conversation = ?", last[:2])
        return last[2]

    # ---- nights ---------------------------------------------------------------------------------------

    def slept_upto(self) -> int:
        """The last line that a finished night has read; a rejected night's day is read again."""
        query = "SELECT coalesce(max(upto), 0) FROM nights WHERE outcome IN ('woke', 'dreamless')"
        return int(self._db.execute(query).fetchone()[0])

    def begin_night(self, *, upto: int, seed: int, config: str) -> int:
        """Open a night and return its number."""
        cursor = self._db.execute(
            "INSERT INTO nights (started_at, outcome, upto, seed, config) VALUES (?, 'running', ?, ?, ?)",
            (now(), upto, seed, config),
        )
        return int(cursor.lastrowid or 0)

    def abandon_unfinished(self) -> None:
        """Let an unfinished night vanish: its stages are forgotten, its row stays in the log."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._abandon()

    def _abandon(self) -> None:
        self._db.execute("DELETE FROM stages")  # finished nights have none
        self._db.execute("UPDATE nights SET outcome = 'interrupted', ended_at = ? WHERE outcome = 'running'", (now(),))

    def nights(self) -> list[NightRow]:
        """All nights, oldest first."""
        rows = self._db.execute(
            "SELECT number, started_at, outcome, upto, seed, config, generation, report FROM nights ORDER BY number"
        )
        return [NightRow(*row[:7], report=from_json(MorningReport, row[7]) if row[7] else None) for row in rows]

    def save_stage(self, night: int, name: StageName, output: str, *, seconds: float) -> None:
        """Keep a stage's output before the next stage begins."""
        self._db.execute("INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?)", (night, name, output, seconds))

    def stage(self, night: int, name: StageName) -> StageRow | None:
        """The output of a stage, if it was finished."""
        query = "SELECT output, seconds FROM stages WHERE night = ? AND name = ?"
        row = self._db.execute(query, (night, name)).fetchone()
        return StageRow(*row) if row else None

    def finish_night(
        self,
        report: MorningReport,
        screened: Screened | None,
        *,
        practice: Sequence[Practice] = (),
        replaced: dict[str, str] | None = None,
        generation: GenerationRow | None = None,
    ) -> None:
        """Close a night in one transaction; with a generation, that is waking."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if screened:
                self._save_dreams(report.night, screened, learned=generation is not None)
            for p in practice:
                row = (report.night, p.memory_id, p.rehearsed, p.asked, p.correct)
                self._db.execute("INSERT OR REPLACE INTO practice VALUES (?, ?, ?, ?, ?)", row)
            if generation:
                g = generation
                row = (g.number, g.parent, g.night, g.created_at)
                self._db.execute("INSERT OR REPLACE INTO generations VALUES (?, ?, ?, ?)", row)
                for old, new in (replaced or {}).items():
                    self._db.execute("UPDATE memories SET superseded_by = ? WHERE id = ?", (new, old))
                self._db.execute("UPDATE active SET generation = ?", (g.number,))
            self._db.execute("DELETE FROM stages WHERE night = ?", (report.night,))
            self._db.execute(
                "UPDATE nights SET outcome = ?, ended_at = ?, generation = ?, report = ? WHERE number = ?",
                (report.outcome, now(), generation.number if generation else None, to_json(report), report.night),
            )

    def _save_dreams(self, night: int, screened: Screened, *, learned: bool) -> None:
        for m in screened.memories if learned else ():
            row = (m.id, night, m.statement, m.source, m.message_id)
            self._db.execute("INSERT INTO memories VALUES (?, ?, ?, ?, ?, NULL)", row)
        fates = [Dropped(dream, "") for dream in screened.kept] + list(screened.dropped)
        for fate in fates:
            d = fate.dream
            self._db.execute(
                "INSERT INTO dreams (night, memory_id, kind, question, answer, source, statement, held_out, kept, "
                "reason, quarantined, confidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(night, d.memory_id, d.kind, d.question, d.answer, d.source, d.statement, d.held_out),
                    *(not fate.reason, fate.reason, fate.quarantined, d.confidence),
                ),
            )

    # ---- memories, dreams, generations ----------------------------------------------------------------

    def dreams(self, *, night: int | None = None, memory_id: str | None = None) -> list[DreamRecord]:
        """Dreams of a night or of a memory, in the order they were dreamed."""
        rows = self._db.execute(
            "SELECT night, memory_id, kind, question, answer, source, statement, held_out, kept, reason, quarantined, "
            "confidence FROM dreams WHERE (? IS NULL OR night = ?) AND (? IS NULL OR memory_id = ?) ORDER BY id",
            (night, night, memory_id, memory_id),
        )
        return [
            DreamRecord(
                *(row[0], Dream(*row[1:7], held_out=bool(row[7]), confidence=row[11])),
                *(bool(row[8]), row[9], bool(row[10])),
            )
            for row in rows
        ]

    def memories(self) -> list[PastMemory]:
        """Memories that hold, within the line of generations that leads to the active one."""
        nights = {self._nights_of_line(n) for n in self._line()}
        rows = self._db.execute(
            "SELECT id, statement, source, message_id, night, superseded_by FROM memories ORDER BY night, id"
        )
        told = [row for row in rows if row[4] in nights]
        here = {row[0] for row in told}
        found = [(Memory(*row[:4]), int(row[4])) for row in told if row[5] not in here]
        return [PastMemory(memory, night, self._practice(memory.id)) for memory, night in found]

    def _practice(self, memory_id: str) -> tuple[tuple[int, Practice], ...]:
        query = "SELECT night, memory_id, rehearsed, asked, correct FROM practice WHERE memory_id = ? ORDER BY night"
        rows = self._db.execute(query, (memory_id,))
        return tuple((int(row[0]), Practice(row[1], bool(row[2]), row[3], row[4])) for row in rows)

    def _line(self) -> list[int]:
        """Generations from the active one back to the first."""
        parents = {g.number: g.parent for g in self.generations()}
        line, number = [], self.active_generation()
        while number in parents:
            line.append(number)
            number = parents[number]
        return line

    def _nights_of_line(self, generation: int) -> int:
        row = self._db.execute("SELECT night FROM generations WHERE number = ?", (generation,)).fetchone()
        return int(row[0])

    def active_generation(self) -> int:
        """The generation that is awake; 0 is the base as it came."""
        return int(self._db.execute("SELECT generation FROM active").fetchone()[0])

    def set_active(self, number: int) -> None:
        """Wake another generation; an unfinished night, which stood on the one before, is let go."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._abandon()
            self._db.execute("UPDATE active SET generation = ?", (number,))

    def generations(self) -> list[GenerationRow]:
        """All woken generations, oldest first."""
        rows = self._db.execute("SELECT number, parent, night, created_at FROM generations ORDER BY number")
        return [GenerationRow(*row) for row in rows]

    def backup(self, target: Path) -> None:
        """Copy the database, consistent even while it is written to; an unfinished night stays behind."""
        _create_private(target)
        copy = sqlite3.connect(target)
        with copy:
            self._db.backup(copy)
        copy.close()
        copied = Store(target)
        copied.abandon_unfinished()
        copied.close()
