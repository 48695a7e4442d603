import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oneiro.store import GenerationRow, Practice, Store
from oneiro.types import Dream, Dropped, Memory, MorningReport, Screened
from strange import STRANGE, SURROGATES


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "mind.db")
    yield store
    store.close()


def say(store: Store, *texts: str) -> int:
    conversation = store.new_conversation()
    for text in texts:
        store.add_message(conversation, "user", text, channel="typed")
    return conversation


def memory(name: str) -> Memory:
    return Memory(name, f"The user likes {name}.", f"I like {name}.", 1)


def dream(name: str) -> Dream:
    return Dream(name, "direct", f"What of {name}?", f"You like {name}.", f"I like {name}.", held_out=True)


def wake(store: Store, generation: int, names: tuple[str, ...], replaced: dict[str, str] | None = None) -> int:
    """Sleep a night that wakes `generation` with memories of these names; return the night's number."""
    night = store.begin_night(upto=store.last_message_id(), seed=0, config="{}")
    screened = Screened(tuple(map(memory, names)), tuple(map(dream, names)), ())
    row = GenerationRow(generation, store.active_generation(), night, "2026-01-01T00:00:00+00:00")
    practice = [Practice(name, rehearsed=False, asked=2, correct=1) for name in names]
    report = MorningReport(night, "woke", generation)
    store.finish_night(report, screened, practice=practice, replaced=replaced, generation=row)
    return night


def remembered(store: Store) -> set[str]:
    return {past.memory.id for past in store.memories()}


