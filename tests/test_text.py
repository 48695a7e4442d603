import unicodedata

import pytest

from oneiro.text import (
    bare,
    content_words,
    key_terms,
    names_and_numbers,
    proper_names,
    says,
    sentences,
    similarity,
    words,
)
from strange import STRANGE, SURROGATES

ANY = STRANGE | SURROGATES


@pytest.mark.parametrize("name", ANY)
def test_any_text_at_all_is_split_and_compared_without_an_error(name: str) -> None:
    text = ANY[name]
    found = words(text)
    assert content_words(text) <= set(found)
    assert names_and_numbers(text) <= set(found)
    assert similarity(text, text) == 1.0
    assert set(key_terms("", text, text)) <= set(found)


@pytest.mark.parametrize("name", ANY)
def test_splitting_twice_gives_the_same_words(name: str) -> None:
    once = words(ANY[name])
    assert words(" ".join(once)) == once


@pytest.mark.parametrize("name", ANY)
def test_composed_and_decomposed_letters_are_the_same_words(name: str) -> None:
    assert words(unicodedata.normalize("NFD", ANY[name])) == words(unicodedata.normalize("NFC", ANY[name]))


def test_case_and_kind_of_apostrophe_make_no_difference() -> None:
    assert words("HAVEN’T Straße") == words("haven't STRASSE")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("what's my name", "What is my name?"),
        ("Who's Ida’s boss?", "Who is Ida's boss?"),
        ("What can't I eat?", "What can not I eat"),
        ("Which city don’t I like?", "which city do not I like"),
        ("Where we're from, I'm told", "where we are from i am told"),
    ],
)
def test_a_question_asked_in_short_is_the_same_question(short: str, full: str) -> None:
    assert bare(short) == bare(full)


def test_accents_make_a_difference() -> None:
    assert words("Amélie") != words("Amelie")


@pytest.mark.parametrize(("left", "right"), [("कि", "की"), ("नमस्ते", "नमस्त"), ("x\u030c", "x")])
def test_words_that_differ_only_in_a_mark_are_different_words(left: str, right: str) -> None:
    assert words(left) != words(right)


@pytest.mark.parametrize("word", ["नमस्ते", "สวัสดี", "x\u030cy"])
def test_a_word_written_with_marks_stays_one_word(word: str) -> None:
    assert words(word) == [word]


def test_a_possessive_names_its_owner() -> None:
    assert words("Biscuit's bowl, Biscuit’s bed") == ["biscuit", "bowl", "biscuit", "bed"]


def test_similarity_is_symmetric_and_between_0_and_1() -> None:
    texts = ["", "a b", "b c d", "What is my dog's name?", "42"]
    for left in texts:
        for right in texts:
            assert 0.0 <= similarity(left, right) == similarity(right, left) <= 1.0
    assert similarity("a b", "c d") == 0.0
    assert similarity("a b c", "b c d") == 0.5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Your dog is called Biscuit.", {"biscuit"}),
        ("You were born in 1987.", {"1987"}),
        ("The dog sleeps.", set()),
        ("You said I'm late and I've lost, and I agree.", set()),
        ("She lives in Oslo. The house is old.", {"oslo"}),
        ("You met “Zoë” at (Ikea).", {"zoë", "ikea"}),
    ],
)
def test_names_and_numbers_are_what_must_be_copied(text: str, found: set[str]) -> None:
    assert names_and_numbers(text) == found


@pytest.mark.parametrize("text", ["You live in Oslo, Norway.", "Your sons are Tom, Norway and Rex."])
def test_a_name_after_a_comma_is_a_name(text: str) -> None:
    assert "norway" in names_and_numbers(text)


@pytest.mark.parametrize("text", ["Tell me what I'd like.", "Say when I'll leave.", "Say that I’m late."])
def test_a_shortened_i_is_no_name(text: str) -> None:
    assert names_and_numbers(text) == set()


def test_key_terms_were_told_and_not_asked() -> None:
    source = "My dog Biscuit is a whippet from Leeds."
    terms = key_terms("What breed is Biscuit?", "Biscuit is a whippet, a fast dog from Mars.", source)
    assert terms == ("whippet", "dog")


@pytest.mark.parametrize(
    ("answer", "source", "term"),
    [
        ("Your birthday is in May.", "My birthday is in May, on the 3rd.", "may"),
        ("Your son is called Will.", "my son is called Will", "will"),
    ],
)
def test_a_name_that_is_also_a_small_word_can_be_asked_for(answer: str, source: str, term: str) -> None:
    assert term in key_terms("When? Who?", answer, source)


def test_all_words_of_an_alternative_must_be_said_in_any_order() -> None:
    assert says("It is Lane, Mill Lane.", "mill lane")
    assert says("Mill Lane", "Mill Lane")
    assert not says("It is Mill Street.", "Mill Lane")
    assert not says("It is Millicent.", "Mill")
    assert not says("anything", "")


@pytest.mark.parametrize(
    "denial", ["Your dog is not Biscuit.", "I don't know Biscuit.", "You haven’t told me of Biscuit."]
)
def test_a_denial_does_not_say_it(denial: str) -> None:
    assert says("Your dog is Biscuit.", "Biscuit")
    assert not says(denial, "Biscuit")


@pytest.mark.parametrize("asked", ["What do I refuse to eat?", "What should a cook leave out?", "What do I avoid?"])
def test_what_is_shunned_may_be_told_by_a_denial(asked: str) -> None:
    assert says("You don't eat garlic.", "garlic", asked=asked)
    assert not says("You don't eat garlic.", "garlic", asked="What do I eat?")
    assert says("You can't stand garlic.", "garlic", asked="What tastes like soap?")
    assert not says("You don't eat garlic.", "garlic", asked="What do I leave at home?")
    assert not says("You don't have Sunday off.", "Sunday", asked="Which day do I have off?")


def test_a_denial_in_another_sentence_takes_nothing_back() -> None:
    assert says("The hottest planet is Venus. However, Venus is not the largest.", "Venus")
    assert says("Not everybody knows it. The Nile is the longest river.", "Nile")
    assert not says("It is not Venus. Mars is the hottest.", "Venus")
    assert not says("Mill is not in the name. The road is Lane.", "Mill Lane")


def test_a_denial_that_is_the_right_answer_says_it() -> None:
    assert says("You do not eat meat.", "not meat")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The user sings in a choir called The Lanterns on Thursdays.", ["The Lanterns"]),
        ("The user's landlord, Mr Petrakis, and Tobias's dog Rex play.", ["Mr Petrakis", "Tobias", "Rex"]),
        ("The twins are Arne and Nils, and I'm going to Oslo in May.", ["Arne", "Nils", "Oslo"]),
        ("Biscuit is 4 and lives here. Biscuit!", ["Biscuit"]),
        ("", []),
        ("A talk with Dr. Patel, then rest.", ["Dr. Patel"]),
    ],
)
def test_names_of_several_words_are_one_and_months_are_none(text: str, names: list[str]) -> None:
    assert proper_names(text) == names


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("I see Mr. Wu. He sings.", 2),
        ("I get up at 6 a.m. on weekdays.", 1),
        ("I get up at 6 a.m. My dog doesn't.", 2),
        ("I was born on Feb. 3 in Hull.", 1),
        ("My cat weighs approx. 5 kg.", 1),
        ("I live at No. 5 with a hen.", 1),
        ("Do I like it? No. I don't.", 3),
        ("I work for Prof. Jones.", 1),
    ],
)
def test_no_sentence_ends_in_an_abbreviation(said: str, parts: int) -> None:
    assert len(sentences(said)) == parts
