"""How much faster Oneiro's own loops are than the plain ones, on the default base and this machine.

Two ratios, each against a baseline in the same run, in turns, so that whatever else the machine does hits both:

- *train*: four steps of eight answers and four leashed ones. Baseline: PEFT, AdamW and transformers' own loss over the
  padded batch, the output head on every token, as a plain fine-tuning loop has it (and without the leash's loss).
- *write*: 48 greedy answers of 24 tokens. Baseline: transformers' own `generate` on the padded batch.

Run: `python bench/speed.py > results/speed.json`
"""

import json
import statistics
import sys
import time
from collections.abc import Callable

import torch
from peft import LoraConfig, get_peft_model
from provenance import provenance

from oneiro import anchors, train
from oneiro.config import AnchorConfig, TrainConfig
from oneiro.embedded import cache_dir, resolve
from oneiro.kinds import invent
from oneiro.leash import teach
from oneiro.llm import LLM
from oneiro.remembering import Remembering
from oneiro.render import Encoded
from oneiro.types import ChatMessage, Sampling

_REPEATS = 5
_STEPS = 4


def main() -> None:
    """Measure both and print one JSON object."""
    llm = LLM.load(resolve("smollm2"))
    report = {
        **provenance(),
        "dtype": str(llm.model.dtype),
        "repeats": _REPEATS,
        "train": _compare(*_train_steps(llm)),
        "write": _compare(*_writers(llm)),
    }
    json.dump(report, sys.stdout, indent=1)
    print()  # noqa: T201


def _compare(ours: Callable[[], object], plain: Callable[[], object]) -> dict[str, float]:
    """Median seconds of each, taken in turns, and their ratio."""
    spent: dict[str, list[float]] = {"ours": [], "plain": []}
    for repeat in range(_REPEATS + 1):
        for name, work in (("ours", ours), ("plain", plain)):
            started = time.perf_counter()
            work()
            if repeat:  # the first warms up
                spent[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(times) for name, times in spent.items()}
    return {name: round(m, 3) for name, m in medians.items()} | {"ratio": round(medians["plain"] / medians["ours"], 2)}


def _questions(count: int) -> list[tuple[str, str]]:
    facts = [fact for told in invent(count, seed=0) for fact in told.facts]
    return [(question, answer) for fact in facts for _, question, answer in fact.questions[:1]][:count]


def _train_steps(llm: LLM) -> tuple[Callable[[], object], Callable[[], object]]:
    labelled = [train.TrainExample(llm.encode([ChatMessage("user", q)], a)) for q, a in _questions(8)]
    prompts = anchors.draw_prompts(AnchorConfig(per_kind={"facts": 4}, own_side=0), seed=0)
    cache = cache_dir() / llm.sha256[:16]
    grounding = anchors.answer_anchors(prompts, Remembering(llm, cache / "answers.json"), max_new_tokens=24)
    encoded = [llm.encode([ChatMessage("user", anchor.question)], anchor.answer) for anchor in grounding]
    teachers = teach(llm, encoded, top_k=20)
    examples = labelled + [train.TrainExample(e, teacher=t) for e, t in zip(encoded, teachers, strict=True)]
    steps = [[list(range(8)), list(range(8, len(examples)))]] * _STEPS
    config = TrainConfig(epochs=1)

    def ours() -> object:
        return train.fit(llm, examples, lambda epoch, active: steps, config=config, seed=0)

    def plain() -> None:
        lora = LoraConfig(r=config.r, lora_alpha=config.lora_alpha, target_modules="all-linear", task_type="CAUSAL_LM")
        wrapped = get_peft_model(llm.model, lora)
        optimizer = torch.optim.AdamW([p for p in wrapped.parameters() if p.requires_grad], lr=config.learning_rate)
        batch = _padded([example.encoded for example in examples])
        for _ in range(_STEPS):
            with torch.autocast(llm.device.type, torch.bfloat16, enabled=llm.model.dtype == torch.bfloat16):
                wrapped(**batch).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        wrapped.unload()
        llm.model.requires_grad_(requires_grad=False)

    return ours, plain


def _padded(batch: list[Encoded]) -> dict[str, torch.Tensor]:
    width = max(len(example.prompt) + len(example.answer) for example in batch)
    shape = (len(batch), width)
    ids, labels, mask = torch.zeros(shape).long(), torch.full(shape, -100), torch.zeros(shape).long()
    for row, (prompt, answer) in enumerate(batch):
        ids[row, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        labels[row, len(prompt) : len(prompt) + len(answer)] = torch.tensor(answer)
        mask[row, : len(prompt) + len(answer)] = 1
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def _writers(llm: LLM) -> tuple[Callable[[], object], Callable[[], object]]:
    chats = [[ChatMessage("user", question)] for question, _ in _questions(48)]
    prompts = [llm.encode(chat, "").prompt for chat in chats]
    width = max(map(len, prompts))
    pad = llm.tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])

    def plain() -> object:
        with torch.inference_mode():
            return llm.model.generate(ids, attention_mask=mask, max_new_tokens=24, do_sample=False)

    return lambda: llm.complete(chats, Sampling(24)), plain


if __name__ == "__main__":
    main()
