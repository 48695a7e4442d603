import shutil
import sqlite3
from pathlib import Path

import pytest

from oneiro.errors import MindError
from oneiro.migrations import MIGRATIONS
from oneiro.store import Store, lacks_room


def fill(path: Path) -> list[str]:
    store = Store(path)
    said = [f"line {i}: {'my dog is called Biscuit ' * 8}" for i in range(200)]
    store.import_conversations([[("user", text, "2026-03-05T12:00:00+00:00") for text in said]])
    store.close()
    return said


def reopen(path: Path) -> list[str]:
    store = Store(path)
    try:
        return [m.content for m in store.messages()]
    finally:
        store.close()


def test_a_database_opened_again_is_the_same(tmp_path: Path) -> None:
    said = fill(tmp_path / "mind.db")
    assert reopen(tmp_path / "mind.db") == said == reopen(tmp_path / "mind.db")


def test_a_database_of_a_newer_oneiro_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mind.db"
    fill(path)
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(MindError, match=r"mind\.db was written by a newer Oneiro"):
        Store(path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mind.db"
    path.write_bytes(b"\x93garbage\x00" * 1000)
    with pytest.raises(MindError, match=r"mind\.db is damaged") as caught:
        Store(path)
    assert "restore" in caught.value.hint


def test_a_truncated_database_is_named_wherever_it_was_cut(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.db", tmp_path / "mind.db"
    fill(whole)
    for size in range(4096, whole.stat().st_size - 1, 4096 * 2 + 100):
        path.write_bytes(whole.read_bytes()[:size])
        with pytest.raises(MindError, match=r"mind\.db is damaged"):
            reopen(path)


def test_a_page_of_garbage_is_an_error_and_never_another_history(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.db", tmp_path / "mind.db"
    said = fill(whole)
    refused = 0
    for start in range(0, whole.stat().st_size, 4096):
        shutil.copy(whole, path)
        with path.open("r+b") as stream:
            stream.seek(start)
            stream.write(b"\xa5" * 4096)
        try:
            assert reopen(path) == said
        except MindError:
            refused += 1
    assert refused > 10


def test_a_line_with_broken_letters_is_still_read_or_reported(tmp_path: Path) -> None:
    path = tmp_path / "mind.db"
    said = fill(path)
    path.write_bytes(path.read_bytes().replace(b"line 77: my dog", b"line 77: \xff\xfe\xff\xfe\xff\xfe"))
    try:
        found = reopen(path)
    except MindError:
        return
    assert len(found) == len(said)
    assert found[78:] == said[78:]


def test_a_backup_is_the_same_database(tmp_path: Path) -> None:
    said = fill(tmp_path / "mind.db")
    store = Store(tmp_path / "mind.db")
    store.backup(tmp_path / "copy.db")
    store.close()
    assert reopen(tmp_path / "copy.db") == said


@pytest.mark.parametrize(
    ("error", "free_bytes", "full"),
    [("disk I/O error", 0, True), ("disk I/O error", 1 << 30, False), ("file is not a database", 0, False)],
)
def test_an_error_on_a_full_disk_is_no_damage(error: str, free_bytes: int, full: bool) -> None:
    assert lacks_room(sqlite3.OperationalError(error), free_bytes=free_bytes) == full
