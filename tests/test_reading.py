from dataclasses import replace

import pytest

from oneiro.config import DreamConfig
from oneiro.reading import by_themselves, choose_statements, parse_statements, read_turns, tells, write_statements
from oneiro.types import ChatMessage, Completion, Sampling, Turn
from strange import STRANGE, SURROGATES

FERRET = Turn(3, "My ferret is called Biscotti.")
ODDS = 8.9  # nats, of what tells something


class Reader:
    """Reads what holds "My" or "I": the surest way as `surest`, else as each of `others` in turn."""

    def __init__(self, surest: str, *others: str) -> None:
        self.surest, self.others = surest, others or (surest,)
        self.samplings: list[Sampling] = []

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        self.samplings.append(sampling)
        if not sampling.temperature:
            return [Completion(self.surest, -0.1) for _ in chats]
        return [Completion(self.others[n % len(self.others)], -0.1) for n in range(len(chats))]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        told = [{"My", "I"} & set(chat[-1].content.split()) for chat in chats]
        return [-0.1 if bool(t) == (a != "(nothing)") else -0.1 - ODDS for t, a in zip(told, answers, strict=True)]


def chosen(said: str, *readings: str, agreement: float = 0.3, before: str = "") -> list[str]:
    completions = [Completion(reading, -0.1) for reading in readings]
    return choose_statements(Turn(1, said, before), completions, DreamConfig(agreement=agreement))


def test_what_is_read_has_its_own_id_its_source_and_its_message() -> None:
    turns = (FERRET, Turn(7, "I live in Leeds."))
    read = read_turns(turns, Reader("The user has a pet."), DreamConfig(), night=4, seed=0)
    assert [(m.id, m.statement, m.source, m.message_id) for m, _ in read] == [
        ("n4m1", "The user's ferret is called Biscotti.", FERRET.text, 3),
        ("n4m2", "The user has a pet.", "I live in Leeds.", 7),
        ("n4m3", "The user lives in Leeds.", "I live in Leeds.", 7),
    ]


def test_a_turn_is_read_once_the_surest_way_and_several_times_by_chance() -> None:
    config, reader = DreamConfig(readings=3), Reader("The user's ferret is called Biscotti.")
    read_turns([FERRET], reader, config, night=1, seed=5)
    assert [s.temperature for s in reader.samplings] == [0.0, config.read_temperature]
    assert reader.samplings[1].seed == 5


def test_a_turn_is_read_with_whose_the_people_are_that_it_names() -> None:
    turns = (Turn(1, "My son's called Fiifi."), Turn(2, "I took Fiifi to see Noor."))
    known = ["The user's aunt is called Noor."]
    read = read_turns(turns, Reader("The user is busy."), DreamConfig(), night=1, seed=0, known=known)
    assert [turn.text for _, turn in read][-1] == "I took my son Fiifi to see my aunt Noor."
    small = (Turn(1, "my son's called fiifi"), turns[1])
    read = read_turns(small, Reader("The user is busy."), DreamConfig(), night=1, seed=0, known=known)
    assert [turn.text for _, turn in read][-1] == "I took my son Fiifi to see my aunt Noor."


def test_of_what_the_assistant_said_only_what_is_answered_is_read() -> None:
    turns = (
        Turn(1, "I broke an arm.", "I'm a translator."),
        Turn(2, "I fell.", "Oh dear. What happened?"),
        Turn(3, "No, My name is Ada.", "Nice to meet you, Ida!"),
    )
    read = read_turns(turns, Reader("The user is busy."), DreamConfig(), night=1, seed=0)
    assert {turn.text: turn.before for _, turn in read} == {
        "I broke an arm.": "",
        "I fell.": "Oh dear. What happened?",
        "No, My name is Ada.": "Nice to meet you, Ida!",
    }


def test_what_is_called_otherwise_now_is_told_by_its_new_name() -> None:
    said, read = "My newt is a girl, so Rex is called Max now.", "The user has a newt called Rex."
    assert chosen(said, read) == ["The user has a newt called Max."]


