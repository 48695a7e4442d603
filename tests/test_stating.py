import pytest

from oneiro.stating import stated, told_name, told_plainly, with_name
from oneiro.text import sentences


@pytest.mark.parametrize(
    ("said", "statements"),
    [
        ("I drive my nan's van.", ["The user drives the user's nan's van."]),
        ("i hate mondays and i love pie", ["The user hates mondays.", "The user loves pie."]),
        ("I'm a Quaker!", ["The user is a Quaker."]),
        ("We've a tortoise called Bismarck.", ["The user has a tortoise called Bismarck."]),
        ("Got an axolotl called Gumboot, the tank is here.", ["The user has an axolotl called Gumboot."]),
        ("Been working nights at the bakery.", ["The user has been working nights at the bakery."]),
        ("I always carry a compass.", ["The user always carries a compass."]),
        ("I don't eat meat.", ["The user doesn't eat meat."]),
        ("I was born in Accra.", ["The user was born in Accra."]),
        ("I once fed a bear.", ["The user once fed a bear."]),
        ("I need new glasses.", ["The user needs new glasses."]),
        ("My mate's called Wiremu, he builds drones.", ["The user's mate is called Wiremu."]),
        ("Our cat Ottoline sleeps in a basket", ["The user's cat Ottoline sleeps in a basket."]),
        ("My boss, Mr Adeyemi, never smiles.", ["The user's boss Mr Adeyemi never smiles."]),
        ("My mum, bless her, sells hats.", []),
        ("The press is from 1911 and I call her La Gorda.", []),
        ("Ramiro, my uncle, owes me money.", ["The user's uncle Ramiro owes the user money."]),
        ("On Tuesdays I play truco, a card game.", ["The user plays truco on Tuesdays."]),
        ("So I quit netball, I do fencing now.", ["The user does fencing now."]),
        ("My home is in Colonia, in Uruguay.", ["The user's home is in Colonia, in Uruguay."]),
        ("I have four brothers, can you imagine?", ["The user has four brothers."]),
        ("Isidro here.", ["The user's first name is Isidro."]),
        ("Hey hey, it's Marnie!", ["The user's first name is Marnie."]),
        ("hi im tove and i have a cat", ["The user's first name is Tove.", "The user has a cat."]),
        ("hi, I'm bored", ["The user is bored."]),
        ("Hi, it's raining.", []),
        ("Hello, Tamsin here!", ["The user's first name is Tamsin."]),
        ("name is Okonkwo, i fix lifts", ["The user's first name is Okonkwo.", "The user fixes lifts."]),
        ("everyone calls me Pip btw", ["The user's first name is Pip."]),
        ("My name's Ada.", ["The user's first name is Ada."]),
        ("My nan's name is Ida.", ["The user's nan's name is Ida."]),
        (
            "I'm Ada, 31, from Ghent.",
            ["The user's first name is Ada.", "The user is 31 years old.", "The user is from Ghent."],
        ),
        ("Summer here is hot.", []),
        ("I'm French.", []),
        ("My sister Odile and my brother Torvald live in Chile!", []),
        ("My colleague says I snore.", []),
        ("I lent my rake to Eino.", ["The user lent the user's rake to Eino."]),
        ("My vet said mice bite.", ["The user's vet said mice bite."]),
        ("My pink rose bush!", []),
        ("My other bus!", []),
        ('My son said, "I want to be a diver."', []),
        ("If I could fly I would.", []),
        ("I'd love a dog.", []),
        ("Do I snore?", []),
        ("I fly kites.", ["The user flies kites."]),
        ("I rely on my nan.", ["The user relies on the user's nan."]),
        ("I already have a dog.", ["The user already has a dog."]),
        ("I rather like tennis.", ["The user rather likes tennis."]),
        ("We both hate fish.", ["The user hates fish."]),
        ("I ain't got a car.", []),
        ("I (34F) live in Hull.", []),
        ("I live in Oslo and work as a nurse.", ["The user lives in Oslo.", "The user works as a nurse."]),
        ("I'm 30 and live in Hull.", ["The user is 30.", "The user lives in Hull."]),
        ("I want to live in Oslo and work as a nurse.", ["The user wants to live in Oslo and work as a nurse."]),
        ("I love food and drink.", ["The user loves food and drink."]),
        ("I drive a small, red Fiat.", ["The user drives a small red Fiat."]),
        ("I'm allergic to cats, dogs and tree pollen.", ["The user is allergic to cats, dogs and tree pollen."]),
        ("If I eat nuts, I die.", []),
        ("When I drink coffee, I get headaches.", []),
        ("My friend said: I hate cats.", []),
        ("me and my husband have two kids", []),
        ("Got fired in May.", ["The user got fired in May."]),
        ("Got asthma.", ["The user has asthma."]),
        ("No, my sister is called Anna, not Hannah.", ["The user's sister is called Anna."]),
        ("My mum calls me Sunshine.", ["The user's mum calls the user Sunshine."]),
        ("People always call me Bob.", ["The user's first name is Bob."]),
        ("Hi my name is Ada.", ["The user's first name is Ada."]),
        ("You said I might like it.", []),
        ("The sea is salty.", []),
        ("It is mine.", []),
        ("", []),
    ],
)
def test_what_a_user_says_of_themselves_is_stated(said: str, statements: list[str]) -> None:
    assert stated(said) == statements


