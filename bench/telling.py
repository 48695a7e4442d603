"""Telling a mind its day, so that the telling may be stopped and begun again."""

from collections.abc import Iterable

from oneiro.mind import Mind

_REPLY_TOKENS = 24


def tell(mind: Mind, lines: Iterable[str]) -> None:
    """Say each line it has not been told yet, as a conversation of its own: a small model drowns in a long one."""
    said = {message.content for message in mind.history()}
    for line in lines:
        if line not in said:
            list(mind.chat(line, max_new_tokens=_REPLY_TOKENS))
            mind.new_conversation()
