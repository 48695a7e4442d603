"""How fast the awake model answers, and whether it says what transformers' own `generate` says.

Fifty prompts (the first of the story battery), one at a time, greedy, 40 tokens each. Three writers in turns: Oneiro's
`stream`, `generate` on the same weights, and `generate` on the fp32 weights as they lie on the disk. Counts answers
that are equal to the letter.

Run: `python bench/awake.py > results/awake.json`
"""

import json
import statistics
import sys
import time
from collections.abc import Callable

import torch
from provenance import provenance
from transformers import AutoModelForCausalLM

from oneiro.embedded import resolve
from oneiro.evals import batteries
from oneiro.llm import LLM
from oneiro.types import ChatMessage, Sampling

_PROMPTS = 50
_TOKENS = 40


def main() -> None:
    """Measure and print one JSON object."""
    base = resolve("smollm2")
    llm = LLM.load(base)
    plain = AutoModelForCausalLM.from_pretrained(base.path, dtype=torch.float32).eval()
    prompts = [s.question for s in batteries.stories(())[:_PROMPTS]]
    writers: dict[str, Callable[[str], str]] = {
        "oneiro": lambda prompt: "".join(p.text for p in llm.stream([ChatMessage("user", prompt)], Sampling(_TOKENS))),
        "generate": lambda prompt: _generate(llm, llm.model, prompt),
        "generate_fp32": lambda prompt: _generate(llm, plain, prompt),
    }
    said: dict[str, list[str]] = {name: [] for name in writers}
    rates: dict[str, list[float]] = {name: [] for name in writers}
    for number, prompt in enumerate([prompts[0], *prompts]):  # the first time warms up
        for name, write in writers.items():
            started = time.perf_counter()
            text = write(prompt)
            spent = time.perf_counter() - started
            if number:
                said[name].append(text.strip())
                rates[name].append(len(llm.tokenizer(text)["input_ids"]) / spent)
    medians = {name: round(statistics.median(rate), 2) for name, rate in rates.items()}
    report = {
        **provenance(),
        "dtype": str(llm.model.dtype),
        "prompts": _PROMPTS,
        "chat_tokens_per_second": medians["oneiro"],
        "tokens_per_second": medians,
        "equal_to_generate": sum(map(str.__eq__, said["oneiro"], said["generate"])),
        "equal_to_generate_fp32": sum(map(str.__eq__, said["oneiro"], said["generate_fp32"])),
        "different": [
            dict(prompt=prompt, **dict(zip(said, texts, strict=True)))
            for prompt, *texts in zip(prompts, *said.values(), strict=True)
            if texts[0] != texts[1]
        ],
    }
    json.dump(report, sys.stdout, indent=1, ensure_ascii=False)
    print()  # noqa: T201


def _generate(llm: LLM, model: torch.nn.Module, prompt: str) -> str:
    ids = torch.tensor([llm.encode([ChatMessage("user", prompt)], "").prompt])
    with torch.inference_mode():
        out = model.generate(  # type: ignore[operator]
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=_TOKENS, do_sample=False
        )
    return llm.tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)


if __name__ == "__main__":
    main()
