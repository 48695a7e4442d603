import math
from collections.abc import Iterator, Sequence

import pytest

from oneiro.doubt import LONGEST, UNTOLD
from oneiro.recall import Recall, tells_of_the_user
from oneiro.types import ChatMessage, Completion, Piece, Sampling

TOWN, SISTER = "Where do I live?", "What is my sister's name?"
LEAST = -0.3


def ask(*questions: str) -> list[list[ChatMessage]]:
    return [[ChatMessage("user", question)] for question in questions]


class Forgetful:
    """Knows the town; of the sister it thinks last, and knows nothing of a cat."""

    def __init__(self) -> None:
        self.first = {
            TOWN: ("You live in Oslo.", -0.1),
            SISTER: ("You live in Oslo.", -0.5),
            "Tell me a joke.": ("Ha!", -2.0),
        }
        self.drawn = [("Your sister is called Ida.", -0.4), ("Ida", -0.1), ("You live in Oslo.", -0.5)]
        self.asked: list[Sampling] = []

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        self.asked.append(sampling)
        if sampling.temperature:
            return [Completion(*self.drawn[n % len(self.drawn)]) for n in range(len(chats))]
        return [Completion(*self.first.get(chat[-1].content, ("Your cat is called Rex.", -0.9))) for chat in chats]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        return [-0.5 for _ in chats]


class Recogniser:
    """Takes a town for what is asked of a town, and a sister for what is asked of a sister."""

    def fits(self, questions: Sequence[str], answers: Sequence[str]) -> list[float]:
        def suits(question: str, told: str) -> bool:
            return ("Oslo" in told and question == TOWN) or "sister" in told

        return [3.0 if suits(question, told) else -1.0 for question, told in zip(questions, answers, strict=True)]


def recall(weight: float = 0.1, least: float | None = LEAST) -> Recall:
    return Recall(Forgetful(), Recogniser(), weight=weight, least=least)


def test_how_sure_an_answer_is_rises_with_how_well_it_fits_its_question() -> None:
    town, sister = recall(least=None).complete(ask(TOWN, SISTER), Sampling(8))
    assert (town.text, sister.text) == ("You live in Oslo.", "You live in Oslo.")
    assert (town.mean_logprob, sister.mean_logprob) == pytest.approx((-0.1 + 0.1 * 3, -0.5 - 0.1))
    assert recall(weight=0, least=None).complete(ask(TOWN), Sampling(8))[0].mean_logprob == -0.1


def test_an_unsure_answer_is_thought_over_and_the_one_that_fits_and_tells_of_the_user_is_given() -> None:
    said = recall().complete(ask(TOWN, SISTER), Sampling(8))
    assert [one.text for one in said] == ["You live in Oslo.", "Your sister is called Ida."]


def test_what_is_still_unsure_is_withheld_and_nothing_is_drawn_where_nothing_is_recognised() -> None:
    assert [c.text for c in recall(least=0.2).complete(ask(SISTER), Sampling(8))] == [UNTOLD]
    mind = Forgetful()
    said = Recall(mind, Recogniser(), weight=0, least=LEAST).complete(ask(TOWN, SISTER), Sampling(8))
    assert [one.text for one in said] == ["You live in Oslo.", UNTOLD]
    assert [sampling.temperature for sampling in mind.asked] == [0]


def test_advice_and_what_is_no_question_are_not_thought_over() -> None:
    for said in ("What should I cook tonight?", "I am tired today."):
        mind = Forgetful()
        assert Recall(mind, Recogniser(), weight=0.1, least=LEAST).complete(ask(said), Sampling(8))[0].text != UNTOLD
        assert len(mind.asked) == 1
    assert recall().complete(ask("who is rex?"), Sampling(8))[0].text == "Your sister is called Ida."


def test_what_was_said_in_this_conversation_is_not_thought_over() -> None:
    mind = Forgetful()
    chat = [ChatMessage("user", "I live in Oslo."), ChatMessage("assistant", "Nice!"), *ask(SISTER)[0]]
    assert (
        Recall(mind, Recogniser(), weight=0.1, least=LEAST).complete([chat], Sampling(8))[0].text == "You live in Oslo."
    )
    assert len(mind.asked) == 1


def test_other_answers_are_left_alone() -> None:
    mind = Forgetful()
    said = Recall(mind, Recogniser(), weight=0.1, least=LEAST).complete(ask("Tell me a joke."), Sampling(8))
    assert said == [Completion("Ha!", -2.0)]
    assert len(mind.asked) == 1
    assert Recall(mind, Recogniser(), weight=0.1).score(ask(TOWN), ["Oslo."]) == [-0.5]


def test_a_bound_found_with_a_recogniser_withholds_nothing_where_that_is_missing() -> None:
    said = Recall(Forgetful(), None, weight=0.1, least=LEAST).complete(ask(SISTER), Sampling(8))
    assert said == [Completion("You live in Oslo.", -0.5)]


def test_an_answer_from_the_cache_has_no_certainty_to_add_to() -> None:
    cached = [Completion("You live in Oslo.", math.nan)]
    assert math.isnan(recall(least=None).considered(ask(TOWN), cached)[0].mean_logprob)


@pytest.mark.parametrize(
    ("answer", "tells"),
    [
        ("You live in Oslo.", True),
        ("Your dog's called Biscuit.", True),
        ("Yes, you do.", True),
        ("No. You've never been there.", True),
        ("I'm an AI.", False),
        ("The capital of France is Paris.", False),
        ("Young people live in Oslo.", False),
        ("", False),
        ("You " + "word " * LONGEST, False),
    ],
)
def test_what_tells_the_user_of_themselves(answer: str, tells: bool) -> None:
    assert tells_of_the_user(answer) is tells


def pieces(text: str, logprob: float) -> list[Piece]:
    return [Piece(f"{word} ", logprob) for word in text.split()]


def test_a_stream_about_the_user_is_held_back_until_it_can_be_judged() -> None:
    chat = ask(SISTER)[0]
    assert "".join(recall().stream(chat, pieces("Your sister is Ida.", -0.1))) == "Your sister is Ida. "
    assert "".join(recall().stream(chat, pieces("You live in Oslo.", -0.9))) == "Your sister is called Ida."
    assert "".join(recall(least=0.2).stream(chat, pieces("You live in Oslo.", -0.9))) == UNTOLD
    assert "".join(recall(least=None).stream(chat, pieces("You live in Oslo.", -0.9))) == "You live in Oslo. "
    assert list(recall().stream(chat, [])) == [""]


def test_other_streams_and_long_ones_flow() -> None:
    drawn: list[int] = []

    def slowly(count: int) -> Iterator[Piece]:
        for number in range(count):
            drawn.append(number)
            yield Piece(f"{number} ", -2.0)

    other = recall().stream(ask("Tell a story.")[0], slowly(9))
    assert next(other) == "0 "
    assert drawn == [0]
    drawn.clear()
    may_be = recall().stream(ask("Who is Ida?")[0], slowly(9))
    assert next(may_be) == "0 1 2 "
    assert drawn == [0, 1, 2]
    drawn.clear()
    long = recall().stream(ask(SISTER)[0], slowly(3 * LONGEST))
    assert len(next(long).split()) == LONGEST + 1
    assert len(drawn) == LONGEST + 1
    assert "".join(long).split() == [str(n) for n in range(LONGEST + 1, 3 * LONGEST)]
