import pytest

from oneiro.earnest import in_earnest, is_question, is_request
from strange import STRANGE, SURROGATES


@pytest.mark.parametrize(
    ("said", "asks", "wants"),
    [
        ("Do I snore?", True, False),
        ("how do i get my pan clean", True, False),
        ("can i work in hospitals too", True, False),
        ("Ok, should I call her tonight", True, False),
        ("is my dog old", True, False),
        ("Tell me a joke.", False, True),
        ("Write me a poem about a hen.", False, True),
        ("Let me know what you think.", False, True),
        ("Help me find a present.", False, True),
        ("Thanks for listening to me!", False, True),
        ("Please explain my blood results.", False, True),
        ("Please note that I'm allergic to nuts.", False, False),
        ("Thanks to my aunt I can swim.", False, False),
        ("Did my taxes today.", False, False),
        ("Read three books this week.", False, False),
        ("Will is my brother.", False, False),
        ("I keep bees.", False, False),
    ],
)
def test_a_question_needs_no_mark_and_a_request_begins_with_its_verb(said: str, *, asks: bool, wants: bool) -> None:
    assert (is_question(said), is_request(said)) == (asks, wants)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("I suppose my car is old.", "I suppose my car is old."),
        ("I can't imagine life without my dog.", "I can't imagine life without my dog."),
        ("I'm diabetic. What if I forget my insulin at the airport?", "I'm diabetic."),
        ("I'm a nurse. If I had more money I'd quit. I like it.", "I'm a nurse. I like it."),
        ("I moved to Oslo. Imagine that!", "I moved to Oslo."),
        ("In the book club we read Middlemarch.", "In the book club we read Middlemarch."),
        ("I have a cat. Translate this: my dog is a hero. I hate dogs.", "I have a cat."),
        ("Suppose I'm allergic to gold. I have a ring.", ""),
        ("Let's play: I'm a dragon.", ""),
        ("In the film I'm a spy.", ""),
        ("You are a waiter and I'm a guest.", ""),
        ("Proofread this: my client has two dogs.", ""),
        ("Role play: I'm a spy and you're my handler.", ""),
        ("You're a strict teacher, I'm the pupil.", ""),
        ("Put this into the past tense: I live in a tent.", ""),
        ("translate to german: my brother is a doctor", ""),
    ],
)
def test_what_is_supposed_is_left_out_and_a_game_to_its_end(said: str, kept: str) -> None:
    assert in_earnest(said) == kept


@pytest.mark.parametrize("name", STRANGE | SURROGATES)
def test_any_text_can_be_told_in_earnest(name: str) -> None:
    text = (STRANGE | SURROGATES)[name]
    assert in_earnest(text) == text