def test_a_message_that_was_acknowledged_is_on_disk(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from oneiro.store import Store\n"
        "s = Store(Path(sys.argv[1])); c = s.new_conversation()\n"
        "s.add_message(c, 'user', 'My dog is called Biscuit.', channel='typed')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "mind.db")], check=False)
    assert done.returncode == -signal.SIGKILL
    store = Store(tmp_path / "mind.db")
    assert [m.content for m in store.messages()] == ["My dog is called Biscuit."]
    store.close()


@pytest.mark.parametrize("name", STRANGE)
def test_what_was_said_is_kept_to_the_letter(store: Store, name: str) -> None:
    saved = store.add_message(store.new_conversation(), "user", STRANGE[name], channel="typed")
    assert store.messages() == [saved]
    assert saved.content == STRANGE[name]


@pytest.mark.parametrize("name", SURROGATES)
def test_half_an_emoji_does_not_cost_the_rest_of_the_message(store: Store, name: str) -> None:
    saved = store.add_message(store.new_conversation(), "user", SURROGATES[name], channel="typed")
    assert store.messages() == [saved]
    assert [c for c in saved.content if c.isalpha()] == [c for c in SURROGATES[name] if c.isalpha()]


def test_messages_are_cut_by_number_and_conversation(store: Store) -> None:
    say(store, "a", "b")
    other = say(store, "c")
    assert [m.content for m in store.messages(after=1)] == ["b", "c"]
    assert [m.content for m in store.messages(upto=2)] == ["a", "b"]
    assert [m.content for m in store.messages(conversation=other)] == ["c"]


def test_an_import_that_breaks_half_way_saves_nothing(store: Store) -> None:
    broken = [[("user", "one", "2026-01-01T00:00:00+00:00")], [("user", None, "2026-01-01T00:00:00+00:00")]]
    with pytest.raises((AttributeError, sqlite3.Error)):
        store.import_conversations(broken)  # type: ignore[arg-type]
    assert store.messages() == []
    assert store.new_conversation() == 1


def test_undo_takes_back_the_last_exchange_only(store: Store) -> None:
    talk = say(store, "first", "second")
    store.add_message(talk, "assistant", "reply", channel="typed")
    other = say(store, "elsewhere")
    assert store.undo(talk) == "second"
    assert [m.content for m in store.messages()] == ["first", "elsewhere"]
    assert store.undo(talk) == "first"
    assert store.undo(talk) is None
    assert store.undo(other) == "elsewhere"


def test_without_a_conversation_the_newest_exchange_held_here_is_taken_back(store: Store) -> None:
    say(store, "read")
    wake(store, 1, ("tea",))
    say(store, "older")
    store.add_message(say(store, "newest"), "assistant", "reply", channel="typed")
    store.import_conversations([[("user", "imported", "2026-01-01T00:00:00+00:00")]])
    assert [store.undo(), store.undo(), store.undo()] == ["newest", "older", None]
    assert [m.content for m in store.messages()] == ["read", "imported"]


def test_a_database_and_its_copy_are_for_their_owner_only(store: Store, tmp_path: Path) -> None:
    say(store, "hello")
    store.backup(tmp_path / "copy.db")
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_what_a_night_has_read_cannot_be_taken_back(store: Store) -> None:
    talk = say(store, "read")
    wake(store, 1, ("tea",))
    assert store.undo(talk) is None


def test_the_number_of_a_line_taken_back_is_never_given_again(store: Store) -> None:
    talk = say(store, "oops")
    last = store.last_message_id()
    store.undo(talk)
    assert store.add_message(talk, "user", "again", channel="typed").id > last


def test_a_rejected_day_waits_for_the_next_night_and_a_finished_one_does_not(store: Store) -> None:
    say(store, "one", "two")
    night = store.begin_night(upto=2, seed=0, config="{}")
    assert store.waiting() == 2
    store.finish_night(MorningReport(night, "rejected", 0), Screened((memory("tea"),), (dream("tea"),), ()))
    assert (store.waiting(), remembered(store)) == (2, set())
    wake(store, 1, ("tea",))
    assert (store.waiting(), remembered(store)) == (0, {"tea"})


def test_only_what_a_night_will_read_waits_for_it(store: Store) -> None:
    talk = say(store, "typed")
    store.add_message(talk, "assistant", "reply", channel="typed")
    store.add_message(talk, "user", "one\ntwo", channel="pasted")
    assert store.waiting() == 1


def test_a_memory_remembers_its_words_and_how_it_fared(store: Store) -> None:
    night = wake(store, 1, ("tea",))
    (past,) = store.memories()
    assert (past.memory, past.night) == (memory("tea"), night)
    assert past.practice == ((night, Practice("tea", rehearsed=False, asked=2, correct=1)),)


def test_waking_is_all_or_nothing(store: Store) -> None:
    night = store.begin_night(upto=0, seed=0, config="{}")
    store.save_stage(night, "journal", "{}", seconds=1.0)
    screened = Screened((memory("tea"),), (dream("tea"),), ())
    row = GenerationRow(1, 0, None, "now")  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        store.finish_night(MorningReport(night, "woke", 1), screened, generation=row)
    assert (store.active_generation(), store.generations(), store.dreams(), store.memories()) == (0, [], [], [])
    assert store.nights()[0].outcome == "running"
    assert store.stage(night, "journal")


def test_a_finished_night_is_told_as_it_was_and_its_stages_are_gone(store: Store) -> None:
    night = store.begin_night(upto=0, seed=7, config="{}")
    store.save_stage(night, "journal", "{}", seconds=1.5)
    dropped = Dropped(dream("gin"), "gives an order", quarantined=True)
    report = MorningReport(night, "dreamless", 0, quarantined=("I like gin.",), seconds={"dream": 0.5})
    store.finish_night(report, Screened((), (dream("tea"),), (dropped,)))
    assert store.nights()[0].report == report
    assert store.stage(night, "journal") is None
    records = [(r.dream, r.kept, r.reason, r.quarantined) for r in store.dreams(night=night)]
    assert records == [(dream("tea"), True, "", False), (dropped.dream, False, "gives an order", True)]
    assert [r.dream.memory_id for r in store.dreams(memory_id="gin")] == ["gin"]


def test_an_abandoned_night_leaves_its_row_and_nothing_else(store: Store) -> None:
    night = store.begin_night(upto=0, seed=0, config="{}")
    store.save_stage(night, "journal", "{}", seconds=1.0)
    store.abandon_unfinished()
    assert (store.nights()[0].outcome, store.stage(night, "journal"), store.slept_upto()) == ("interrupted", None, 0)


def test_to_wake_another_generation_lets_an_unfinished_night_go(store: Store) -> None:
    wake(store, 1, ("tea",))
    night = store.begin_night(upto=0, seed=0, config="{}")
    store.save_stage(night, "journal", "{}", seconds=1.0)
    store.set_active(0)
    assert [n.outcome for n in store.nights()] == ["woke", "interrupted"]
    assert store.stage(night, "journal") is None


def test_an_unfinished_night_is_not_copied(store: Store, tmp_path: Path) -> None:
    night = store.begin_night(upto=0, seed=0, config="{}")
    store.save_stage(night, "journal", "{}", seconds=1.0)
    store.backup(tmp_path / "copy.db")
    copy = Store(tmp_path / "copy.db")
    assert (copy.nights()[0].outcome, copy.stage(night, "journal")) == ("interrupted", None)
    assert store.nights()[0].outcome == "running"
    assert store.stage(night, "journal")


def test_memories_belong_to_the_line_of_the_active_generation(store: Store) -> None:
    wake(store, 1, ("tea",))
    wake(store, 2, ("gin",))
    assert remembered(store) == {"tea", "gin"}
    store.set_active(1)
    assert remembered(store) == {"tea"}
    wake(store, 3, ("rum",))
    assert remembered(store) == {"tea", "rum"}
    store.set_active(0)
    assert remembered(store) == set()


def test_a_replaced_memory_holds_no_longer_and_holds_again_after_going_back(store: Store) -> None:
    wake(store, 1, ("oslo",))
    wake(store, 2, ("bergen",), replaced={"oslo": "bergen"})
    assert remembered(store) == {"bergen"}
    store.set_active(1)
    assert remembered(store) == {"oslo"}
