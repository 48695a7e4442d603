import pytest

from oneiro.asking import plain_questions
from oneiro.asking.clauses import told_back
from oneiro.text import words


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        (
            "The user's uncles have all emigrated.",
            "What do you know about my uncles?",
            "Your uncles have all emigrated.",
        ),
        ("The user's maths teacher Ada is 88.", "Who is Ada?", "Ada is your maths teacher."),
        (
            "The user's nan always wins at mahjong.",
            "What does my nan always win at?",
            "Your nan always wins at mahjong.",
        ),
        ("The user's aunt Ada still lives in Hull.", "Where does Ada live?", "Your aunt Ada lives in Hull."),
        ("The user's nephew Sly sings.", "Who is Sly?", "Sly is your nephew."),
        (
            "The user's whole family lives in Hull.",
            "Where does my whole family live?",
            "Your whole family lives in Hull.",
        ),
        ("The user's vet said that mice bite.", "Who said that mice bite?", "Your vet said that mice bite."),
        ("The user's chemistry teacher is ill.", "Who is ill?", "Your chemistry teacher is ill."),
        ("The user's doctor in Tampere is ill.", "Who is ill?", "Your doctor in Tampere is ill."),
        ("The user now trains the sons of a judge.", "Who do I train?", "You train the sons of a judge."),
        ("The user's kids love boats.", "What do my kids love?", "Your kids love boats."),
        ("The user's nieces still live in Hull.", "Where do my nieces live?", "Your nieces live in Hull."),
        ("The user's nan no longer rows.", "Who no longer rows?", "Your nan no longer rows."),
        ("The user's nan hardly ever rows.", "What do you know about my nan?", "Your nan hardly ever rows."),
        (
            "The user's aunt recently moved to Hull.",
            "Tell me where my aunt recently moved to.",
            "Your aunt recently moved to Hull.",
        ),
        (
            "The user's best cake ever was a pavlova.",
            "What was my best cake ever?",
            "Your best cake ever was a pavlova.",
        ),
        (
            "The user's uncle once put a crab in a tin.",
            "Tell me what my uncle once put in a tin.",
            "Your uncle once put a crab in a tin.",
        ),
        ("The user's newt only eats crabs.", "What does my newt only eat?", "Your newt only eats crabs."),
        (
            "The user's newt lives on soup of Roscoff onions.",
            "What does my newt live on?",
            "Your newt lives on soup of Roscoff onions.",
        ),
    ],
)
def test_a_statement_is_cut_at_its_verb(statement: str, question: str, answer: str) -> None:
    assert (question, answer) in [(asked.question, asked.answer) for asked in plain_questions(statement)]


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("The user and Ida have given up tango.", "I forgot what I and."),
        ("The user's trip to Tampere is in May.", "Who is Tampere?"),
        ("The user's lodger in Tampere is called Eino.", "What is my lodger in called?"),
        ("The user's two lodgers sing at night.", "What do you know about my two?"),
        ("The user's favourite dish is soup of Roscoff onions.", "What do you know about Roscoff?"),
        ("The user's aunts miss the bus.", "What do you know about my aunts miss the?"),
        ("The user's hens don't like it that the user was away.", "Was my hens don't like it that the user away?"),
        ("The user's sisters don't have a phone.", "What do you know about my sisters don't?"),
        ("The user's exams begin in two weeks.", "What weeks?"),
        ("The user's kayak cost 900 euros.", "What euros?"),
        ("The user's nan's allergic to cats.", "What cats?"),
        ("The user's niece bet the user ten francs that the user won't row.", "Who won't row?"),
    ],
)
def test_a_statement_is_cut_nowhere_else(statement: str, question: str) -> None:
    assert question not in [asked.question for asked in plain_questions(statement)]


def test_what_is_cut_nowhere_is_told_back_all_the_same() -> None:
    assert told_back("The user's kayak cost 900 euros.") == "Your kayak cost 900 euros."


@pytest.mark.parametrize("dog", ["dog", "dog Rex"])
def test_neither_now_nor_the_name_before_is_part_of_a_name(dog: str) -> None:
    asked = {pair.question: pair.answer for pair in plain_questions(f"The user's {dog} is called Toffee now.")}
    assert asked["What is my dog called?"] == "Your dog is called Toffee."
    assert not any({"now", "rex"} & set(words(text)) for pair in asked.items() for text in pair)
    assert told_back(f"The user's {dog} is called Toffee now.") == "Your dog is called Toffee."
