"""The store's schema, as numbered steps. A step that has been released is never edited; new ones are appended."""

import sqlite3
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]


def m001_first_schema(db: sqlite3.Connection) -> None:
    """Conversations, nights, memories, dreams, generations."""
    for statement in _FIRST:
        db.execute(statement)


_FIRST = (
    """CREATE TABLE conversations (
        id INTEGER PRIMARY KEY, created_at TEXT NOT NULL)""",
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT, conversation INTEGER NOT NULL REFERENCES conversations(id),
        role TEXT NOT NULL, content TEXT NOT NULL, created_at TEXT NOT NULL, channel TEXT NOT NULL)""",
    """CREATE TABLE nights (
        number INTEGER PRIMARY KEY, started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT NOT NULL,
        upto INTEGER NOT NULL, seed INTEGER NOT NULL, config TEXT NOT NULL, generation INTEGER, report TEXT)""",
    """CREATE TABLE stages (
        night INTEGER NOT NULL REFERENCES nights(number), name TEXT NOT NULL, output TEXT NOT NULL,
        seconds REAL NOT NULL, PRIMARY KEY (night, name))""",
    """CREATE TABLE memories (
        id TEXT PRIMARY KEY, night INTEGER NOT NULL REFERENCES nights(number), statement TEXT NOT NULL,
        source TEXT NOT NULL, message_id INTEGER NOT NULL, superseded_by TEXT)""",
    """CREATE TABLE dreams (
        id INTEGER PRIMARY KEY, night INTEGER NOT NULL REFERENCES nights(number), memory_id TEXT NOT NULL,
        kind TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, source TEXT NOT NULL,
        statement TEXT NOT NULL, held_out INTEGER NOT NULL, kept INTEGER NOT NULL, reason TEXT NOT NULL,
        quarantined INTEGER NOT NULL)""",
    """CREATE INDEX dreams_by_memory ON dreams(memory_id, kept)""",
    """CREATE TABLE practice (
        night INTEGER NOT NULL REFERENCES nights(number), memory_id TEXT NOT NULL,
        rehearsed INTEGER NOT NULL, asked INTEGER NOT NULL, correct INTEGER NOT NULL,
        PRIMARY KEY (night, memory_id))""",
    """CREATE TABLE generations (
        number INTEGER PRIMARY KEY, parent INTEGER NOT NULL, night INTEGER NOT NULL REFERENCES nights(number),
        created_at TEXT NOT NULL)""",
    """CREATE TABLE active (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL)""",
    """INSERT INTO active VALUES (1, 0)""",
)


def m002_confidence_of_dreams(db: sqlite3.Connection) -> None:
    """How sure the dreamer was: only a sure dream takes back what an earlier day told. Those of before are not."""
    db.execute("ALTER TABLE dreams ADD COLUMN confidence REAL NOT NULL DEFAULT -1")


MIGRATIONS: tuple[Migration, ...] = (m001_first_schema, m002_confidence_of_dreams)


def migrate(db: sqlite3.Connection) -> None:
    """Bring a database up to the newest schema, all steps in one transaction."""
    done = db.execute("PRAGMA user_version").fetchone()[0]
    if done >= len(MIGRATIONS):
        return
    with db:
        db.execute("BEGIN IMMEDIATE")
        done = db.execute("PRAGMA user_version").fetchone()[0]
        for migration in MIGRATIONS[done:]:
            migration(db)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
