import pytest

from oneiro.spelling import mended

COMMON = set(
    "coffee collects necessary birth better brain form from drink never using career Brian lobby hobby".split()
)


def whole_words(found: set[str]) -> set[str]:
    return found & COMMON


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("i dont drink cofee, never have", "i dont drink coffee, never have"),
        ("he colects typewriters", "he collects typewriters"),
        ("it is neccessary", "it is necessary"),
        ("since the brith of my son", "since the birth of my son"),
        ("Cofee at nine.", "Cofee at nine."),
        ("got a ferret called biscotti", "got a ferret called biscotti"),
        ("my mate brian is in, suing nobody, as a carer", "my mate brian is in, suing nobody, as a carer"),
        ("the hobbby", "the hobby"),
        ("her name is corwen-cofee", "her name is corwen-cofee"),
        ("a frmo", "a frmo"),
    ],
    ids=[
        *("not doubled", "not doubled within", "doubled", "swapped", "a capital", "no mended form", "known words"),
        *("three of a letter", "part of a name", "too short"),
    ],
)
def test_only_slips_that_leave_no_doubt_are_mended(said: str, expected: str) -> None:
    assert mended(said, whole_words) == expected


def test_a_slip_that_may_be_two_words_stays() -> None:
    assert mended("so bettter", lambda found: found & {"better", "betters"}) == "so better"
    assert mended("cofee", lambda found: found & {"coffee", "cofe"}) == "cofee"
