"""Finds who dreams for a mind and recognises what it is asked: its own dream generator, its base's, or the default's.

A mind's own lies in its folder, where `oneiro dreamer improve` puts it: it carries what the mind was told. The shipped
adapter belongs to `smollm2`; `oneiro dreamer train --model BASE` makes one for another base. A base without one lets
smollm2 dream for it: dreams are plain text, any model can be trained on them.
"""

import json
from functools import cache
from importlib import resources
from pathlib import Path

import platformdirs

from oneiro.adapters import CONFIG, Adapter, load_adapter
from oneiro.config import DEFAULT_MODEL
from oneiro.embedded import resolve
from oneiro.llm import LLM
from oneiro.recognise import Recogniser, load_readout
from oneiro.settings import DREAMER
from oneiro.types import ChatMessage, Completion, Sampling


class Dreamer:
    """A writer with the dreamer adapter folded into its base while it writes, which leaves the base as it was."""

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


def folder_for(base_sha256: str, mind: Path | None = None) -> Path:
    """Where the dreamer of a base lies, or of a mind of that base; one in training is not dreamed with yet."""
    if mind and (mind / DREAMER / CONFIG).exists():
        return mind / DREAMER
    trained = trained_folder(base_sha256)
    return trained if (trained / CONFIG).exists() else shipped_folder()


def for_base(llm: LLM, mind: Path | None = None) -> Dreamer:
    """Provide the dream generator for a base, or for a mind of that base.

    Raises:
        OneiroError: its adapter, or the default base it needs, is missing or damaged.
    """
    folder = folder_for(llm.sha256, mind)
    adapter = load_adapter(folder)
    return Dreamer(_base_of(folder, llm), adapter)


def recogniser_for(llm: LLM, mind: Path | None = None) -> Recogniser | None:
    """Provide what recognises whether an answer is asked for; None where the dream generator has learned no such thing.

    Its adapter lies beside the base's weights, so that it can judge what a woken generation says while that is folded
    in.

    Raises:
        OneiroError: as in `for_base`, or what it has learned is damaged.
    """
    folder = folder_for(llm.sha256, mind)
    readout = load_readout(folder)
    return Recogniser(_base_of(folder, llm).beside(load_adapter(folder)), readout) if readout else None


def _base_of(folder: Path, llm: LLM) -> LLM:
    """The base that a dream generator was trained on: this one, or the default base."""
    base = json.loads((folder / CONFIG).read_text(encoding="utf-8")).get("base_model_name_or_path")
    return _default_base() if base == DEFAULT_MODEL != llm.name else llm


@cache
def _default_base() -> LLM:
    """Load the default base once: who dreams for another base also recognises for it, generation after generation."""
    return LLM.load(resolve(DEFAULT_MODEL))
