"""How much faster Oneiro's own loops are than the plain ones, on the default base and this machine.

Two ratios, each against a baseline in the same run, in turns, so that whatever else the machine does hits both:

- *train*: four steps of eight answers and four leashed ones. Baseline: PEFT on every layer, AdamW and transformers' own
  loss over the padded batch, the output head on every token, as a plain fine-tuning loop has it (and without the
  leash's loss).
- *write*: 48 greedy answers of 24 tokens. Baseline: transformers' own `generate` on the padded batch.

And how near training comes to what the machine can do: the floating-point operations of its products a second (frozen
layers forward and backward, LoRA, output head) against those of a large matrix product in the same run.

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
from untouched import untouched

from oneiro import anchors, train
from oneiro.config import AnchorConfig, TrainConfig
from oneiro.embedded import resolve
from oneiro.kinds import invent
from oneiro.leash import teach
from oneiro.llm import LLM
from oneiro.parallel import workers
from oneiro.render import Encoded
from oneiro.types import ChatMessage, Sampling

_REPEATS = 5
_STEPS = 4


def main() -> None:
    """Measure both and print one JSON object."""
    llm = LLM.load(resolve("smollm2"))
    ours, plain, flop = _train_steps(llm)
    trained = _compare(ours, plain)
    largest, achieved = _matrix_flops(llm), flop / trained["ours"]
    report = {
        **provenance(),
        "dtype": str(llm.model.dtype),
        "repeats": _REPEATS,
        "train": trained,
        "write": _compare(*_writers(llm)),
        "flops": {
            "training": round(achieved / 1e9, 1),
            "matrix_product": round(largest / 1e9, 1),
            "share": round(achieved / largest, 3),
        },
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


def _matrix_flops(llm: LLM) -> float:
    """Floating-point operations a second of a large product in the model's own type."""
    a, b = (torch.randn(2048, 2048, dtype=llm.model.dtype) for _ in range(2))
    spent = []
    for _ in range(_REPEATS):
        started = time.perf_counter()
        torch.mm(a, b)
        spent.append(time.perf_counter() - started)
    return 2 * 2048**3 / statistics.median(spent)


def _train_steps(llm: LLM) -> tuple[Callable[[], object], Callable[[], object], float]:
    """Our steps, the plain ones, and the floating-point operations of ours."""
    labelled = [train.TrainExample(llm.encode([ChatMessage("user", q)], a)) for q, a in _questions(8)]
    chosen = AnchorConfig(per_kind={"facts": 4}, own_side=0)
    prompts = anchors.draw_prompts(chosen, seed=0)
    grounding = anchors.answer_anchors(prompts, untouched(llm), chosen)
    encoded = [llm.encode([ChatMessage("user", anchor.question)], anchor.answer) for anchor in grounding]
    teachers = teach(llm, encoded, top_k=20)
    examples = labelled + [train.TrainExample(e, teacher=t) for e, t in zip(encoded, teachers, strict=True)]
    config = TrainConfig(epochs=_STEPS)
    plan = train.side_by_side(examples, batch_size=8, leashed_rows=4, seed=0, parts=workers(llm.device))

    def ours() -> train.Fitted:
        return train.fit(llm, examples, plan, config=config, seed=0)

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

    return ours, plain, _flop(llm, examples, ours(), config)


def _flop(llm: LLM, examples: list[train.TrainExample], fitted: train.Fitted, config: TrainConfig) -> float:
    """Operations of a training: two for each weight and token forward, two backward, two more for LoRA's own gradients.

    Left out: attention, norms, the optimizer, and the lower layers, which run once.
    """
    layers = list(llm.layers)[round(len(llm.layers) * (1 - config.upper)) :]
    frozen = sum(p.numel() for layer in layers for p in layer.parameters() if p.dim() == 2)
    adapted = sum(layer.a.numel() + layer.b.numel() for layer in fitted.adapter.layers.values())
    answers = _STEPS * sum(len(example.encoded.answer) for example in examples)
    head = llm.model.get_output_embeddings().weight.numel()
    return fitted.tokens * (4.0 * frozen + 6.0 * adapted) + answers * 4.0 * head


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
