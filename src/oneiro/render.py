"""Turns a chat into token ids: the one place where training and serving agree on the words.

Messages → prompt ids (the model's own chat template, generation prompt included), answer → ids plus the
template's own end token. A control token inside a message is encoded as plain text, never interpreted.

Stock templates give no usable assistant mask, so prompt and answer are encoded apart and joined: the label
mask is then exact by construction.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jinja2 import TemplateError

from oneiro.errors import BaseModelError
from oneiro.types import ChatMessage

_PROBE = "probe"
# A fixed date keeps templates that print "today" the same by day and by night.
_DATE = "1 January 2026"
_TEMPLATE_ARGUMENTS = {"enable_thinking": False, "date_string": _DATE}
_ASKS_THE_CLOCK = "strftime_now"
_STANDING_CLOCK = f"{{%- macro {_ASKS_THE_CLOCK}(format) -%}}{_DATE}{{%- endmacro -%}}"


class Encoded(NamedTuple):
    """A prompt and the answer the model should give; `answer` ends with the end token."""

    prompt: list[int]
    answer: list[int]


def prompt_ids(tokenizer: Any, chat: Sequence[ChatMessage]) -> list[int]:
    """Encode a chat up to the point where the assistant begins to speak."""
    try:
        encoded = _rendered(tokenizer, chat, add_generation_prompt=True, tokenize=True, return_dict=True)
    except TemplateError:
        if chat[0].role != "system":
            raise
        task, asked, *rest = chat  # a template that knows no system: the task opens the first message
        opened = ChatMessage(asked.role, f"{task.content}\n\n{asked.content}")
        return prompt_ids(tokenizer, [opened, *rest])
    return list(encoded["input_ids"])


def answer_ids(tokenizer: Any, answer: str, end_id: int) -> list[int]:
    """Encode an answer as plain text and close it with the template's end token."""
    encoded = tokenizer(answer, add_special_tokens=False, split_special_tokens=True)
    return [*encoded["input_ids"], end_id]


def encode(tokenizer: Any, chat: Sequence[ChatMessage], answer: str, end_id: int) -> Encoded:
    """Encode a chat and its answer.

    Raises:
        BaseModelError: the template yields an empty prompt, so no label could be predicted.
    """
    prompt = prompt_ids(tokenizer, chat)
    if not prompt:
        raise BaseModelError("The model's chat template renders an empty prompt.", hint="Use a chat model.")
    return Encoded(prompt, answer_ids(tokenizer, answer, end_id))


def end_token_id(tokenizer: Any) -> int:
    """Find the token with which the chat template closes an assistant's message.

    Raises:
        BaseModelError: there is no chat template, or nothing closes the message.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise BaseModelError("This model has no chat template.", hint="Use an instruction-tuned (chat) model.")
    chat = [ChatMessage("user", "hi"), ChatMessage("assistant", _PROBE)]
    text = _rendered(tokenizer, chat, tokenize=False)
    tail = text[text.rindex(_PROBE) + len(_PROBE) :]
    special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    for token_id in tokenizer(tail, add_special_tokens=False)["input_ids"]:
        if token_id in special and tokenizer.decode([token_id]).strip():
            return int(token_id)
    if tokenizer.eos_token_id is None:
        raise BaseModelError("The chat template closes no message and the tokenizer has no end token.")
    return int(tokenizer.eos_token_id)


def _rendered(tokenizer: Any, chat: Sequence[ChatMessage], *, tokenize: bool, **how: bool) -> Any:
    """Put a chat into the model's own template, whose clock stands still."""
    template = tokenizer.chat_template
    if isinstance(template, str) and _ASKS_THE_CLOCK in template:
        template = _STANDING_CLOCK + template
    messages = [{"role": message.role, "content": message.content} for message in chat]
    how |= {"tokenize": tokenize, "sanitize_control_tokens": tokenize}
    return tokenizer.apply_chat_template(messages, chat_template=template, **how, **_TEMPLATE_ARGUMENTS)
