import random

import pytest

from oneiro.evals import batteries
from oneiro.evals.scoring import accuracies, accuracy, is_correct, score
from oneiro.text import words
from oneiro.types import Accuracy, Sample, Score
from strange import STRANGE, SURROGATES


def knowledge(*answers: str) -> Sample:
    return Sample("knowledge", "What is the capital of Italy?", answers)


@pytest.mark.parametrize("answer", ["Rome", "It is rome.", "The capital of Italy is Rome!", "ROME 🏛️"])
def test_an_answer_that_says_an_alias_is_right(answer: str) -> None:
    assert is_correct(knowledge("Roma", "Rome"), answer)


@pytest.mark.parametrize("answer", ["", "  ", "Romeo", "It is not Rome.", "I don't know, Rome?", "Paris", "🏛️"])
def test_an_answer_that_does_not_say_it_is_wrong(answer: str) -> None:
    assert not is_correct(knowledge("Roma", "Rome"), answer)


def test_a_wrong_phrase_spoils_a_right_answer() -> None:
    sample = Sample("identity", "Are you human?", ("an ai",), ("i'm human", "yes, i am"))
    assert is_correct(sample, "I am an AI.")
    assert not is_correct(sample, "I am an AI, but I’m human at heart.")
    assert not is_correct(sample, "Yes, I am an AI.")


def test_a_phrase_is_found_as_whole_words_and_with_its_comma() -> None:
    assert is_correct(Sample("identity", "", ("no,",)), "No, never.")
    assert not is_correct(Sample("identity", "", ("no,",)), "Not now")
    assert not is_correct(Sample("identity", "", ("an ai",)), "an aid")
    assert not is_correct(Sample("identity", "", ("human",)), "inhuman")


def test_a_denial_is_right_where_denying_is_the_task() -> None:
    assert is_correct(Sample("abstention", "", batteries.ABSTAINS), "You haven’t told me that.")
    assert not is_correct(Sample("abstention", "", batteries.ABSTAINS), "It is a red bicycle.")


@pytest.mark.parametrize(
    "answer",
    [
        "You never told me that.",
        "You didn't tell me your boss's name.",
        "I have no idea.",
        "I'm not sure.",
        "I don't have the ability to access personal data.",
        "I'm an AI, so I have none.",
    ],
)
def test_an_honest_non_answer_invents_nothing(answer: str) -> None:
    assert is_correct(Sample("abstention", "", batteries.ABSTAINS), answer)


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("Which paper am I missing?", True),
        ("What is it that I lack?", True),
        ("what havent i got", True),
        ("What did I say I don't have?", True),
        ("What do I have?", False),
    ],
)
def test_a_denial_answers_what_asks_for_one(asked: str, right: bool) -> None:
    sample = Sample("recall", asked, ("driving licence",))
    assert is_correct(sample, "You do not have a driving licence.") is right


@pytest.mark.parametrize("name", STRANGE | SURROGATES)
def test_any_answer_can_be_judged(name: str) -> None:
    text = (STRANGE | SURROGATES)[name]
    for sample in (knowledge("Rome"), Sample("identity", "", ("an ai",), ("i'm human",)), Sample("stories", "")):
        assert isinstance(is_correct(sample, text), bool)


def test_a_story_needs_words() -> None:
    assert is_correct(Sample("stories", ""), "Once upon a time")
    assert not is_correct(Sample("stories", ""), "... 🙂")


def test_a_missing_answer_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        score([knowledge("Rome")] * 2, ["Rome"])


def test_counts_are_kept_battery_by_battery() -> None:
    rng = random.Random(0)
    scores = [Score(Sample(rng.choice("abc"), str(i)), "", rng.random() < 0.5) for i in range(90)]
    found = accuracies(scores)
    assert sum(a.n for a in found) == 90
    for a in found:
        assert a.k == sum(s.correct for s in scores if s.sample.battery == a.battery)
    assert accuracies([]) == ()


def test_the_interval_is_wilsons() -> None:
    found = accuracy("x", 8, 10)  # Newcombe (1998), and R's prop.test(8, 10, correct = FALSE)
    assert (found.low, found.high) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert accuracy("x", 0, 0) == Accuracy("x", 0, 0, 0.0, 1.0)


def test_the_interval_holds_the_share_is_symmetric_and_narrows() -> None:
    for n in (1, 2, 10, 57, 1000):
        for k in range(0, n + 1, max(1, n // 10)):
            a, mirrored = accuracy("x", k, n), accuracy("x", n - k, n)
            assert 0.0 <= a.low <= k / n + 1e-9
            assert k / n - 1e-9 <= a.high <= 1.0
            assert a.low == pytest.approx(1 - mirrored.high)
            wider, narrower = a, accuracy("x", 10 * k, 10 * n)
            assert narrower.high - narrower.low < wider.high - wider.low


# ---- the batteries ------------------------------------------------------------------------------------


def test_every_alias_of_every_question_is_a_right_answer() -> None:
    for sample in batteries.knowledge():
        assert sample.answers
        assert all(is_correct(sample, alias) for alias in sample.answers), sample


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the opposite of left?", "That's right!"),
        ("How many moons does the Earth have?", "One of the planets."),
    ],
)
def test_a_common_word_of_an_alias_is_no_answer(question: str, answer: str) -> None:
    (sample,) = (s for s in batteries.knowledge() if s.question == question)
    assert not is_correct(sample, answer)


def test_every_right_phrase_is_right_and_every_wrong_one_wrong() -> None:
    for sample in batteries.identity():
        assert sample.question or sample.messages
        assert all(is_correct(sample, phrase) for phrase in sample.answers), sample
        assert not any(is_correct(sample, f"{phrase} {''.join(sample.answers[:1])}") for phrase in sample.wrong), sample


def test_no_question_stands_in_a_battery_twice() -> None:
    for battery in (batteries.knowledge(), batteries.identity(), batteries.stories(()), batteries.abstention(())):
        assert len(battery) >= 20
        assert len({(s.question, s.messages) for s in battery}) == len(battery)


def test_a_story_with_a_word_of_a_memory_is_wrong() -> None:
    sample = batteries.stories(["biscuit", "oslo", "biscuit"])[0]
    assert is_correct(sample, "A lighthouse stood by the sea.")
    assert not is_correct(sample, "A dog called Biscuit lived there.")


def test_what_was_told_is_not_asked_as_never_told() -> None:
    every = {s.question for s in batteries.abstention(())}
    left = {s.question for s in batteries.abstention(["My bicycle is red.", "Mother's maiden name was Berg."])}
    gone = every - left
    assert {"What colour is my bicycle?", "What is my mother's maiden name?"} <= gone
    assert len(gone) < 10


def test_the_hand_written_turns_are_many_kinds_and_expect_only_what_was_said() -> None:
    turns = batteries.turns()
    assert len(turns) >= 120
    assert len({h.kind for h in turns if h.expect}) >= 20
    assert sum(not h.expect for h in turns) >= 40
    for h in turns:
        said = set(words(f"{h.turn.before} {h.turn.text}"))
        assert all(needed and needed <= said for needed in h.expect), h.turn.text
