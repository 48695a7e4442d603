import pytest

from oneiro.relations import (
    ends_in_somebody,
    is_somebody,
    is_somebody_elses,
    leaves_out_its_subject,
    lends_a_relation,
    people,
    strangers,
    with_my,
)


def test_a_relation_has_one_word_however_it_is_spelled() -> None:
    assert people("My mum, my Dad and their boys") == {"mother", "father", "son"}
    assert people("My mother-in-law sings.") == {"mother"}
    assert people("The sonnet of the dadaist") == set()


@pytest.mark.parametrize(
    ("noun", "found"),
    [
        ("little sister", True),
        ("chemistry teacher", True),
        ("doctor in Tampere", True),
        ("two of your nieces", True),
        ("ex", True),
        ("the bike of your aunt", False),
        ("uncle's grave", False),
        ("cousins' barn", False),
        ("barber's niece", True),
        ("classmate", True),
        ("teacher training", False),
        ("kettle", False),
        ("", False),
    ],
)
def test_a_noun_names_somebody_or_something(noun: str, found: bool) -> None:
    assert is_somebody(noun) == found


@pytest.mark.parametrize(
    ("noun", "found"),
    [("my two nieces", True), ("pupil Ada", True), ("a baby blanket", False), ("my aunt's van", False)],
)
def test_a_noun_ends_in_somebody_or_not(noun: str, found: bool) -> None:
    assert ends_in_somebody(noun) == found


@pytest.mark.parametrize(
    ("dreamed", "told", "found"),
    [
        ("Nils is your twin brother.", "My twin boys Arne and Nils start school.", {"brother"}),
        ("Your sons are called Arne and Nils.", "My twin boys Arne and Nils start school.", set()),
        ("You have a child called Lina.", "My daughter Lina starts school.", set()),
        ("Your daughter is called Lina.", "One of my kids is Lina.", {"daughter"}),
        ("A friend visits. What should my brother-in-law cook? Whatever your mother likes.", "", {"brother", "mother"}),
        ("Which job does my partner have?", "I'm a nurse.", {"partner"}),
        ("Your partner is Anders.", "My husband is Anders.", set()),
        ("Where did you live as a child?", "I grew up in Bristol.", set()),
    ],
)
def test_people_nobody_mentioned_are_noticed(dreamed: str, told: str, found: set[str]) -> None:
    assert strangers(dreamed, told) == found


@pytest.mark.parametrize(
    ("dreamed", "sentence", "left_out"),
    [
        ("How do I earn my money? You repair violins.", "The user's husband Anders repairs violins.", "husband"),
        ("How many languages do I know? You know three.", "Our parrot Captain swears in three languages.", "parrot"),
        ("What does my husband do? He repairs violins.", "My husband repairs violins.", None),
        ("What does Anders repair? Violins.", "The user's husband Anders repairs violins.", None),
        ("What does my mother do? She paints.", "My mum paints.", None),
        ("What do I like? You like teal.", "The user's favourite colour is teal.", None),
        ("Where do I work? You work in Leeds.", "I work in Leeds with my sister.", None),
        ("Where do I work? You work in Leeds.", "", None),
    ],
)
def test_what_is_told_of_somebody_else_is_not_the_users_own(dreamed: str, sentence: str, left_out: str | None) -> None:
    assert leaves_out_its_subject(dreamed, sentence) == left_out


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Nan's deaf.", "My nan's deaf."),
        ("best mate's called Wiremu", "My best mate's called Wiremu"),
        ("I play mahjong with Nan and lose.", "I play mahjong with my nan and lose."),
        ("Thanks. Dad lives in Perth.", "Thanks. My dad lives in Perth."),
        ("My friend Nan is nice.", "My friend Nan is nice."),
        ("My dog is called Mum.", "My dog is called Mum."),
        ("Mum, can you help?", "Mum, can you help?"),
        ("Thanks, Mum.", "Thanks, Mum."),
        ("Father's Day is on June 21.", "Father's Day is on June 21."),
        ("Mum of two here", "Mum of two here"),
        ("I'm a stay at home Mum.", "I'm a stay at home Mum."),
        ("I bought a hat for Mum.", "I bought a hat for my mum."),
    ],
)
def test_people_named_by_their_relation_alone_are_ones_own(said: str, meant: str) -> None:
    assert with_my(said) == meant


@pytest.mark.parametrize(
    ("statement", "said", "found"),
    [
        (
            "The user's sister is called Perpetua.",
            "My wife Imogen is a judge. Her sister Perpetua lives with us.",
            True,
        ),
        ("The user's wife's sister is called Perpetua.", "My wife is a judge. Her sister is Perpetua.", False),
        ("The user's sister is called Ada.", "Her sister and my sister Ada are friends.", False),
        ("The user's older brother is ill.", "His older brother is ill.", True),
        ("The user's brother is ill.", "brother's ill", False),
        ("The user's new wife Hildegard is okay.", "My dad's new wife is called Hildegard, she's okay.", True),
        ("The user's dad's new wife is called Hildegard.", "My dad's new wife is called Hildegard.", False),
        ("The user was born in Warsaw.", "Marie Curie was born in Warsaw.", True),
        ("The user's surname is Curie.", "Marie Curie was born in Warsaw.", True),
        ("The user's surname is Okafor.", "Ada Okafor is my name.", False),
        ("The user's neighbour feeds hens.", "Mrs Lindgren next door feeds hens.", False),
        ("The user called Ada Okafor is ill.", "Ada Okafor is ill.", False),
        ("The user was born in Warsaw.", "Warsaw is where I was born.", False),
    ],
)
def test_what_is_somebody_elses_is_noticed(statement: str, said: str, found: bool) -> None:
    assert is_somebody_elses(statement, said) == found


@pytest.mark.parametrize(
    ("statement", "said", "lent"),
    [
        ("The user's father Duxbury draws.", "There's this Mr Duxbury who draws.", True),
        ("The user's neighbour is called Wiremu.", "Poor Wiremu fell off his bike.", True),
        ("The user's son Wiremu fell off a bike.", "My child, Wiremu, fell off his bike.", False),
        ("The user's daughter Leanne is a vet.", "our Leanne is a vet", False),
        ("The user's wife Amparo sang.", "I was married to Amparo. She sang.", False),
        ("The user's neighbour has a cat.", "The man downstairs has a cat.", False),
        ("The user's father taught the user to draw.", "Mr Duxbury taught me to draw.", True),
        ("The user's daughter Litiana sings.", "I sit next to a girl called Litiana, she sings.", True),
        ("The user's daughter Litiana sings.", "My girl Litiana sings.", False),
    ],
)
def test_a_relation_nobody_told_is_not_lent_to_a_bare_name(statement: str, said: str, lent: bool) -> None:
    assert lends_a_relation(statement, said) == lent
