import pytest

from oneiro.asking.phrases import phrases


@pytest.mark.parametrize(
    "rest", ["tea but not coffee", "the man who sold the world", "Lyon, Oslo", "never been to Peru"]
)
def test_what_is_no_plain_row_of_phrases_is_left_alone(rest: str) -> None:
    assert phrases(rest) == []
