import random

import pytest

from oneiro.doubt import LONGEST, about_the_user, bound, withheld
from oneiro.evals import batteries
from oneiro.types import ChatMessage

ASKED = [ChatMessage("user", "What is my sister's name?")]


@pytest.mark.parametrize(
    "question",
    [
        "What is my sister's name?",
        "Who is my best friend?",
        "On which day in May is my birthday?",
        "where do I live",
        "Which of my cousins got married first?",
        "How old is my dog?",
        "Do you know what I do for a living?",
        "Tell me where I grew up.",
        "Can you remind me what my boat is called?",
        "Can you tell where I live?",
        "Remind me what the dog is called.",
        "In which town was I born?",
        "And who is my neighbour?",
        "What’s my name?",
        "Did I ever break a bone?",
        "What can I not eat?",
        "Which foods can't I eat?",
        "When must I take my pills?",
        "Could you tell me my dog's name?",
        "Can you remember my dog's name?",
        "I forgot what my dog is called.",
        "Have I told you my name?",
        "What was my dog called when I was six?",
        "Do you know when my birthday is?",
        "Tell me when my exam is.",
        "Can you tell me if my sister is married?",
        "Hi! What's my name?",
        "Ok what's my name?",
        "Well, where do I live?",
        "Quick question: where do I live?",
        "whats my name",
        "can u tell me my name",
        "Isn't my sister a nurse?",
        "Don't I have a dog?",
        "Remember my dog's name?",
        "Where do we live?",
        "What is our dog called?",
        "How did I meet my wife?",
        "Why did I quit my job?",
        "When do I teach World War I?",
    ],
)
def test_questions_about_the_users_life(question: str) -> None:
    assert about_the_user(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "How do I sharpen my knife?",
        "What should I cook tonight?",
        "Why do I sneeze in the sun?",
        "Can I freeze my bread?",
        "What is the best way to keep my bread?",
        "What do I need to bake a cake?",
        "Write a poem about my sister.",
        "My sister is ill.",
        "What is your name?",
        "Is your name the same as mine?",
        "Which planet do we live on?",
        "Where could we go at the weekend?",
        "Tell me a joke.",
        "Can you tell me the time?",
        "What happens if I eat raw eggs?",
        "When I boil an egg, how long does it take?",
        "What does it mean when my cat purrs?",
        "Name a good book for me.",
        "I forgot what the capital of France is.",
        "When did World War I end?",
        "How old is our planet?",
        "What do we call a young swan?",
        "Remember that my dog's name is Bo.",
        "Why did my cake collapse?",
        "",
    ],
)
def test_what_asks_for_something_else(question: str) -> None:
    assert not about_the_user(question)


def test_no_general_task_of_the_batteries_is_taken_for_a_question_about_the_user() -> None:
    others = [*batteries.stories(()), *batteries.useful(), *batteries.safety(harmful=True), *batteries.knowledge()]
    taken = [s.question for s in others if about_the_user(s.question)]
    assert len(others) > 500
    assert taken == ["Who gave the speech known as I Have a Dream?"]


def test_the_bound_tells_right_from_invented_best() -> None:
    assert bound([-0.1, -0.2], [-0.4, -0.9]) == pytest.approx(-0.3)
    assert bound([-0.1, -0.2, -0.8], [-0.5, -0.6, -0.7, -0.9]) == pytest.approx(-0.35)  # one right one is given up
    assert bound([-0.1, -0.2, -0.8], [-0.5, -0.6, -0.7, -0.9], right_weight=9) == pytest.approx(-0.85)


def test_no_other_bound_does_better() -> None:
    rng = random.Random(0)
    for weight in [1.0] * 25 + [2.0] * 25:
        right = [rng.gauss(-0.2, 0.2) for _ in range(rng.randint(1, 20))]
        untold = [rng.gauss(-0.5, 0.3) for _ in range(rng.randint(1, 20))]

        def index(
            mark: float, weight: float = weight, right: list[float] = right, untold: list[float] = untold
        ) -> float:
            return sum(p < mark for p in untold) / len(untold) - weight * sum(p < mark for p in right) / len(right)

        found = bound(right, untold, right_weight=weight)
        best = max(index(mark + 1e-9) for mark in [*right, *untold])
        assert (found is None and best <= 0) or index(found or 0.0) >= best - 1e-9


@pytest.mark.parametrize(("right", "untold"), [([], [-1.0]), ([-1.0], []), ([-0.9], [-0.1]), ([-0.5], [-0.5])])
def test_where_nothing_can_be_told_apart_there_is_no_bound(right: list[float], untold: list[float]) -> None:
    assert bound(right, untold) is None


def test_an_unsure_answer_about_the_user_is_withheld() -> None:
    assert withheld(ASKED, "Your sister is called Ida.", -0.6, -0.3)
    assert not withheld(ASKED, "Your sister is called Ida.", -0.2, -0.3)
    assert not withheld(ASKED, "Your sister is called Ida.", -0.6, None)
    assert not withheld([ChatMessage("user", "Who was Ada Lovelace?")], "A mathematician.", -0.6, -0.3)
    assert not withheld(ASKED, "word " * (LONGEST + 1), -0.6, -0.3)
    assert not withheld(ASKED, "I'm an AI, so I have none.", -0.6, -0.3)


def test_what_was_said_in_this_conversation_is_given() -> None:
    chat = [ChatMessage("user", "My sister Ida plays chess."), ChatMessage("assistant", "Nice!"), *ASKED]
    assert not withheld(chat, "Your sister's name is Ida.", -0.6, -0.3)
    assert withheld(chat, "Your sister's name is Rosa.", -0.6, -0.3)
    only_the_model_said_it = [ChatMessage("user", "Hi."), ChatMessage("assistant", "Ida!"), *ASKED]
    assert withheld(only_the_model_said_it, "Your sister's name is Ida.", -0.6, -0.3)