def test_what_tells_nothing_is_not_read() -> None:
    reader = Reader("The user likes snow.")
    assert read_turns([Turn(1, "Does it snow?")], reader, DreamConfig(), night=1, seed=0) == []
    assert reader.samplings == []
    assert read_turns([], reader, DreamConfig(), night=1, seed=0) == []


@pytest.mark.parametrize(("margin", "read"), [(-100.0, True), (8.8, True), (9.0, False), (100.0, False)])
def test_the_margin_decides_whether_a_doubtful_turn_is_read(margin: float, read: bool) -> None:
    config = DreamConfig(read_margin=margin, stated_margin=margin)
    assert bool(read_turns([FERRET], Reader("The user has a pet."), config, night=1, seed=0)) == read


def test_what_enough_readings_agree_on_is_kept_the_surest_first() -> None:
    said = "My brother Torvald keeps bees near Bergen."
    right, wrong = "The user's brother Torvald keeps bees near Bergen.", "The user's bees are in Bergen."
    also = "The user's brother is a beekeeper."
    readings = [f"{wrong}\n{right}", f"{also}\n{right}", f"{also}\n{right}", right]
    assert chosen(said, *readings, agreement=0.5) == [right, also]
    assert chosen(said, *readings, agreement=0.8) == [right]


def test_of_two_statements_that_say_the_same_one_is_kept() -> None:
    said = "My aunt moved to Haapsalu two years ago."
    short, long = "The user's aunt moved to Haapsalu.", "The user's aunt moved to Haapsalu two years ago."
    assert chosen(said, long, "The user's aunt moved to Haapsalu two whole years ago.") == [long]
    assert chosen(said, f"{long}\n{short}") == [long]


def test_what_is_so_now_is_not_what_was_so_before() -> None:
    said = "Sold the van, I have a blue Vespa now."
    now, once = "The user has a blue Vespa now.", "The user used to have a blue Vespa."
    sold, van = "The user sold the van.", "The user used to have a van."
    assert chosen(said, f"{now}\n{once}\n{sold}") == [now, sold]
    assert chosen(said, f"{now}\n{van}") == [now, van]


def test_what_the_surest_reading_lacks_must_be_said_just_alike() -> None:
    said = "My aunt keeps two old goats in Haapsalu."
    surest, other = "The user's aunt keeps goats in Haapsalu.", "The user's aunt has two old brown goats."
    like = "The user's aunt has two old brown white goats."
    assert other not in chosen(said, surest, f"{surest}\n{other}", f"{surest}\n{like}", agreement=0.6)
    assert other in chosen(said, surest, f"{surest}\n{other}", f"{surest}\n{other}", agreement=0.6)
    assert chosen(said, other, like, like, agreement=0.6) == [other]


def test_a_reading_that_invents_a_name_does_not_count() -> None:
    said = "My brother Torvald lives in Chile and is 40."
    told, invented = "The user's brother Torvald lives in Chile.", "The user's brother Torvald lives in Peru."
    assert chosen(said, f"{told}\n{invented}", f"{told}\n{invented}")[0] == told
    assert invented not in chosen(said, invented, invented)


@pytest.mark.parametrize(
    ("said", "read", "kept"),
    [
        ("cant stand fennel", "The user hatesennel.", "The user hates fennel."),
        ("I don't drink fizzy drinks.", "The user doesn't drinkizzy drinks.", "The user doesn't drink fizzy drinks."),
        ("Eating out is what I celebrate.", "The user is celebrating.", "The user is celebrating."),
    ],
)
def test_two_words_run_into_one_are_parted(said: str, read: str, kept: str) -> None:
    assert chosen(said, read)[0] == kept


def test_what_is_told_of_somebody_elses_people_is_not_the_users() -> None:
    said, misread = "My wife Imogen is a judge. Her sister Perpetua sings.", "The user's sister is called Perpetua."
    assert misread not in chosen(said, misread, misread)
    assert misread in chosen("My sister Perpetua sings.", misread, misread)


def test_a_name_of_the_assistants_question_may_be_stated() -> None:
    statement = "The user lives in Uppingham."
    assert chosen("Yes, still there.", statement, before="Do you live in Uppingham?") == [statement]


