"""The generations on disk: one folder each, written once, named in a manifest of hashes.

A folder is complete before it gets its name (write aside, flush, rename), and it becomes active only when the store
says so. Every load checks the hashes.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oneiro.errors import MindError, other_weights
from oneiro.records import from_json, to_json

MANIFEST = "manifest.json"
_ROLL_BACK = "Go back to one that is whole: `oneiro generations`, then `oneiro rollback N`."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of and how it was made."""

    generation: int
    parent: int
    base: str
    base_sha256: str
    alpha: float
    r: int
    kept_energy: float
    seed: int
    config: dict[str, Any]
    created_at: str
    files: dict[str, str]  # name → SHA-256
    least_sure: float | None = None  # nats a token below which it withholds an answer about its user (`doubt.py`)
    recognised: float = 0.0  # weight of what is recognised in how sure it is (`recall.py`), as for the bound


def folder_of(mind: Path, number: int) -> Path:
    """The folder of a generation."""
    return mind / "generations" / f"{number:04d}"


def hash_files(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder but the manifest."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def place(mind: Path, adapter_folder: Path, manifest: Manifest) -> Path:
    """Copy a finished adapter to its place as a generation.

    Killed at any point it can be done again: the adapter stays where it was, and what lies in the place of a
    generation that never woke is put there anew.
    """
    target = folder_of(mind, manifest.generation)
    aside = target.with_name(f"{target.name}.placing")
    for left in (target, aside):
        if left.exists():
            shutil.rmtree(left)
    shutil.copytree(adapter_folder, aside)
    (aside / MANIFEST).write_text(to_json(manifest), encoding="utf-8")
    for path in aside.iterdir():
        _flush(path)
    aside.rename(target)
    _flush(target.parent)
    return target


def check(mind: Path, number: int, *, base_sha256: str = "") -> Manifest:
    """Read a generation's manifest and compare all hashes, where given also that of the base it is to be folded into.

    Raises:
        MindError: a file is missing, changed or truncated; the message names it.
        BaseModelError: it was trained on other weights.
    """
    folder = folder_of(mind, number)
    path = folder / MANIFEST
    try:
        manifest = from_json(Manifest, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, MindError) as error:
        raise MindError(f"The manifest {path} is missing or damaged.", hint=_ROLL_BACK) from error
    if manifest.generation != number or not manifest.files:
        raise MindError(f"The manifest {path} belongs to another generation.", hint=_ROLL_BACK)
    found = hash_files(folder)
    for name, expected in manifest.files.items():
        if found.get(name) != expected:
            what = "is missing" if name not in found else "has been changed or truncated"
            raise MindError(f"The file {folder / name} {what}.", hint=_ROLL_BACK)
    if base_sha256 and manifest.base_sha256 != base_sha256:
        raise other_weights(f"Generation {number}", manifest.base, manifest.base_sha256, base_sha256)
    return manifest


def size_bytes(mind: Path, number: int) -> int:
    """Bytes of a generation on disk."""
    folder = folder_of(mind, number)
    return sum(path.stat().st_size for path in folder.iterdir()) if folder.exists() else 0


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
