"""The awake model: one base with exactly one complete, checked generation folded in (promise P2)."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from oneiro import generations, render
from oneiro.adapters import load_adapter
from oneiro.config import ANSWER_MAX_NEW_TOKENS, CHAT_MAX_NEW_TOKENS, CONTEXT_TOKENS
from oneiro.dreamers import recogniser_for
from oneiro.embedded import Base
from oneiro.errors import InputError
from oneiro.llm import LLM
from oneiro.recall import Recall
from oneiro.types import ChatMessage, Sampling


class Awake:
    """A loaded model that answers with one generation at a time."""

    def __init__(self, mind: Path, base: Base) -> None:
        self._mind = mind
        self._llm = LLM.load(base)
        self._folded = ExitStack()
        self._generation = 0
        self._recall: Recall | None = None  # before the first night

    def wake(self, generation: int) -> bool:
        """Answer with this generation from now on; True when that is a change.

        Raises:
            MindError: the generation, or its dream generator, is damaged; the one before stays.
            BaseModelError: the generation was trained on another base.
        """
        if generation == self._generation:
            return False
        adapter, manifest = None, None
        if generation:
            manifest = generations.check(self._mind, generation, base_sha256=self._llm.sha256)
            adapter = load_adapter(generations.folder_of(self._mind, generation))
        recall = self._recalling(manifest) if manifest else None
        self._folded.close()
        self._folded = ExitStack()
        self._folded.enter_context(self._llm.folded(adapter))
        self._generation, self._recall = generation, recall
        return True

    def _recalling(self, manifest: generations.Manifest) -> Recall:
        recogniser = recogniser_for(self._llm, self._mind) if manifest.recognised else None
        return Recall(self._llm, recogniser, weight=manifest.recognised, least=manifest.least_sure)

    def reply(self, context: Sequence[ChatMessage], *, max_new_tokens: int) -> Iterator[str]:
        """Stream the answer to a conversation; the oldest lines leave a context that grew too long."""
        chat = self._fitting(context, max_new_tokens)
        pieces = self._llm.stream(chat, Sampling(max_new_tokens))
        return self._recall.stream(chat, pieces) if self._recall else (piece.text for piece in pieces)

    def check_length(self, text: str) -> None:
        """Refuse a message longer than the model can read.

        Raises:
            InputError: with both numbers and what to do.
        """
        tokens = len(render.prompt_ids(self._llm.tokenizer, [ChatMessage("user", text)]))
        most = self._most(CHAT_MAX_NEW_TOKENS)
        if tokens > most:
            raise InputError(
                f"This message has {tokens:,} tokens ({len(text):,} characters); "
                f"the model reads at most {most:,} tokens.",
                hint="Nothing was saved. Send it in parts.",
            )

    def _most(self, new_tokens: int) -> int:
        """How many tokens of a chat can be read where so many are to be written."""
        return min(CONTEXT_TOKENS, self._llm.positions - new_tokens)

    def _fitting(self, context: Sequence[ChatMessage], new_tokens: int) -> list[ChatMessage]:
        kept = list(context)
        while len(kept) > 1 and len(render.prompt_ids(self._llm.tokenizer, kept)) > self._most(new_tokens):
            kept = kept[2:] if len(kept) > 2 else kept[-1:]
        return kept

    def answer(self, questions: Sequence[str]) -> list[str]:
        """Answer each question greedily with an empty context."""
        chats = [[ChatMessage("user", question)] for question in questions]
        speaker = self._recall or self._llm
        return [c.text for c in speaker.complete(chats, Sampling(ANSWER_MAX_NEW_TOKENS))]
