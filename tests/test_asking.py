import pytest

from oneiro.asking import of_today, plain_questions
from oneiro.kinds import invent
from oneiro.screen import judge_words
from oneiro.types import BY_RULE, Dream


def test_questions_are_well_spaced() -> None:
    asked = [
        pair.question
        for said in ("snores", "is ill", "goes to bed at nine")
        for pair in plain_questions(f"The user {said}.")
    ]
    assert {"Do I snore?", "Am I ill?", "When do I go to bed?"} <= set(asked)
    assert not [question for question in asked if "  " in question or " ?" in question]


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "The user",
        "The user's",
        "The user's.",
        "The sea is salty.",
        "I drive a van.",
        "The user's dog.",
        "The user .",
    ],
)
def test_what_is_no_statement_is_asked_nothing(statement: str) -> None:
    assert plain_questions(statement) == []


def test_of_the_statements_of_the_library_most_are_asked_for_and_the_screen_finds_no_wrong_side() -> None:
    facts = [(t.turn.text, fact.statement) for t in invent(400, seed=3, nothing=0) for fact in t.facts]
    asked = [(source, statement, plain_questions(statement)) for source, statement in facts]
    assert sum(len(pairs) >= 3 for *_, pairs in asked) > 0.8 * len(asked)
    for source, statement, pairs in asked:
        for pair in pairs:
            dream = Dream(
                "m", pair.kind, pair.question, pair.answer, f"{source} {statement}", statement, confidence=BY_RULE
            )
            assert not str(judge_words(dream)).startswith(("told from", "a never-told", "says no")), pair


def test_every_other_question_for_what_is_so_asks_for_today_s() -> None:
    asked = [
        "Where do I live?",
        "Remind me where I live.",
        "What did I sell?",
        "What's my job?",
        "I'm lost. What do I do?",
    ]
    assert of_today(asked) == [
        "Where do I live?",
        "Remind me where I live now.",
        "What did I sell?",
        "What's my job?",
        "I'm lost. What do I do?",
    ]
    of_change = ["Where do I live?", "What is my new dog called?", "Where do I live these days?"]
    assert of_today(of_change) == of_change
