import random

import pytest

from oneiro.mirror import of_its_own_side, turned_around
from oneiro.types import Dream


@pytest.mark.parametrize(
    ("asked", "turned"),
    [
        ("Where do I live?", "Where do you live?"),
        ("What is my nan called?", "What is your nan called?"),
        ("Who is Hinemoa to me?", "Who is Hinemoa to you?"),
        ("Am I from Oamaru?", "Are you from Oamaru?"),
        ("Where was I born?", "Where were you born?"),
        ("What was I afraid of?", "What were you afraid of?"),
        ("What am I good at?", "What are you good at?"),
        ("Which dog is mine?", "Which dog is yours?"),
        ("My dog is called what?", "Your dog is called what?"),
        ("What's the place I'm from?", "What's the place you're from?"),
        ("What’s the place I’m from?", "What's the place you're from?"),
        ("Was my dog ill?", "Was your dog ill?"),
        ("Do I get up at 5 am?", "Do you get up at 5 am?"),
        ("Did I work in a coal mine?", "Did you work in a coal mine?"),
    ],
)
def test_a_question_about_the_user_is_turned_to_the_model(asked: str, turned: str) -> None:
    assert turned_around(asked) == turned


@pytest.mark.parametrize(
    "asked",
    [
        "Do you know where I live?",  # speaks to the model already
        "Tell me my name.",
        "Tell me where I live?",
        "Where does Hinemoa live?",  # not of the user
        "I forgot where I live.",
        "My nan is ringing. Which name shows on my phone?",
        "Which of us lives in Oamaru?",
        "Do I teach World War I?",
        "",
    ],
)
def test_what_is_no_plain_question_about_the_user_is_left_alone(asked: str) -> None:
    assert turned_around(asked) is None


def dreams(*questions: str) -> list[Dream]:
    return [Dream(f"m{n}", "direct", question, "You live in Oamaru.", "source") for n, question in enumerate(questions)]


def test_the_model_answers_from_its_own_side_and_never_with_the_memory() -> None:
    asked = dreams("Where do I live?", "Do I live in Oamaru?", "Do you know my town?")
    found = {e.question: e.answer for e in of_its_own_side(asked, 10, 0.0, random.Random(0))}
    assert set(found) == {"Where do you live?", "Do you live in Oamaru?"}
    assert found["Do you live in Oamaru?"].startswith("No,")
    for answer in found.values():
        assert "Oamaru" not in answer
        assert "AI" in answer or "language model" in answer


def test_so_many_are_drawn_each_once_and_as_the_seed_says() -> None:
    asked = dreams(*(f"What is my thing number {n}?" for n in range(30)), *("Where do I live?",) * 5)
    found = of_its_own_side(asked, 12, 0.5, random.Random(1))
    assert len({e.question for e in found}) == len(found) == 12
    assert found == of_its_own_side(asked, 12, 0.5, random.Random(1))
    assert found != of_its_own_side(asked, 12, 0.5, random.Random(2))
    assert len(of_its_own_side(asked, 99, 0.5, random.Random(1))) == 31
    assert of_its_own_side([], 5, 0.5, random.Random(1)) == []


def test_some_come_right_after_the_users_own_question() -> None:
    (asked,) = of_its_own_side(dreams("Where do I live?"), 1, 1.0, random.Random(0))
    assert asked.question == "And where do you live?"
    assert [m.content for m in asked.before] == ["Where do I live?", "You live in Oamaru."]
    many = of_its_own_side(dreams(*(f"What is my thing number {n}?" for n in range(200))), 200, 0.3, random.Random(0))
    assert 30 < sum(bool(e.before) for e in many) < 90
    assert all(e.group == "mirror" and not e.leash and not e.memory_id for e in many)
