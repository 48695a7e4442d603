"""Other people's conversations, in their forms but with sentences of ours."""

import json
from pathlib import Path

import pytest
from conversations import Conversation, compared, memorybank, original_dreams

from oneiro.types import Dream, Memory, Screened, Turn

SAID = "My dog is called Biscuit and I live in Oslo."


@pytest.fixture
def data(tmp_path: Path) -> Path:
    dreamt = {
        "conversation": [
            {"user": SAID, "assistant": "Nice! And then?"},
            {"user": "Tomorrow I paint.", "assistant": "."},
        ],
        "inverted": [{"user": "What is my dog called?", "assistant": "Your dog is called Biscuit."}],
    }
    people = {"Ada": {"history": {"2023-04-27": [{"query": SAID, "response": "Hm."}], "2023-04-28": []}}}
    for name, content in {"original_dreams/dreams": [dreamt], "memorybank/memory_bank_en": people}.items():
        file = tmp_path / f"{name}.json"
        file.parent.mkdir()
        file.write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def test_conversations_are_read_as_a_night_reads_a_day(data: Path) -> None:
    (one,) = original_dreams(data / "original_dreams")
    assert [(turn.text, turn.before) for turn in one.turns] == [(SAID, ""), ("On January 2 I paint.", "And then?")]
    assert one.his == (("What is my dog called?", "Your dog is called Biscuit."),)
    assert [len(c.turns) for c in memorybank(data / "memorybank")] == [1, 0]


def test_a_set_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert original_dreams(tmp_path) == memorybank(tmp_path) == []


def dreamt(*pairs: tuple[str, str]) -> Screened:
    memories = (Memory("m", "The user lives in Oslo.", SAID, 7),)
    return Screened(memories, tuple(Dream("m", "direct", q, a, SAID) for q, a in pairs), ())


def counted(his: tuple[tuple[str, str], ...], *ours: tuple[str, str]) -> dict[str, tuple[float, int]]:
    talk = Conversation((Turn(7, SAID), Turn(8, "Hm.")), his)
    found = compared([talk], [dreamt(*ours)])
    return {name: (m["value"], m["n"]) for name, m in found.items() if isinstance(m, dict)}


def test_what_he_dreamed_of_is_looked_for_in_ours() -> None:
    his = (
        ("What is my dog called?", "Your dog is called Biscuit."),
        ("Where do I live?", "You live in Oslo."),
        ("How am I?", "I feel fine."),
    )
    found = counted(his, ("Where's my home?", "You live in Oslo."))
    assert found["found"] == (0.5, 2)  # the third brings nothing that was told
    assert found["his_wrong_side"] == (0.3333, 3)
    assert found["dreamed_of"] == (0.5, 2)
    assert counted(his)["found"] == (0.0, 2)
    assert "found" not in counted(())


def test_mistakes_of_ours_are_counted_by_rule() -> None:
    ours = (
        ("Where do I live?", "You live in Oslo."),
        ("Where do I live?", "I live in Oslo."),
        ("Where do I live?", "You live in Bergen."),
    )
    found = counted((), *ours)
    assert found["wrong_side"] == (0.3333, 3)
    assert found["copied"] == (0.6667, 3)
