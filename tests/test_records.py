import math
from typing import Any

import pytest

from oneiro.errors import MindError
from oneiro.records import from_json, to_json
from oneiro.types import (
    Accuracy,
    Anchor,
    ChatMessage,
    Dream,
    DreamDraft,
    Dropped,
    Event,
    Examined,
    Example,
    Journal,
    Memory,
    Merged,
    Mixture,
    MorningReport,
    Rehearsal,
    Sample,
    Score,
    Screened,
    Trained,
    Turn,
)
from strange import STRANGE

MEMORY = Memory("n1m1", "The user's dog is called Biscuit.", "My dog is called Biscuit.", 1)
DREAM = Dream("n1m1", "direct", "What is my dog's name?", "Biscuit 🐶", MEMORY.source, held_out=True)
CHAT = (ChatMessage("user", "hi"), ChatMessage("assistant", "hello"))
SCORE = Score(Sample("identity", "Are you human?", ("an ai",), ("yes",), messages=CHAT), "No.", correct=False)
ACCURACY = Accuracy("identity", 3, 8, 0.137, 0.694)
REPORT = MorningReport(1, "woke", 1, learned=("a",), accuracies=(ACCURACY,), seconds={"dream": 0.1}, adapter_bytes=9)
RECORDS = (
    Journal(3, (Turn(1, "hi", "before", "file"),)),
    DreamDraft((MEMORY,), (DREAM,)),
    Screened((MEMORY,), (DREAM,), (Dropped(DREAM, "repeats", quarantined=True),)),
    Rehearsal((DREAM,), (Anchor("facts", "q", "a"),)),
    Mixture((Example("never", "q", "a", "n1m1", leash=True),), "ab" * 32),
    Trained("new", (1.25, 0.1 + 0.2), 10**12, ("n1m1",), 2),
    Merged("candidate", 0.85, 32, 1 / 3),
    Examined(True, Merged("candidate-1", 1.0, 32, 0.999), ("why",), (ACCURACY,), (ACCURACY,), (SCORE,)),
    REPORT,
    Event("wake", "report", report=REPORT),
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_what_every_stage_hands_on_comes_back_equal(record: Any) -> None:
    text = to_json(record)
    assert "\n" not in text
    back = from_json(type(record), text)
    assert back == record
    assert to_json(back) == text


def test_the_lines_of_a_chat_come_back_as_lines() -> None:
    back = from_json(Score, to_json(SCORE))
    assert [message.role for message in back.sample.messages] == ["user", "assistant"]
    assert hash(back.sample) == hash(SCORE.sample)


@pytest.mark.parametrize("name", STRANGE)
def test_any_text_survives(name: str) -> None:
    turn = Turn(1, STRANGE[name])
    assert from_json(Turn, to_json(turn)) == turn


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_training_that_ran_away_can_be_read_back(loss: float) -> None:
    back = from_json(Trained, to_json(Trained("new", (loss,), 1, (), 1)))
    assert str(back.losses[0]) == str(loss)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"upto": "many", "turns": []}', "[" * 100_000])
def test_a_damaged_record_is_named_by_its_kind(text: str) -> None:
    with pytest.raises(MindError, match="A saved Journal cannot be read"):
        from_json(Journal, text)


def test_a_role_nobody_has_is_refused() -> None:
    with pytest.raises(MindError):
        from_json(Score, to_json(SCORE).replace('"assistant"', '"wizard"'))
