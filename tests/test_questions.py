import pytest

from oneiro.asking.questions import no, yes


@pytest.mark.parametrize(
    ("answer", "affirmed"),
    [("You are ill.", "Yes, you are ill."), ("Ida is your nan.", "Yes, Ida is your nan.")],
)
def test_only_a_name_keeps_its_capital_behind_yes(answer: str, affirmed: str) -> None:
    assert yes(answer) == affirmed
    assert no(answer) == affirmed.replace("Yes", "No")
