"""Finds the dream generator for a base: the one trained for it, or the default base's.

The shipped adapter belongs to `smollm2`; `oneiro dreamer train --model BASE` makes one for another base. A base
without one lets smollm2 dream for it: dreams are plain text, any model can be trained on them.
"""

from importlib import resources
from pathlib import Path

import platformdirs

from oneiro.adapters import Adapter, load_adapter
from oneiro.config import DEFAULT_MODEL
from oneiro.embedded import resolve
from oneiro.llm import LLM
from oneiro.types import ChatMessage, Completion, Sampling


class Dreamer:
    """A writer that folds the dreamer adapter into its base for each call, and leaves the base as it was."""

    def __init__(self, llm: LLM, adapter: Adapter) -> None:
        self._llm = llm
        self._adapter = adapter

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        """Answer each chat with the adapter folded in."""
        with self._llm.folded(self._adapter):
            return self._llm.complete(chats, sampling)

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        """Score answers with the adapter folded in."""
        with self._llm.folded(self._adapter):
            return self._llm.score(chats, answers)


def trained_folder(base_sha256: str) -> Path:
    """Where a dreamer trained on this machine for a base is kept."""
    return Path(platformdirs.user_data_dir("oneiro")) / "dreamers" / base_sha256[:16]


def shipped_folder() -> Path:
    """The dreamer inside the package, for the default base."""
    return Path(str(resources.files("oneiro") / "shipped" / DEFAULT_MODEL))


def for_base(llm: LLM) -> Dreamer:
    """Provide the dream generator for a base.

    Raises:
        OneiroError: its adapter, or the default base it needs, is missing or damaged.
    """
    own = trained_folder(llm.sha256)
    if own.exists():
        return Dreamer(llm, load_adapter(own))
    if llm.name == DEFAULT_MODEL:
        return Dreamer(llm, load_adapter(shipped_folder()))
    return Dreamer(LLM.load(resolve(DEFAULT_MODEL)), load_adapter(shipped_folder()))
