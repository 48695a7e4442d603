from pathlib import Path

import pytest
from sweep import more_questions

from oneiro.demo import read_day

DAYS = Path(__file__).parent.parent / "bench" / "days"
FURTHER = ["farrier.toml", "organs.toml", "smelter.toml", "textiles.toml"]


@pytest.mark.parametrize("name", FURTHER)
def test_further_questions_are_of_the_day_s_memories_and_other_ones(name: str) -> None:
    day = [s for s in read_day(DAYS / name, short=False).samples if s.battery == "recall"]
    more = more_questions(DAYS / name)
    assert {s.memory_id for s in more} == {s.memory_id for s in day}
    assert len(more) == 12 * len({s.memory_id for s in day})
    assert not {s.question.casefold() for s in more} & {s.question.casefold() for s in day}


def test_a_day_without_further_questions_has_none() -> None:
    assert more_questions(DAYS / "nurse.toml") == []