@pytest.mark.parametrize(
    ("said", "joined"),
    [
        ("We have a greyhound at home, his name is Quinto.", "We have a greyhound called Quinto."),
        ("I'm restoring an old boat. She's called Morwenna.", "I'm restoring an old boat called Morwenna."),
        ("My son is ill. He's called Per.", "My son is ill. He's called Per."),
    ],
)
def test_a_name_told_later_is_said_with_what_it_names(said: str, joined: str) -> None:
    assert with_name(said) == joined


@pytest.mark.parametrize(
    ("said", "statements"),
    [
        (
            "My nan's name is Ida and she plays the harp.",
            ["The user's nan's name is Ida.", "The user's nan plays the harp."],
        ),
        (
            "My best mate's called Wim, he builds drones.",
            ["The user's best mate is called Wim.", "The user's best mate builds drones."],
        ),
        (
            "My husband is called Anders. He's been a baker since May.",
            ["The user's husband is called Anders.", "The user's husband has been a baker since May."],
        ),
        (
            "I keep a tortoise named Olaf. He is slow.",
            ["The user keeps a tortoise named Olaf.", "The user's tortoise is slow."],
        ),
        (
            "Her boy Lautaro is my grandson. He collects beetles.",
            ["The user's grandson is called Lautaro.", "The user's grandson collects beetles."],
        ),
        ("My sister married Tom. He is a vet.", ["The user's sister married Tom."]),
        ("My cat is old, she's scared of rain.", ["The user's cat is old.", "The user's cat is scared of rain."]),
        ("My boss is nice. She's moved to Hull.", ["The user's boss is nice.", "The user's boss has moved to Hull."]),
        ("My friend Ada knows Tom and he sings.", ["The user's friend Ada knows Tom."]),
        ("My mother-in-law is strict but he is fair.", ["The user's mother-in-law is strict."]),
        ("My mum and dad moved. She likes Hull.", ["The user's mum and dad moved."]),
    ],
)
def test_he_and_she_are_whom_the_clause_before_is_about_where_it_names_nobody_else(
    said: str, statements: list[str]
) -> None:
    assert [s for sentence in sentences(told_plainly(said)) for s in stated(sentence)] == statements


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("My sister and I hate each other.", []),
        ("Ida and I hate each other.", []),
        ("I love jazz but my husband doesn't.", ["The user loves jazz."]),
        ("I'm allergic to nuts, milk and eggs.", ["The user is allergic to nuts, milk and eggs."]),
        ("I work as a nurse, long shifts.", ["The user works as a nurse."]),
        ("I take iron at night, otherwise the cramps come and get me.", ["The user takes iron at night."]),
    ],
)
def test_two_are_not_one_what_is_cut_short_tells_nothing_and_a_list_is_whole(said: str, told: list[str]) -> None:
    assert stated(said) == told


@pytest.mark.parametrize(
    "said",
    [
        *("hi im diabetic", "Hi, I'm Muslim.", "hi, this is urgent", "I'm Catholic, 34."),
        *("Hi, I'm Brazilian.", "hi im overweight", "Good morning, it's sunny!", "Hi I'm Dr. Patel"),
        *("Same here!", "Nurse here.", "Beginner here.", "Over here!"),
    ],
)
def test_what_somebody_is_is_not_their_name(said: str) -> None:
    assert told_name(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "My mum calls me Sunshine.",
        "Nobody calls me Robert.",
        "Don't ever call me Bob.",
        "Everyone thinks my name is Bob.",
    ],
)
def test_what_one_person_or_nobody_calls_the_user_is_not_their_name(said: str) -> None:
    assert told_name(said) is None


@pytest.mark.parametrize(
    ("said", "name"), [("Hi, I'm Adrian.", "Adrian"), ("hi im fred", "Fred"), ("My friends call me Pip", "Pip")]
)
def test_a_name_that_ends_like_what_somebody_is_is_a_name(said: str, name: str) -> None:
    assert told_name(said) == name
