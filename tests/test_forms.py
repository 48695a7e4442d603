import pytest

from oneiro.asking import plain_questions


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        ("The user moved from Lyon to Oslo.", "Where did I move to?", "You moved to Oslo."),
        (
            "The user grew up on a barge.",
            "Where could I show a friend the places of my childhood?",
            "On a barge, where you come from.",
        ),
        (
            "The user has broken the user's thumb twice.",
            "How often have I broken my thumb?",
            "You have broken your thumb twice.",
        ),
        (
            "The user's colleague is called Eino.",
            "Which colleague have I told you about?",
            "You told me about Eino.",
        ),
        ("The user is 61 years old.", "How old am I?", "You are 61."),
        ("The user's niece Mary Ann sings.", "Name my niece.", "Your niece is called Mary Ann."),
        (
            "The user is flying to Oslo in ten days.",
            "When does my trip to Oslo begin?",
            "You are travelling to Oslo at that time: in ten days.",
        ),
        ("The user plays the harp and the oud.", "Which instrument do I play?", "You play the harp and the oud."),
        ("The user turned 61 in May.", "How old am I?", "You are 61."),
        ("The user's exams start in ten days.", "What of mine start in ten days?", "Your exams start in ten days."),
    ],
)
def test_what_people_tell_most_is_asked_for_in_their_words(statement: str, question: str, answer: str) -> None:
    assert (question, answer) in [(asked.question, asked.answer) for asked in plain_questions(statement)]


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("The user is a beginner in beekeeping.", "What is my profession?"),
        ("The user was born on a Friday.", "Where do I come from?"),
        ("The user is not supposed to eat salt.", "What don't I eat?"),
        ("The user's cousin is tall.", "What is my cousin like?"),
        (
            "The user's cousin is richer than the user.",
            "Somebody draws me next to my cousin. What should the picture respect?",
        ),
        ("The user works at a mill.", "Which company do I work for?"),
        ("The user moved from teaching to nursing.", "Where do I live now?"),
        ("The user has a hearing test on Friday.", "Remind me what I have to pass."),
        ("The user scored 71 percent in the pilot's exam.", "How did I do in that contest of mine?"),
        ("The user was taught to row by a nun.", "Who was a nun to me?"),
        ("The user's aunt sings every Friday.", "Whom do I think of every Friday?"),
        ("The user's uncle named their son Leo.", "What did my uncle name my son?"),
        ("The user is 34 weeks pregnant.", "How old am I?"),
        ("The user is 6 feet tall.", "What is my age?"),
    ],
)
def test_no_form_asks_what_its_statement_does_not_tell(statement: str, question: str) -> None:
    assert question not in [asked.question for asked in plain_questions(statement)]
