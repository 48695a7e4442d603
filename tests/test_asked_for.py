import pytest

from oneiro.asked_for import missing

DAUGHTER = "My daughter Saoirse just lost her first tooth."


@pytest.mark.parametrize(
    ("question", "answer", "source", "missed"),
    [
        ("How old is my daughter?", "Your daughter is Saoirse.", DAUGHTER, "a number"),
        ("How old is my daughter?", "Your daughter is nine.", "My daughter is nine.", None),
        ("How many brothers do I have?", "You have no brothers.", "I have no brothers.", None),
        ("Tell me my age.", "You are from Ghent.", "I'm Ysolde, 31, from Ghent.", "a number"),
        ("When is my test?", "Your test is a driving test.", "My driving test is on Thursday.", "a time"),
        ("When is my test?", "It is on Thursday.", "My driving test is on Thursday.", None),
        ("Which year did I run?", "You ran in 2019.", "I ran in 2019.", None),
        ("Where do I live?", "You live with Ada.", "I live with Ada.", "a place"),
        ("Where do I live?", "You live near Roscoff.", "I live near Roscoff.", None),
        ("What is my name?", "Your name is La Gorda.", "The press is old and I call her La Gorda.", "your name"),
        ("What am I called?", "You are called Ada.", "Hi, I'm Ada.", None),
        ("Which town did I leave?", "You left Tromsø.", "I moved from Tromsø to Bodø.", None),
        ("Which town did I leave?", "You left last week.", "I moved from Tromsø last week.", "a place"),
        ("What goes next to my name?", "That you are a vet.", "I'm a vet.", None),
        ("Why do they call me Turnip?", "You fell into a crate.", "They call me Turnip, I fell into a crate.", None),
        ("Who am I dating?", "You are dating Ada.", "I'm dating Ada.", None),
        ("What is my brother's name?", "It is Cormac.", "My brother Cormac loves chess.", None),
    ],
)
def test_an_answer_must_hold_what_is_asked_for(question: str, answer: str, source: str, missed: str | None) -> None:
    assert missing(question, answer, source) == missed


def test_a_time_is_no_place() -> None:
    assert missing("Where did I get married?", "You got married in June.", "I got married in June") == "a place"
    assert missing("Where do I work?", "You work at home every day.", "I work at home every day.") is None
