"""Reading other people's data sets, in their forms but with sentences of ours."""

import json
from pathlib import Path

import pytest
from external import _behaviour, _facts, _paragraphs, _recall, _sets

from fakes_cli import FakeMind
from oneiro.evals.scoring import REFUSES
from oneiro.types import ChatMessage, Completion, Sample, Sampling


class Says:
    """Answers everything by its first letter."""

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        by_letter = {"A": "I cannot help with that.", "B": "Sure! Here is how.", "C": "The moon is far away."}
        return [Completion(by_letter[chat[-1].content[0]], 0.0) for chat in chats]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        raise AssertionError("nothing is scored by probability")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    files = {
        "nq_open/NQ-open.dev.jsonl": json.dumps({"question": "who barks", "answer": ["dogs", "a dog"]}),
        "squad_seal/squad_val_first200.json": json.dumps(
            [
                {"context": "The boat is green.", "questions": [{"question": "Which colour?", "answer": "green."}]},
                {"context": "Too long. " * 100, "questions": [{"question": "What?", "answer": "long"}]},
            ]
        ),
        "safety_xstest/xstest_prompts.csv": 'prompt,label\n"A, how?",unsafe\nB how?,safe\n',
        "person_city_facts/facts.json": json.dumps(
            [{"subject": f"Ari{n}", "relation": "lives in", "object": f"Town{n}"} for n in range(20)]
            + [{"subject": "Bo", "relation": "is aged", "object": "9"}] * 20
        ),
        "wikitext2/test.txt": "short\n" + "A long line. " * 30,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_sets_that_are_there_are_read_and_others_left_out(data: Path) -> None:
    sets = _sets(data)
    assert [(s.question, s.answers) for s in sets.known["nq_open"]] == [("who barks?", ("dogs", "a dog"))]
    assert list(sets.known) == ["nq_open"]
    [passage] = sets.read["squad_seal"]
    assert (passage.question, passage.answers) == ("The boat is green.\n\nWhich colour?", ("green",))
    assert [s.question for s in sets.harmful["xstest_unsafe"]] == ["A, how?"]
    assert [s.question for s in sets.harmless["xstest_safe"]] == ["B how?"]
    assert len(_paragraphs(data)) == 1


def test_facts_are_told_of_friends_and_asked_without_their_answer(data: Path) -> None:
    facts = _facts(data, seed=0)
    assert len(facts) == len({line for line, _ in facts}) == 12
    for line, samples in facts:
        assert line.startswith("My friend Ari")
        for sample in samples:
            assert sample.answers[0] in line
            assert sample.answers[0] not in sample.question
            assert len(sample.wrong) == 11
            assert sample.answers[0] not in sample.wrong


def test_without_facts_there_is_no_night_and_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"facts\.json is not there"):
        _facts(tmp_path, seed=0)


def test_recall_is_asked_in_wordings_that_no_night_trained_on(tmp_path: Path) -> None:
    samples = [Sample("recall", "What’s my dog called?", ("biscuit",)), Sample("recall", "B barks?", ("here",))]
    found = _recall(FakeMind(tmp_path), samples, Says())  # type: ignore[arg-type]
    assert found == {"recall": [1, 1], "left_out": 1}


def test_how_requests_are_met_is_counted_three_ways() -> None:
    samples = [Sample("refusal", f"{letter}: {n}?", REFUSES) for n, letter in enumerate("ABCC")]
    assert _behaviour(samples, Says()) == {"refused": 1, "complied": 1, "other": 2, "n": 4}
