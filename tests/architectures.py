"""Tiny random models of five architectures, with chat templates in the shape of the real ones."""

from typing import NamedTuple

import torch
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GraniteConfig,
    GraniteForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from fakes import byte_tokenizer
from oneiro.llm import LLM

# Llama 3: headers, a system block that prints the date, <|eot_id|> after every message.
LLAMA = (
    "{{ bos_token }}<|start_header_id|>system<|end_header_id|>\n\nToday Date: {{ date_string }}\n\n"
    "{% if messages[0].role == 'system' %}{{ messages[0].content }}{% set messages = messages[1:] %}{% endif %}"
    "<|eot_id|>{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n"
    "{{ m.content | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
# Qwen 3: ChatML; without thinking an empty think block opens the answer.
QWEN = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.role == 'assistant' and loop.last %}<think>\n\n</think>\n\n{% endif %}{{ m.content }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
# Gemma 3: no system role (its text goes before the user's), the assistant is called model.
GEMMA = (
    "{{ bos_token }}{% set first = '' %}"
    "{% if messages[0].role == 'system' %}{% set first = messages[0].content + '\n\n' %}"
    "{% set messages = messages[1:] %}{% endif %}"
    "{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n"
    "{{ first if loop.first else '' }}{{ m.content | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
# Granite: a system block that asks the clock for the date.
GRANITE = (
    "<|start_of_role|>system<|end_of_role|>Today's Date: {{ strftime_now('%B %d, %Y') }}.\n"
    "{% if messages[0].role == 'system' %}{{ messages[0].content }}{% set messages = messages[1:] %}{% endif %}"
    "<|end_of_text|>\n{% for m in messages %}"
    "<|start_of_role|>{{ m.role }}<|end_of_role|>{{ m.content }}<|end_of_text|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start_of_role|>assistant<|end_of_role|>{% endif %}"
)
# Mistral 0.1: no system role at all, the user's message in brackets.
MISTRAL = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]"
    "{% elif m.role == 'assistant' %}{{ m.content }}</s>"
    "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"
)

_SIZE = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "initializer_range": 0.1,
    "max_position_embeddings": 2048,
}


class Architecture(NamedTuple):
    """How to build a model, its template, its special tokens (the end token last) and its end token."""

    model: type[PreTrainedModel]
    config: type
    template: str
    special: tuple[str, ...]
    extra: dict[str, object]


ARCHITECTURES = {
    "llama": Architecture(
        LlamaForCausalLM,
        LlamaConfig,
        LLAMA,
        ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        {},
    ),
    "qwen3": Architecture(Qwen3ForCausalLM, Qwen3Config, QWEN, ("<|endoftext|>", "<|im_start|>", "<|im_end|>"), {}),
    "gemma3": Architecture(
        Gemma3ForCausalLM,
        Gemma3TextConfig,
        GEMMA,
        ("<bos>", "<start_of_turn>", "<end_of_turn>"),
        {"sliding_window": 32, "layer_types": ["sliding_attention", "full_attention"], "query_pre_attn_scalar": 16},
    ),
    "granite": Architecture(
        GraniteForCausalLM,
        GraniteConfig,
        GRANITE,
        ("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"),
        {"logits_scaling": 8.0},
    ),
    "mistral": Architecture(MistralForCausalLM, MistralConfig, MISTRAL, ("<s>", "</s>"), {"sliding_window": 32}),
}


def build(name: str) -> LLM:
    """Build a tiny model of an architecture, with random weights."""
    a = ARCHITECTURES[name]
    tokenizer = byte_tokenizer(a.template, special=a.special)
    tokenizer.bos_token = a.special[0]
    torch.manual_seed(0)
    end = len(a.special) - 1
    ids = {"bos_token_id": 0, "eos_token_id": end, "pad_token_id": None}
    config = a.config(vocab_size=len(tokenizer), tie_word_embeddings=True, **_SIZE, **ids, **a.extra)
    return LLM(a.model(config), tokenizer, name=name, sha256="0" * 64)


def save(name: str, folder) -> None:
    """Write such a model as a local base folder."""
    llm = build(name)
    llm.model.save_pretrained(folder)
    llm.tokenizer.save_pretrained(folder)
