from dataclasses import replace
from pathlib import Path

import pytest

from oneiro import generations
from oneiro.errors import MindError
from oneiro.generations import MANIFEST, Manifest


def adapter(folder: Path, weights: bytes = b"\x00\x01" * 500) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    (folder / "adapter_config.json").write_text('{"r": 4}', encoding="utf-8")
    return folder


def manifest(folder: Path, number: int = 1) -> Manifest:
    return Manifest(
        generation=number,
        parent=number - 1,
        base="tiny",
        base_sha256="0" * 64,
        alpha=0.85,
        r=4,
        kept_energy=0.999,
        seed=3,
        config={"train": {"r": 4, "doses": [1.0, 0.5]}},
        created_at="2026-03-05T12:00:00+00:00",
        files=generations.hash_files(folder),
    )


@pytest.fixture
def mind(tmp_path: Path) -> Path:
    mind = tmp_path / "mind"
    folder = adapter(mind / "nights" / "0001")
    generations.place(mind, folder, manifest(folder))
    return mind


def test_a_placed_generation_is_found_whole(mind: Path) -> None:
    found = generations.check(mind, 1)
    assert found == manifest(generations.folder_of(mind, 1))
    assert set(found.files) == {"adapter_model.safetensors", "adapter_config.json"}
    assert generations.hash_files(mind / "nights" / "0001") == found.files, "a night killed now can place it again"


def test_placing_replaces_what_a_killed_night_left(mind: Path) -> None:
    folder = adapter(mind / "nights" / "0002", weights=b"new")
    (generations.folder_of(mind, 1) / "stray").write_text("old", encoding="utf-8")
    target = generations.place(mind, folder, manifest(folder))
    assert (target / "adapter_model.safetensors").read_bytes() == b"new"
    assert not (target / "stray").exists()
    generations.check(mind, 1)


def test_placing_one_generation_leaves_the_others_untouched(mind: Path) -> None:
    first = {p.name: p.read_bytes() for p in generations.folder_of(mind, 1).iterdir()}
    folder = adapter(mind / "nights" / "0002")
    generations.place(mind, folder, manifest(folder, 2))
    assert {p.name: p.read_bytes() for p in generations.folder_of(mind, 1).iterdir()} == first


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json"])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "longer", "empty", "missing", "a folder"])
def test_a_damaged_file_is_named_with_what_to_do(mind: Path, name: str, damage: str) -> None:
    path = generations.folder_of(mind, 1) / name
    whole = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    elif damage != "missing":
        flipped = bytes([whole[0] ^ 1]) + whole[1:]
        path.write_bytes({"truncated": whole[:-1], "flipped": flipped, "longer": whole + b"x", "empty": b""}[damage])
    with pytest.raises(MindError) as caught:
        generations.check(mind, 1)
    assert str(path) in caught.value.message
    assert ("is missing" in caught.value.message) == (damage in ("missing", "a folder"))
    assert "rollback" in caught.value.hint


@pytest.mark.parametrize("text", [b"", b"{}", b"{", b"[]", b"\xff\xfe\x00", b'{"generation": "one"}', b"[" * 100_000])
def test_a_damaged_manifest_is_named_with_what_to_do(mind: Path, text: bytes) -> None:
    path = generations.folder_of(mind, 1) / MANIFEST
    path.write_bytes(text)
    with pytest.raises(MindError) as caught:
        generations.check(mind, 1)
    assert str(path) in caught.value.message
    assert "rollback" in caught.value.hint


def test_a_missing_manifest_and_a_missing_generation_are_named(mind: Path) -> None:
    (generations.folder_of(mind, 1) / MANIFEST).unlink()
    for number in (1, 2):
        with pytest.raises(MindError) as caught:
            generations.check(mind, number)
        assert str(generations.folder_of(mind, number) / MANIFEST) in caught.value.message


def test_the_manifest_of_another_generation_is_refused(mind: Path) -> None:
    folder = generations.folder_of(mind, 1)
    folder.rename(generations.folder_of(mind, 2))
    with pytest.raises(MindError):
        generations.check(mind, 2)


def test_a_manifest_that_names_no_weights_is_refused(mind: Path) -> None:
    folder = adapter(mind / "nights" / "0002")
    generations.place(mind, folder, replace(manifest(folder, 2), files={}))
    with pytest.raises(MindError):
        generations.check(mind, 2)


def test_the_size_counts_every_file_and_is_zero_for_none(mind: Path) -> None:
    folder = generations.folder_of(mind, 1)
    assert generations.size_bytes(mind, 1) == sum(len(p.read_bytes()) for p in folder.iterdir()) > 1000
    assert generations.size_bytes(mind, 2) == 0
