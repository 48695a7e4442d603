import tomllib
from importlib import resources

import pytest

from oneiro.categories import categories

FILE = resources.files("oneiro") / "dreamer_data" / "categories.toml"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("the ukulele", "instrument"),
        ("an old grey alpaca called Ida", "animal"),
        ("two alpacas", "animals"),
        ("Tongan", "language"),
        ("August", "month"),
        ("a red canoe", "boat"),
        ("ripe cherries", "fruits"),
        ("your left knee", "part of the body"),
    ],
)
def test_what_a_told_word_is_a_kind_of(said: str, kind: str) -> None:
    assert categories(said)[0] == kind


@pytest.mark.parametrize("said", ["", "the", "Zzyx", "the idea of a canoe", "a canoe club's"])
def test_what_the_lexicon_does_not_hold_is_of_no_kind(said: str) -> None:
    assert categories(said) == []


def test_no_category_holds_a_word_twice() -> None:
    lexicon = tomllib.loads(FILE.read_text(encoding="utf-8"))["category"]
    for category, listed in lexicon.items():
        members = listed.split(", ")
        assert len(members) == len(set(members)), category
        assert all(member == member.strip() and 0 < len(member.split()) <= 3 for member in members), category
