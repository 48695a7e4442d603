"""What the rounds of improvement count."""

from pathlib import Path

import pytest
from improve import _claim, total

from oneiro.errors import InputError

NIGHT = {"dreams": 100, "kept": 40, "trained_tokens": 2000, "held_out": [6, 8], "by_hand": [5, 10]}


def test_nights_are_added_up_before_shares_are_taken() -> None:
    small = NIGHT | {"dreams": 10, "kept": 10, "trained_tokens": 1000, "held_out": [0, 2], "by_hand": [0, 0]}
    found = total([NIGHT, small])
    assert (found["kept"]["value"], found["kept"]["n"]) == (0.4545, 110)
    assert (found["held_out"]["value"], found["by_hand"]["value"]) == (0.6, 0.5)
    assert found["right_per_1000_tokens"]["value"] == 2.0
    assert found["held_out"]["low"] < 0.6 < found["held_out"]["high"]


def test_no_night_at_all_is_zero_of_zero() -> None:
    assert total([])["by_hand"] == {"value": 0.0, "low": 0.0, "high": 1.0, "n": 0}


def test_rounds_with_other_settings_do_not_mix(tmp_path: Path) -> None:
    _claim(tmp_path / "about.json", {"seed": 0})
    _claim(tmp_path / "about.json", {"seed": 0})
    with pytest.raises(InputError, match="other settings"):
        _claim(tmp_path / "about.json", {"seed": 1})
