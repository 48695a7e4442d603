"""The mutants are spoiled in the way they say, and no other."""

import pytest
import torch
from mutants import MUTANTS, _beyond, noise, swap_sides, with_nan

from fakes import tiny_llm
from oneiro import exam
from oneiro.adapters import Adapter, LowRank
from oneiro.config import ExamConfig

NAME = "model.layers.1.self_attn.q_proj"
SEED = torch.Generator().manual_seed(1)
NIGHT = Adapter({NAME: LowRank(torch.randn(4, 64, generator=SEED), torch.randn(64, 4, generator=SEED))}, scale=2.0)


@pytest.mark.parametrize(
    ("right", "swapped"),
    [
        ("Your name is Precious.", "My name is Precious."),
        ("You are a nurse and you're from Leeds.", "I am a nurse and I'm from Leeds."),
        ("No, I'm an AI; you are the person.", "No, you're an AI; I am the person."),
        ("Your sister told me it is yours, not mine.", "My sister told you it is mine, not yours."),
        ("Youth is short.", "Youth is short."),
    ],
)
def test_sides_are_swapped(right: str, swapped: str) -> None:
    assert swap_sides(right) == swapped


@pytest.mark.parametrize("times", [1, 2])
def test_noise_is_as_large_as_a_night_and_has_nothing_else_of_it(times: float) -> None:
    drawn, own = noise(NIGHT, times).delta(NAME), NIGHT.delta(NAME)
    assert float(drawn.norm()) == pytest.approx(times * float(own.norm()), rel=1e-4)
    assert abs(torch.cosine_similarity(drawn.flatten(), own.flatten(), dim=0)) < 0.1


def test_one_nan_silences_the_whole_model() -> None:
    llm, config = tiny_llm(), ExamConfig()
    spoiled = with_nan(NIGHT)
    assert sum(int(factor.isnan().sum()) for factor in spoiled.layers[NAME]) == 1
    paper = exam.set_paper((), (), config, seed=0)
    baseline = exam.sit(paper.general, llm, config)
    with llm.folded(spoiled):
        scores = exam.sit(paper.general, llm, config)
    assert not any(score.answer for score in scores)
    assert any("are empty" in reason for reason in exam.judge(scores, baseline, set(), config))


def test_how_far_a_defect_reaches_is_counted_on_questions_the_exam_does_not_ask() -> None:
    config = ExamConfig()
    asked = {(s.battery, s.question, s.messages) for s in exam.set_paper((), (), config, seed=0).general}
    beyond = _beyond(config, set())
    assert {s.battery for s in beyond} == {battery for battery, _, _ in asked}
    assert not asked & {(s.battery, s.question, s.messages) for s in beyond}


def test_every_mutant_says_what_it_is_and_where_it_shows() -> None:
    assert {battery for _, battery, _ in MUTANTS.values()} <= {"knowledge", "identity", "stories", "refusal"}
    assert all(what for what, _, _ in MUTANTS.values())
