"""Writes a file whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """Yield a path beside a file: what is written there takes its place, or is removed when the block fails."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent)
    os.close(descriptor)
    aside = Path(name)
    try:
        yield aside
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
