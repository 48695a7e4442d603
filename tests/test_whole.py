from pathlib import Path

import pytest

from oneiro.whole import written_whole


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "file"
    for text in ("one", "two"):
        with written_whole(file) as aside:
            aside.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text
    assert list(file.parent.iterdir()) == [file]


def test_a_failure_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one", encoding="utf-8")

    def fail() -> None:
        with written_whole(file) as aside:
            aside.write_text("half", encoding="utf-8")
            raise OSError

    with pytest.raises(OSError, match=r"^$"):
        fail()
    assert file.read_text(encoding="utf-8") == "one"
    assert list(tmp_path.iterdir()) == [file]
