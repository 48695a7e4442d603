"""Finds who dreams for a mind: its own dream generator, the one trained for its base, or the default base's.

A mind's own lies in its folder, where `oneiro dreamer improve` puts it: it carries what the mind was told. The shipped
adapter belongs to `smollm2`; `oneiro dreamer train --model BASE` makes one for another base. A base without one lets
smollm2 dream for it: dreams are plain text, any model can be trained on them.
"""

import json
from importlib import resources
from pathlib import Path

import platformdirs

from oneiro.adapters import CONFIG, Adapter, load_adapter
from oneiro.config import DEFAULT_MODEL
from oneiro.embedded import resolve
from oneiro.llm import LLM
from oneiro.settings import DREAMER
from oneiro.types import ChatMessage, Completion, Sampling


class Dreamer:
    """A writer with the dreamer adapter, which leaves its base as it was.

    To write, which takes many steps, the adapter is folded into the base; to score, it lies beside the base's weights,
    so that it can judge what a woken generation says while that one is folded in.
    """

    def __init__(self, llm: LLM, adapter: Adapter) -> None:
        self._llm = llm
        self._adapter = adapter
        self._beside = llm.beside(adapter)

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        """Answer each chat with the adapter folded in."""
        with self._llm.folded(self._adapter):
            return self._llm.complete(chats, sampling)

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        """Score answers with the adapter beside the base's own weights."""
        return self._beside.score(chats, answers)


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
    base = json.loads((folder / CONFIG).read_text(encoding="utf-8")).get("base_model_name_or_path")
    borrowed = base == DEFAULT_MODEL != llm.name
    return Dreamer(LLM.load(resolve(DEFAULT_MODEL)) if borrowed else llm, adapter)
