"""Real tiny models built on the spot, and a scripted dream generator. No mocks."""

import re
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from oneiro.llm import LLM
from oneiro.types import ChatMessage, Completion, Sampling

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_CALLED = re.compile(r"[Mm]y (\w+) is called (\w+)")


def byte_tokenizer(template: str = CHATML, *, special: tuple[str, ...] = ("<|im_start|>", "<|im_end|>")):
    """A tokenizer of single bytes with the given special tokens; the last of them ends a message."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: i for i, token in enumerate([*special, *alphabet])}
    backend = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token=special[-1],
        pad_token=special[-1],
        additional_special_tokens=list(special[:-1]),
    )
    tokenizer.chat_template = template
    return tokenizer


def tiny_model(seed: int = 0) -> LlamaForCausalLM:
    """A two-layer Llama with random weights large enough to matter."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=258,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        initializer_range=0.1,
        eos_token_id=1,
        bos_token_id=0,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config)


def tiny_llm(seed: int = 0) -> LLM:
    """The tiny model with its byte tokenizer."""
    return LLM(tiny_model(seed), byte_tokenizer(), name="tiny", sha256=f"{seed:064d}")


def save_tiny(folder: Path, seed: int = 0) -> Path:
    """Write the tiny model as a local base folder."""
    tiny_model(seed).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


def _asked(chat: list[ChatMessage]) -> str:
    """What is asked for, whatever words of the assistant open the answer."""
    return next(message.content for message in chat if message.role == "user")


class ScriptedDreamer:
    """Reads "my X is called Y" and dreams about it by rule; a writer like any other."""

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        return [Completion(self._answer(_asked(chat), i + sampling.seed), -0.1) for i, chat in enumerate(chats)]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        return [
            -0.1 if self._likely(_asked(chat), answer) else -3.0 for chat, answer in zip(chats, answers, strict=True)
        ]

    def _likely(self, prompt: str, answer: str) -> bool:
        if prompt.endswith("Facts?"):
            return bool(_CALLED.search(prompt)) == (answer != "(nothing)")
        if prompt.endswith("True?"):
            return answer == "Yes"
        return answer.split()[-1].strip(".") in prompt

    def _answer(self, prompt: str, number: int) -> str:
        if prompt.endswith("Facts?"):
            found = _CALLED.findall(prompt)
            return "\n".join(f"The user's {thing} is called {name}." for thing, name in found) or "(nothing)"
        asked = re.search(r"\nFact: (.*)\nQuestion: (\w+)(?:\nAnswer with: \w+)?$", prompt)
        assert asked, prompt
        fact = re.search(r"\b(?:the user's|my) (\w+) is called (\w+)\.", asked[1], re.IGNORECASE)
        if not fact:
            return "(nothing)"
        thing, name, kind = *fact.groups(), asked[2]
        if kind == "never":
            return f"What did my {thing} cost?\nYou haven't told me what your {thing} cost."
        ways = (
            f"What is the name of my {thing}?",
            f"Which name did I give my {thing}?",
            f"How is my {thing} called by all of us?",
            f"Tell me the name of the {thing} I own.",
            f"Remind me: my {thing}, what was its name?",
            f"Can you say what my own {thing} answers to?",
        )
        return f"{ways[number % len(ways)]}\nYour {thing} is called {name}."


def assert_same_weights(loaded: LLM, original: LLM) -> None:
    """The loaded weights are the original ones, in bf16 where the CPU multiplies that."""
    ours, theirs = dict(loaded.model.named_parameters()), dict(original.model.named_parameters())
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name].data, theirs[name].data.to(ours[name].dtype)) for name in ours)
