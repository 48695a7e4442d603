import pytest

from oneiro.asking.phrases import phrases


def test_a_clock_time_is_one_phrase() -> None:
    assert [(phrase.said, phrase.is_time) for phrase in phrases("tea at 8:15")] == [("tea", False), ("at 8:15", True)]


@pytest.mark.parametrize(
    "rest", ["tea but not coffee", "the man who sold the world", "Lyon, Oslo", "never been to Peru"]
)
def test_what_is_no_plain_row_of_phrases_is_left_alone(rest: str) -> None:
    assert phrases(rest) == []