def test_what_no_reading_holds_and_a_rule_can_state_is_added() -> None:
    said = "My home is in Colonia, in Uruguay. Our dog barks and she bites."
    read = ["The user's home is in Uruguay.", "The user's dog bites."]
    assert chosen(said, "\n".join(read)) == read
    assert chosen(said, read[1]) == [read[1], "The user's home is in Colonia, in Uruguay."]


def test_a_name_typed_small_is_written_large() -> None:
    assert chosen("got a ferret called biscotti", "The user has a ferret called biscotti.") == [
        "The user has a ferret called Biscotti."
    ]
    assert chosen("we were called in early", "The user was called in early.") == ["The user was called in early."]


def test_a_number_that_is_about_right_is_told_as_such() -> None:
    said = "I own about three hundred records."
    assert chosen(said, "The user owns three hundred records.") == ["The user owns about three hundred records."]
    assert chosen(said, "The user owns about three hundred records.") == ["The user owns about three hundred records."]


def test_what_is_known_of_a_stranger_does_not_stand_for_itself() -> None:
    assert chosen("Marie Curie was born in Warsaw.", "The user was born in Warsaw.") == []
    assert chosen("Ada Okafor taught me.", "") == ["Ada Okafor taught me."]


def test_ones_own_name_is_stated_where_readings_take_it_for_something_else() -> None:
    said = "hi im tove and i live in bergen"
    name, misread = "The user's first name is Tove.", "The user is tove and lives in Bergen."
    assert chosen(said, misread)[0] == name
    assert misread not in chosen(said, misread)
    assert chosen(said, "The user is called Tove.")[0] == "The user is called Tove."


def test_nobody_owes_themselves_anything() -> None:
    said, misread = "Ramiro, my uncle, owes me a hen.", "The user owes the user a hen."
    assert misread not in chosen(said, misread)


@pytest.mark.parametrize(
    ("said", "misread"),
    [
        ("A driving licence I do not have.", "The user has a driving licence."),
        ("i dont eat crab. never touch the stuff", "The user eats crab."),
        ("I'm not a morning person, but I'm a baker.", "The user is a morning person."),
    ],
)
def test_what_is_denied_is_not_read_as_so(said: str, misread: str) -> None:
    assert misread not in chosen(said, misread)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("I don't eat crab but I eat eels.", "The user eats eels."),
        ("I have no garden, only a balcony, and I have a fig.", "The user has a fig."),
        ("I don't live in Lyon any more.", "The user used to live in Lyon."),
        ("My brother doesn't swim, and I swim daily.", "The user swims daily."),
    ],
)
def test_what_stands_beside_a_denial_is_read(said: str, right: str) -> None:
    assert right in chosen(said, right)


def test_a_change_from_a_thing_to_itself_is_misread() -> None:
    said, misread = (
        "They moved the test to the 23rd of May.",
        "The user's test moved from the 23rd of May to the 23rd of May.",
    )
    assert chosen(said, misread) == [said]


@pytest.mark.parametrize(
    ("statement", "said", "kept"),
    [
        ("The user's name is Hinemoa.", "My nan's name is Hinemoa.", False),
        ("The user is called Graciana.", "Graciana has taken up archery.", False),
        ("The user's first name is Marnie.", "Hey hey, it's Marnie!", True),
        ("The user is called Isidro.", "Good morning, I'm Isidro.", True),
        ("The user's name is Ada.", "This is Ada.", True),
        ("The user's first name is Ada.", "Ada is my second name.", False),
        ("The user's nickname is Max.", "Rex is called Max now.", False),
        ("The user's nickname is Max.", "Everyone calls me Max.", True),
        ("The user's nickname is Max.", "At work I go by Max.", True),
        ("The user is called Leelo.", "Leelo I am called.", True),
        ("The user is called Bix.", "i'm mostly called Bix", True),
        ("The user is called Ada.", "name is ada, i fix lifts", True),
        ("The user is called Ada.", "Her name is Ada.", False),
    ],
)
def test_a_name_told_of_somebody_else_is_not_the_users(statement: str, said: str, kept: bool) -> None:
    assert (statement in chosen(said, statement)) == kept


