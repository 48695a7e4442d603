import os
from pathlib import Path

import pytest

from oneiro.embedded import cache_dir, resolve, weights_sha256
from oneiro.errors import BaseModelError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ONEIRO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def model(folder: Path, *weights: bytes) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    for number, data in enumerate(weights):
        (folder / f"model-{number}.safetensors").write_bytes(data)
    return folder


def test_the_cache_lies_where_the_variable_says(cache: Path) -> None:
    assert cache_dir() == cache


def test_an_empty_variable_means_the_users_own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEIRO_CACHE", "")
    assert cache_dir().name == "oneiro"


def test_a_folder_with_weights_is_a_base(tmp_path: Path) -> None:
    folder = model(tmp_path / "Amélie 🐶", b"weights")
    base = resolve(str(folder))
    assert (base.name, base.path, base.sha256) == (str(folder), folder.resolve(), weights_sha256(folder))


def test_a_folder_without_safetensors_is_refused_by_name(tmp_path: Path) -> None:
    folder = model(tmp_path / "base")
    (folder / "pytorch_model.bin").write_bytes(b"weights")
    with pytest.raises(BaseModelError, match="no safetensors") as caught:
        resolve(str(folder))
    assert str(folder) in caught.value.message


@pytest.mark.parametrize("name", ["no/such/folder", "no such model", "../nowhere", "a" * 300, "é/ü", "org/name..git"])
def test_a_name_that_is_no_base_says_what_to_use(name: str) -> None:
    with pytest.raises(BaseModelError) as caught:  # refused by its form: nothing is asked of the network
        resolve(name)
    assert name in caught.value.message
    assert "oneiro models pull" in caught.value.hint


@pytest.mark.parametrize("name", ["./nowhere", "../nowhere", "/no/where", "~/nowhere"])
def test_a_folder_that_is_not_there_is_no_matter_of_the_hub(name: str) -> None:
    with pytest.raises(BaseModelError, match="no folder") as caught:
        resolve(name)
    assert "Hugging Face" not in str(caught.value)


def test_a_file_is_no_base(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(BaseModelError):
        resolve(str(tmp_path / "model.safetensors"))


def test_equal_weights_have_one_hash_wherever_they_lie(tmp_path: Path) -> None:
    one, two = model(tmp_path / "one", b"aaa", b"bbb"), model(tmp_path / "two", b"aaa", b"bbb")
    assert weights_sha256(one) == weights_sha256(two)
    assert len(weights_sha256(one)) == 64


@pytest.mark.parametrize("weights", [(b"aab", b"bbb"), (b"bbb", b"aaa"), (b"aaa",), (b"aaabbb",), (b"aaab", b"bb")])
def test_other_weights_have_another_hash(tmp_path: Path, weights: tuple[bytes, ...]) -> None:
    one, two = model(tmp_path / "one", b"aaa", b"bbb"), model(tmp_path / "two", *weights)
    assert weights_sha256(one) != weights_sha256(two)


def test_a_hash_is_remembered_until_the_weights_change(tmp_path: Path, cache: Path) -> None:
    folder = model(tmp_path / "base", b"aaa")
    first = weights_sha256(folder)
    notes = list((cache / "hashes").iterdir())
    assert len(notes) == 1
    assert weights_sha256(folder) == first
    assert list((cache / "hashes").iterdir()) == notes
    file = folder / "model-0.safetensors"
    file.write_bytes(b"bbb")
    os.utime(file, ns=(1, 1))
    assert weights_sha256(folder) != first


@pytest.mark.parametrize("note", ["", "abc"])
def test_a_hash_that_was_cut_off_is_computed_again(tmp_path: Path, cache: Path, note: str) -> None:
    folder = model(tmp_path / "base", b"aaa")
    first = weights_sha256(folder)
    next((cache / "hashes").iterdir()).write_text(note, encoding="ascii")
    assert weights_sha256(folder) == first
