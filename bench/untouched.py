"""The base as it came, and what is kept of it on this machine: greedy answers, teachers."""

from pathlib import Path

from oneiro.embedded import cache_dir
from oneiro.llm import LLM
from oneiro.remembering import Remembering


def kept_of(base: LLM) -> Path:
    """Where a night keeps what it learns of this base."""
    return cache_dir() / base.sha256[:16]


def untouched(base: LLM) -> Remembering:
    """Generation 0, which says the same every time and is asked once."""
    return Remembering(base, kept_of(base) / "answers.json")
