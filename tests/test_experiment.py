"""The experiment's own logic: what a persona knows, what is counted, how wide an interval is."""

import json
from pathlib import Path
from typing import Any

import experiment
import pytest
import torch
from arms import Arm
from measures import after_night
from persona import Day, Memory, Persona, read_persona
from table import _share

from oneiro.adapters import Adapter, LowRank
from oneiro.llm import LLM
from oneiro.types import ChatMessage, Completion, Sampling, Writer

PERSONAS = sorted((Path(__file__).parents[1] / "bench" / "personas").glob("*/*"))


def _memory(fact: str, answer: str, day: int, *, replaces: str = "", old: tuple[str, ...] = ()) -> Memory:
    kind = "update" if replaces else "plain"
    return Memory(fact, kind, day, ({"ask": f"What is my {fact}?", "answers": [answer]},), replaces, old)


MOVED = Persona(
    "ada",
    (
        Day(("I live in Lyon.",), (_memory("town", "Lyon", 1),), ("Who is my boss?",), ("Lyon",)),
        Day(("I moved to Oslo.",), (_memory("new town", "Oslo", 2, replaces="town", old=("Lyon",)),), (), ("Oslo",)),
    ),
)


def test_a_fact_that_was_replaced_is_asked_no_more() -> None:
    assert [m.fact for m in MOVED.known(1)] == ["town"]
    assert [m.fact for m in MOVED.known(2)] == ["new town"]


def test_naming_the_old_value_is_wrong_and_counted() -> None:
    def ask(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["You live in Lyon." if "my new town" in chat[-1].content else "Fine." for chat in chats]

    counts = after_night(MOVED, 2, ask, ask, set(), outright=ask, whole=False)["counts"]
    assert counts["recall"] == counts["update_new"] == [0, 1]
    assert counts["update_old"] == [1, 1]


def test_what_is_asked_plainly_is_counted_by_itself() -> None:
    asked = ({"ask": "What is my town?", "answers": ["Lyon"]}, {"ask": "Where do I sleep?", "answers": ["Lyon"]})
    ada = Persona("ada", (Day(("I live in Lyon.",), (Memory("town", "plain", 1, asked, "", ()),), (), ("Lyon",)),))

    def ask(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["You live in Lyon." if "town" in chat[-1].content else "In a bed." for chat in chats]

    counts = after_night(ada, 1, ask, ask, set(), outright=ask, whole=False)["counts"]
    assert (counts["recall"], counts["recall_plain"]) == ([1, 2], [1, 1])


def test_a_question_that_a_night_trained_on_is_left_out() -> None:
    def ask(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["You live in Oslo."] * len(chats)

    found = after_night(MOVED, 2, ask, ask, {"what is my new town"}, outright=ask, whole=False)
    assert found["counts"]["recall"] == [0, 0]
    assert found["left_out"] == 1


class Changed(Arm):
    """Wakes with other weights than the base's."""

    def _adapter(self) -> Adapter:
        return Adapter({"model.layers.1.mlp.up_proj": LowRank(torch.ones(2, 64), torch.ones(128, 2))})


def test_the_base_answers_for_itself_while_an_arm_is_measured(
    llm: LLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, heard = [ChatMessage("user", "Who are you?")], {}

    def asks_both(persona: Persona, night: int, ask: Any, base: Any, trained_on: set[str], **how: Any) -> Any:
        heard.update(arm=ask([chat], 12), base=base([chat], 12), again=ask([chat], 12))
        return {"counts": {}, "missed": [], "left_out": 0}

    monkeypatch.setattr(experiment, "after_night", asks_both)
    monkeypatch.setattr(experiment.batteries, "neutral", lambda: ["A dog barks."])
    own = llm.complete([chat], Sampling(12))[0].text
    file = tmp_path / "ada-0.json"
    experiment.live(Changed(llm, tmp_path / "arm", seed=0), MOVED, file, llm, nights=1)
    assert heard["base"] == [own]
    assert heard["arm"] == heard["again"] != [own]
    assert json.loads(file.read_text("utf-8"))["nights"][0]["perplexity_ratio"] != 1


class Silent(Arm):
    """Withholds whatever it would say."""

    def speaker(self, llm: LLM) -> Writer:
        return Unsure()


class Unsure:
    """Knows nothing."""

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        return [Completion("I don't know.", 0.0) for _ in chats]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        return [0.0 for _ in chats]


def test_recall_outright_is_asked_of_who_withholds_nothing(
    llm: LLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, heard = [ChatMessage("user", "Who are you?")], {}

    def asks_both(persona: Persona, night: int, ask: Any, base: Any, trained_on: set[str], **how: Any) -> Any:
        heard.update(awake=ask([chat], 12), outright=how["outright"]([chat], 12))
        return {"counts": {}, "missed": [], "left_out": 0}

    monkeypatch.setattr(experiment, "after_night", asks_both)
    monkeypatch.setattr(experiment.batteries, "neutral", lambda: ["A dog barks."])
    experiment.live(Silent(llm, tmp_path / "arm", seed=0), MOVED, tmp_path / "ada-0.json", llm, nights=1)
    assert heard["awake"] == ["I don't know."]
    assert heard["outright"] == [llm.complete([chat], Sampling(12))[0].text] != heard["awake"]


def test_a_whole_measure_counts_what_is_remembered_outright() -> None:
    def withheld(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["I don't know."] * len(chats)

    def outright(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["You live in Oslo."] * len(chats)

    counts = after_night(MOVED, 2, withheld, withheld, set(), outright=outright, whole=True)["counts"]
    assert (counts["recall"], counts["recall_outright"]) == ([0, 1], [1, 1])


def test_a_memory_in_an_unrelated_text_is_a_leak() -> None:
    def ask(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["Once upon a time in Oslo."] * len(chats)

    def base(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["Once upon a time."] * len(chats)

    counts = after_night(MOVED, 2, ask, base, set(), outright=ask, whole=False)["counts"]
    assert counts["bias_free"][0] == 0
    assert counts["bias_chance"][0] == counts["bias_chance"][1] > 0


def test_an_interval_is_never_narrower_than_of_the_pooled_counts() -> None:
    same = _share([("a", [10, 10]), ("b", [10, 10])])
    assert (same["value"], same["n"]) == (1.0, 20)
    assert same["low"] < 0.9
    apart = _share([("a", [0, 100]), ("b", [100, 100])])
    assert (apart["low"], apart["high"]) == (0.0, 1.0)


@pytest.mark.parametrize("folder", PERSONAS, ids=lambda folder: folder.name)
def test_every_persona_is_whole(folder: Path) -> None:
    persona = read_persona(folder)
    told = [memory for day in persona.days for memory in day.memories]
    assert len(persona.days) == (30 if folder.parent.name == "thirty" else 6)
    assert all(len(day.memories) >= 6 for day in persona.days)
    assert len({memory.fact for memory in told}) == len(told)
    assert {memory.replaces for memory in told} - {""} <= {memory.fact for memory in told}
    assert all(memory.old for memory in told if memory.replaces)