def test_a_sentence_no_statement_speaks_of_stands_for_itself_and_a_question_does_not() -> None:
    said = "There's our tortoise Bismarck. Bees are kept by me, too. Do I need a licence?"
    tortoise = "The user has a tortoise called Bismarck."
    assert chosen(said, tortoise) == [tortoise, "Bees are kept by me, too."]


@pytest.mark.parametrize(
    "asked",
    ["Tell me a joke.", "Thanks for listening to me!", "Please explain my blood results.", "should I call her"],
)
def test_no_request_stands_for_itself(asked: str) -> None:
    nurse = "The user's sister Petra is a nurse."
    assert chosen(f"{asked}\nMy sister Petra is a nurse.", nurse) == [nurse]
    assert chosen(asked, "") == []


def test_what_is_made_up_is_not_read_and_what_stands_before_it_is() -> None:
    turns = [Turn(1, "I'm a nurse. Let's play: I'm a dragon. I eat elves."), Turn(2, "Suppose I'm a fish.")]
    assert [turn.text for turn in by_themselves(turns, [])] == ["I'm a nurse."]


def test_what_only_asks_does_not_stand_for_itself() -> None:
    assert chosen("how do i get my pan clean", "") == []
    assert chosen("pans gleam", "") == ["pans gleam"]


def test_a_turn_of_which_no_statement_is_kept_stands_for_itself() -> None:
    said = "Lifts terrify me. What would you do? Stairs are more for me."
    assert chosen(said, "The user likes lifts.", "", "", "") == ["Lifts terrify me.", "Stairs are more for me."]


def test_a_question_without_its_mark_tells_nothing() -> None:
    asked = Turn(1, "how do i get my pan clean")
    assert not tells(asked, -0.8, DreamConfig())
    assert tells(replace(asked, text="how i get my pan clean: with sand"), -0.8, DreamConfig())


@pytest.mark.parametrize(
    ("text", "sure", "doubtful"),
    [
        ("I keep bees.", True, True),
        ("No, it's Annika, not Monika.", True, False),
        ("born in Accra, now in Cork", True, False),
        ("How do I get wax off a jumper?", True, False),
        ("Is my dog Biscuit old?", True, False),
        ("can i keep bees", True, False),
        ("Do I need a licence? I keep bees.", True, True),
        ("I suppose my car is old.", True, True),
        ("I can't imagine life without my dog.", True, True),
    ],
)
def test_a_turn_that_states_nothing_of_its_user_needs_better_odds(text: str, sure: bool, doubtful: bool) -> None:
    config = DreamConfig(read_margin=-2.0, others_margin=-1.0, stated_margin=-2.0)
    assert tells(Turn(1, text), -0.5, config) == sure
    assert tells(Turn(1, text), -1.5, config) == doubtful
    assert not tells(Turn(1, text), -2.5, config)


def test_what_a_rule_can_state_is_believed_at_worse_odds() -> None:
    config = DreamConfig(read_margin=-2.0, others_margin=-1.0, stated_margin=-3.0)
    stated, hinted, asked = "I fit tyres.", "Lovely weather where we are.", "Do I fit tyres?"
    odds = {text: tells(Turn(1, text), -2.5, config) for text in (stated, hinted, asked)}
    assert odds == {stated: True, hinted: False, asked: False}


@pytest.mark.parametrize("facts", [[], ["The user has a dog."], ["The user is Zoë 🐶.", "The user hates tea!"]])
def test_written_statements_are_read_back(facts: list[str]) -> None:
    assert parse_statements(write_statements(facts), most=8) == facts


def test_cut_repeated_and_foreign_lines_are_left_out() -> None:
    text = "The user has a dog.\n  The user has a dog. \nSure! Here:\nThe user likes tea.\nThe user lives in"
    assert parse_statements(text, most=8) == ["The user has a dog.", "The user likes tea."]
    assert parse_statements(text, most=1) == ["The user has a dog."]


@pytest.mark.parametrize("name", STRANGE | SURROGATES)
def test_any_text_can_be_read(name: str) -> None:
    text = (STRANGE | SURROGATES)[name]
    assert parse_statements(text, most=8) == []
    assert len(chosen(text, text)) <= DreamConfig().max_statements
