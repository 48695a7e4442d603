import pytest

from oneiro.acquaintances import acquainted, with_whose

KNOWN = {"Fiifi": "son", "Wiremu": "best mate", "Osric": "flatmate", "Mr Ansah": "father-in-law", "Rose": "aunt"}


def test_whose_a_name_is_is_learned_from_statements() -> None:
    assert acquainted(
        [
            "The user's son is called Fiifi.",
            "The user's best mate Wiremu always builds drones.",
            "The user's axolotl Gumboot is called Crumpet now.",
            "The user has a red bike called Boadicea.",
            "The user's father-in-law Mr Ansah cheats at cards.",
        ]
    ) == {
        "Fiifi": "son",
        "Wiremu": "best mate",
        "Crumpet": "axolotl",
        "Boadicea": "red bike",
        "Mr Ansah": "father-in-law",
    }


@pytest.mark.parametrize(
    "statement",
    ["The user's first name is Ada.", "The user's surname is called Hill.", "The user lives in Oslo.", "Fiifi sings."],
)
def test_what_names_nobody_of_theirs_teaches_nothing(statement: str) -> None:
    assert acquainted([statement]) == {}


def test_the_latest_statement_of_a_name_is_right() -> None:
    assert acquainted(["The user's friend is called Noor.", "The user's wife is called Noor."]) == {"Noor": "wife"}


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Fiifi's tooth fell out.", "My son Fiifi's tooth fell out."),
        ("So proud! Fiifi can swim, and Wiremu too.", "So proud! My son Fiifi can swim, and my best mate Wiremu too."),
        ("me n osric have moved", "me n my flatmate osric have moved"),
        ("Mr Ansah came. Mr Ansah sang.", "My father-in-law Mr Ansah came. Mr Ansah sang."),
    ],
)
def test_a_name_that_stands_alone_is_told_whose_it_is(said: str, plain: str) -> None:
    assert with_whose(said, KNOWN) == plain


@pytest.mark.parametrize(
    "said",
    [
        "My son Fiifi can swim.",
        "Our little Fiifi can swim.",
        "The new boy is called Fiifi.",
        "A cousin Fiifi of hers can swim.",
        "Fiifi, my son, can swim.",
        "he rose at six, the rose is red",
        "Fiifian is no language.",
        "I can swim.",
    ],
)
def test_what_says_whose_it_is_or_is_another_word_stays_as_it_was(said: str) -> None:
    assert with_whose(said, KNOWN) == said
