import json
from pathlib import Path

import pytest

from fakes import tiny_llm
from oneiro.config import DreamerConfig
from oneiro.dreamer import train_dreamer
from oneiro.dreamers import CARD, Dreamer
from oneiro.llm import LLM

TINY = DreamerConfig(turns=2, read_turns=2, eval_turns=1, r=2, manners_steps=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dreamer")
    train_dreamer(tiny_llm(), folder, TINY)
    return folder


def test_an_adapter_with_manners_starts_the_first_night_of_its_own_base_only(trained: Path, llm: LLM) -> None:
    dreamer = Dreamer(llm, trained)
    starter = dreamer.starter_for(llm)
    assert starter is not None
    assert starter.r == TINY.r
    assert dreamer.starter_for(tiny_llm(seed=1)) is None


@pytest.mark.parametrize("card", [None, "{", "[]", json.dumps({"config": {"manners_steps": 0}}), '{"config": {}}'])
def test_an_adapter_that_only_dreams_starts_no_night(trained: Path, llm: LLM, tmp_path: Path, card: str | None) -> None:
    for file in trained.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / CARD).unlink()
    if card is not None:
        (tmp_path / CARD).write_text(card, encoding="utf-8")
    assert Dreamer(llm, tmp_path).starter_for(llm) is None
