import pytest

from oneiro.asking import plain_questions

CASES = [
    (
        "The user will deliver a lecture on comets in May.",
        [
            ("What will I deliver?", "You will deliver a lecture."),
            ("When will I deliver a lecture?", "You will deliver a lecture in May."),
        ],
    ),
    ("The user's brother can't eat onions.", [("What can't my brother eat?", "Your brother can't eat onions.")]),
    (
        "The user hasn't drunk coffee since the ulcer.",
        [("What haven't I drunk since the ulcer?", "You haven't drunk coffee since the ulcer.")],
    ),
    ("The user must avoid sugar.", [("What must I avoid?", "You must avoid sugar.")]),
    ("The user would like to see Oslo.", [("What would I like to see?", "You would like to see Oslo.")]),
    ("The user never eats meat.", [("What do I never eat?", "You never eat meat.")]),
]


@pytest.mark.parametrize(("statement", "expected"), CASES, ids=lambda case: case if isinstance(case, str) else "")
def test_the_verb_that_opens_a_question_is_the_statement_s_own(statement: str, expected: list[tuple[str, str]]) -> None:
    asked = {(pair.question, pair.answer) for pair in plain_questions(statement)}
    assert set(expected) <= asked
