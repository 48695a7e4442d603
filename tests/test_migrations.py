import sqlite3

import pytest

from oneiro.migrations import MIGRATIONS, migrate


def schema(db: sqlite3.Connection) -> list[tuple[str, str]]:
    return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_migrating_twice_changes_nothing() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    first = schema(db)
    migrate(db)
    assert schema(db) == first
    assert db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    db.close()


def test_a_migration_that_breaks_leaves_the_schema_as_it_was() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE active (x)")  # collides with the last table of the first step
    with pytest.raises(sqlite3.OperationalError):
        migrate(db)
    assert [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")] == ["active"]
    assert db.execute("PRAGMA user_version").fetchone()[0] == 0
    db.close()
