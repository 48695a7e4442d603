import pytest

from oneiro.asking import plain_questions


@pytest.mark.parametrize(
    ("statement", "turned"),
    [
        ("The user's brother Arne lives in Oslo.", "Your brother Arne lives in Oslo."),
        ("The user goes swimming every Tuesday.", "You go swimming every Tuesday."),
        ("The user always carries a compass.", "You always carry a compass."),
        ("The user has a cat and works in a dairy.", "You have a cat and work in a dairy."),
        ("The user renamed their dog.", "You renamed your dog."),
        ("The user's doctor has forbidden the user salt.", "Your doctor has forbidden you salt."),
        ("The user misses the user's aunt.", "You miss your aunt."),
        ("The user used to sing and now paints.", "You used to sing and now paint."),
    ],
)
def test_a_statement_is_told_to_its_user(statement: str, turned: str) -> None:
    answers = [asked.answer for asked in plain_questions(statement)]
    assert f"Yes, {turned[0].lower()}{turned[1:]}" in answers


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        (
            "The user's hens don't like it that the user was away.",
            "Did I tell you that my hens don't like it that I was away?",
            "Yes, your hens don't like it that you were away.",
        ),
        (
            "The user's mill burned down before the user was born.",
            "What burned down before I was born?",
            "Your mill burned down before you were born.",
        ),
    ],
)
def test_what_the_user_does_is_asked_in_the_first_person(statement: str, question: str, answer: str) -> None:
    assert (question, answer) in [(asked.question, asked.answer) for asked in plain_questions(statement)]
