"""A writer that remembers what it said: the frozen base answers each prompt once on a machine.

Only greedy answers are kept, since asking again gives the same; by the words asked and the length allowed. The file
belongs to one base (its folder is named by the hash of the weights). Does *not* protect against someone who writes it.
A base into which a generation is folded is refused: its answers would pass for the base's own from then on.
"""

import hashlib
import json
from pathlib import Path
from typing import Protocol

from oneiro.types import ChatMessage, Completion, Sampling, Writer
from oneiro.whole import written_whole


class Frozen(Writer, Protocol):
    """A writer that can say whether it is still what it was."""

    @property
    def untouched(self) -> bool:
        """Whether no adapter is folded in."""
        ...


class Remembering:
    """Wraps a frozen writer; probabilities are not remembered, an answer from the cache has none (NaN)."""

    def __init__(self, writer: Frozen, file: Path) -> None:
        self._writer = writer
        self._file = file

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        """Answer each chat, from the cache where it was asked before.

        Raises:
            RuntimeError: something is folded into the writer.
        """
        if not self._writer.untouched:
            raise RuntimeError("The base was asked for its own answers while a generation is folded into it.")
        if sampling.temperature > 0:
            return self._writer.complete(chats, sampling)
        known = _read(self._file)
        keys = [_key(chat, sampling) for chat in chats]
        missing = {key: chat for key, chat in zip(keys, chats, strict=True) if key not in known}
        if missing:
            written = self._writer.complete(list(missing.values()), sampling)
            known |= {key: completion.text for key, completion in zip(missing, written, strict=True)}
            _write(self._file, known)
        return [Completion(known[key], float("nan")) for key in keys]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        """Score answers; nothing of this is remembered."""
        return self._writer.score(chats, answers)


def _key(chat: list[ChatMessage], sampling: Sampling) -> str:
    asked = json.dumps([sampling.max_new_tokens, *([message.role, message.content] for message in chat)])
    return hashlib.sha256(asked.encode()).hexdigest()[:24]


def _read(file: Path) -> dict[str, str]:
    """Read the cache; a missing or damaged one is an empty one, since the base can be asked again."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {key: a for key, a in known.items() if isinstance(a, str)} if isinstance(known, dict) else {}


def _write(file: Path, known: dict[str, str]) -> None:
    with written_whole(file) as aside:
        aside.write_text(json.dumps(known, ensure_ascii=False, indent=0), encoding="utf-8")
