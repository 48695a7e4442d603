"""The experiment's own logic: what a persona knows, what is counted, how wide an interval is."""

import json
from pathlib import Path
from typing import Any

import experiment
import pytest
import torch
from arms import Arm, RawChat
from intervals import over_personas
from measures import after_night
from paired import compare, mcnemar
from persona import Day, Memory, Persona, read_persona
from table import _cell, _share

from oneiro.adapters import Adapter, LowRank, save_adapter
from oneiro.errors import InputError
from oneiro.evals.scoring import accuracy
from oneiro.llm import LLM
from oneiro.types import ChatMessage, Completion, Sampling, Writer

LAYER = "model.layers.1.mlp.up_proj"
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


def test_an_old_value_beside_the_new_one_is_no_error() -> None:
    def ask(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["You left Lyon for Oslo."] * len(chats)

    assert after_night(MOVED, 2, ask, ask, set(), outright=ask, whole=False)["counts"]["update_old"] == [0, 1]


@pytest.mark.parametrize(
    ("said", "abstained", "invented"),
    [("Your boss is called Ida.", 0, 1), ("You never told me that.", 1, 0), ("A boss leads.", 0, 0)],
)
def test_only_who_tells_the_user_of_themselves_invents(said: str, abstained: int, invented: int) -> None:
    def ask(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return [said] * len(chats)

    counts = after_night(MOVED, 1, ask, ask, set(), outright=ask, whole=False)["counts"]
    assert (counts["abstention"], counts["invented"]) == ([abstained, 1], [invented, 1])


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

    found = after_night(MOVED, 2, ask, ask, {"what is my new town"}, outright=ask, whole=True)
    assert found["counts"]["recall"] == [0, 0]
    assert (found["left_out"], found["trained_on"]) == (1, ["What is my new town?"])


def test_a_whole_measure_keeps_what_was_answered_about_the_user() -> None:
    def ask(chats: list[list[ChatMessage]], tokens: int) -> list[str]:
        return ["You live in Oslo." + "!" * 300] * len(chats)

    answers = after_night(MOVED, 2, ask, ask, set(), outright=ask, whole=True)["answers"]
    kept = "You live in Oslo." + "!" * 183
    assert answers[:2] == [
        ["update", "What is my new town?", kept, True],
        ["abstention", "Who is my boss?", kept, False],
    ]
    assert after_night(MOVED, 2, ask, ask, set(), outright=ask, whole=False)["answers"] == []


class Changed(Arm):
    """Wakes with other weights than the base's."""

    def _adapter(self) -> Adapter:
        return Adapter({LAYER: LowRank(torch.ones(2, 64), torch.ones(128, 2))})


def test_the_base_answers_for_itself_while_an_arm_is_measured(
    llm: LLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, heard = [ChatMessage("user", "Who are you?")], {}

    def asks_both(persona: Persona, night: int, ask: Any, base: Any, trained_on: set[str], **how: Any) -> Any:
        heard.update(arm=ask([chat], 12), base=base([chat], 12), again=ask([chat], 12))
        return {"counts": {}, "left_out": 0}

    monkeypatch.setattr(experiment, "after_night", asks_both)
    monkeypatch.setattr(experiment.batteries, "neutral", lambda: ["A dog barks."])
    own = llm.complete([chat], Sampling(12))[0].text
    file = tmp_path / "ada-0.json"
    experiment.live(Changed(llm, tmp_path / "arm", seed=0), MOVED, file, llm, nights=1)
    assert heard["base"] == [own]
    assert heard["arm"] == heard["again"] != [own]
    assert json.loads(file.read_text("utf-8"))["nights"][0]["perplexity_ratio"] != 1


class Sleeper(Changed):
    """Holds so many nights, and counts those it sleeps."""

    def __init__(self, base: LLM, folder: Path, *, held: int) -> None:
        super().__init__(base, folder, seed=0)
        self.held, self.newly = held, 0

    def slept(self) -> int:
        return self.held

    def sleep(self, night: int) -> dict[str, Any]:
        self.newly += night > self.held
        return {"seconds": 0.0}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An experiment that asks nothing, at a commit that a test may change."""
    here = {"command": "python", "commit": "now", "hardware": "a machine"}
    monkeypatch.setattr(experiment, "after_night", lambda *asked, **how: {"counts": {}, "left_out": 0})
    monkeypatch.setattr(experiment.batteries, "neutral", lambda: ["A dog barks."])
    monkeypatch.setattr(experiment, "provenance", lambda: dict(here))
    return here


def test_nights_of_another_commit_are_refused_unless_they_are_only_measured(
    llm: LLM, tmp_path: Path, quick: dict[str, str]
) -> None:
    file, folder = tmp_path / "results" / "ada-0.json", tmp_path / "arm"
    experiment.live(Sleeper(llm, folder, held=0), MOVED, file, llm, nights=1)
    quick["commit"] = "later"
    with pytest.raises(InputError, match="slept at commit now"):
        experiment.live(Sleeper(llm, folder, held=1), MOVED, file, llm)
    again = Sleeper(llm, folder, held=2)
    experiment.live(again, MOVED, file, llm, again=True)
    found = json.loads(file.read_text("utf-8"))
    assert (found["commit"], found["measured_at"], len(found["nights"]), again.newly) == ("now", "later", 2, 0)


def test_nights_that_nobody_vouches_for_are_refused(llm: LLM, tmp_path: Path, quick: dict[str, str]) -> None:
    with pytest.raises(InputError, match="slept at commit unknown"):
        experiment.live(Sleeper(llm, tmp_path / "arm", held=1), MOVED, tmp_path / "ada-0.json", llm)


def test_what_was_never_slept_is_not_measured_again(llm: LLM, tmp_path: Path, quick: dict[str, str]) -> None:
    file, arm = tmp_path / "ada-0.json", Sleeper(llm, tmp_path / "arm", held=1)
    with pytest.raises(InputError, match="holds 1 nights only"):
        experiment.live(arm, MOVED, file, llm, again=True)
    assert (arm.newly, len(json.loads(file.read_text("utf-8"))["nights"])) == (0, 1)


def test_an_arm_ahead_of_its_file_answers_as_it_woke_after_the_day_it_was_told(llm: LLM, tmp_path: Path) -> None:
    arm = RawChat(llm, tmp_path, seed=0)
    for night in (1, 2):
        save_adapter(
            Adapter({LAYER: LowRank(torch.full((2, 64), night), torch.ones(128, 2))}), tmp_path / f"000{night}", base=""
        )
        (tmp_path / f"000{night}" / "cost.json").write_text("{}", encoding="utf-8")
    arm.tell(MOVED.days[0])
    adapter = arm._adapter()
    assert arm.slept() == 2
    assert adapter is not None
    assert float(adapter.layers[LAYER].a.max()) == 1


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
        return {"counts": {}, "left_out": 0}

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


def test_an_interval_is_never_narrower_than_of_the_questions_asked() -> None:
    same = _share([("a", [10, 10]), ("b", [10, 10])])
    assert (same["value"], same["n"]) == (1.0, 20)
    assert same["low"] == pytest.approx(accuracy("", 20, 20).low, abs=1e-4)
    apart = _share([("a", [0, 100]), ("b", [100, 100])])
    assert (apart["low"], apart["high"]) == (0.0, 1.0)


def test_questions_that_every_persona_is_asked_count_once() -> None:
    counts = [("a", [10, 10]), ("b", [10, 10])]
    assert _share(counts, of_all=True)["low"] == pytest.approx(accuracy("", 10, 10).low, abs=1e-4)
    seeds = [("a", [10, 10]), ("a", [10, 10])]
    assert _share(seeds)["low"] == pytest.approx(accuracy("", 10, 10).low, abs=1e-4)


def test_an_interval_over_personas_is_students() -> None:
    value, low, high = over_personas([("a", (2, 10)), ("b", (4, 10)), ("c", (6, 10))])
    half = 4.303 * 0.2 / 3**0.5  # t of two degrees of freedom, of the shares 0.2, 0.4, 0.6
    assert (value, low, high) == pytest.approx((0.4, 0.4 - half, 0.4 + half))
    assert over_personas([("a", (2, 10))]) == (0.2, 0.2, 0.2)
    assert over_personas([]) == (0.0, 0.0, 0.0)


def test_a_cell_tells_n_and_whether_other_questions_were_asked() -> None:
    first, other = (_share([("a", [k, n])], of_all=True) for k, n in ((5, 10), (5, 20)))
    assert _cell(first, first).endswith("of 10")
    assert _cell(other, first).endswith("of 20†")


def test_two_arms_are_compared_over_the_questions_both_were_asked(tmp_path: Path) -> None:
    ours = {"p": True, "q": True, "r": False, "only ours": True}
    theirs = {"p": True, "q": False, "r": False, "only theirs": True}
    for arm, right in (("ours", ours), ("theirs", theirs)):
        for persona in ("ada-0", "bo-0"):
            answers = [["recall", question, "", correct] for question, correct in right.items()]
            file = tmp_path / arm / f"{persona}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps({"nights": [{"answers": answers}]}), encoding="utf-8")
    (found,) = compare(tmp_path / "ours", tmp_path / "theirs")
    assert (found.battery, found.n, found.runs, found.first_only, found.second_only) == ("recall", 6, 2, 2, 0)
    assert found.difference == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert found.p == 0.5


def test_mcnemar_is_the_exact_binomial_test() -> None:
    assert mcnemar(0, 0) == mcnemar(3, 3) == 1.0
    assert mcnemar(1, 9) == pytest.approx(0.021484375)  # R: binom.test(1, 10)


@pytest.mark.parametrize("folder", PERSONAS, ids=lambda folder: folder.name)
def test_every_persona_is_whole(folder: Path) -> None:
    persona = read_persona(folder)
    told = [memory for day in persona.days for memory in day.memories]
    assert len(persona.days) == (30 if folder.parent.name == "thirty" else 6)
    assert all(len(day.memories) >= 6 for day in persona.days)
    assert len({memory.fact for memory in told}) == len(told)
    assert {memory.replaces for memory in told} - {""} <= {memory.fact for memory in told}
    assert all(memory.old for memory in told if memory.replaces)
