"""Trains a fresh LoRA adapter on encoded examples: one flat loop, for the night and for the dreamer.

In: examples (prompt, answer, end token) and a plan of batches. Out: the adapter and how training went.

Loss of a step: the mean cross-entropy over the tokens of its answers (end tokens included, prompts not), plus
`leash` times the mean KL(base ‖ model) over its leashed answers. An example is *leashed* when it carries a
teacher: the base's stored top-k tokens plus one bucket for the rest. Forgetting follows the KL to the base (RL's Razor,
https://arxiv.org/abs/2509.04259), so every step holds both. A memory rests once
the least certain token of its answers has a probability above `learned_p` on average (above 0.5 greedy decoding says it
verbatim): training on mastered facts raises hallucination (Gekhman et al., https://arxiv.org/abs/2405.05904). A few of
its answers still come up in each epoch, and bring it back when it slips. Of an old memory a few come up too, other ones
in each epoch: the same few would be learned by heart and the memory's other wordings lost.
"""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, NamedTuple

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from peft.helpers import disable_input_dtype_casting

from oneiro.adapters import Adapter, LowRank
from oneiro.config import TrainConfig
from oneiro.llm import LLM
from oneiro.parallel import Run, beside_each_other
from oneiro.render import Encoded

Step = list[list[int]]  # micro-batches of example indices; gradients add up over a step
Plan = Callable[[int, Sequence[int]], list[Step]]  # (epoch, active examples) → steps


class Teacher(NamedTuple):
    """The base's next-token distribution at each answer position: ids (T, k), logprobs (T, k)."""

    ids: torch.Tensor
    logprobs: torch.Tensor


class TrainExample(NamedTuple):
    """One example; those of one `memory_id` rest together, `old` ones take turns, a `teacher` replaces the labels."""

    encoded: Encoded
    memory_id: str = ""
    teacher: Teacher | None = None
    old: bool = False


class Progress(NamedTuple):
    """Where training stands: the loss of the newest step, in nats per answer token."""

    epoch: int
    step: int
    steps: int
    loss: float


class Fitted(NamedTuple):
    """The adapter and how it came about."""

    adapter: Adapter
    losses: list[float]
    learned: list[str]
    tokens: int


def side_by_side(examples: Sequence[TrainExample], *, batch_size: int, leashed_rows: int, seed: int) -> Plan:
    """Plan steps of one batch with labels and one on the leash, so that no update goes without it.

    The labelled examples all come up in every epoch; the leashed ones, `leashed_rows` a step, are dealt from a deck of
    all there are.
    """
    leashed = [i for i, example in enumerate(examples) if example.teacher]

    def plan(epoch: int, active: Sequence[int]) -> list[Step]:
        rng = random.Random(f"{seed}/{epoch}")
        labelled = [i for i in active if not examples[i].teacher]
        batches = _cut(rng.sample(labelled, len(labelled)), batch_size)
        wanted = len(batches) * leashed_rows if labelled else len(leashed)
        decks = [rng.sample(leashed, len(leashed)) for _ in range(math.ceil(wanted / max(1, len(leashed))))]
        beside = _cut([i for deck in decks for i in deck][:wanted], leashed_rows)
        return [[batch for batch in pair if batch] for pair in zip_longest(batches, beside, fillvalue=[])]

    return plan


def _cut(indices: list[int], size: int) -> list[list[int]]:
    return [indices[i : i + size] for i in range(0, len(indices), size)]


def fit(
    llm: LLM,
    examples: Sequence[TrainExample],
    plan: Plan,
    *,
    config: TrainConfig,
    seed: int,
    start: Adapter | None = None,
    watch: Callable[[Progress, Callable[[], Adapter]], None] = lambda progress, snapshot: None,
) -> Fitted:
    """Train an adapter on top of whatever is folded into the model; the model itself stays as it was.

    The adapter is a fresh one, or goes on from `start`, which must have the rank of `config`. `watch` is called after
    each step and can take a snapshot of the adapter so far. Deterministic for equal inputs and seed on one machine.
    """
    with _lora(llm, config, seed, start) as (parameters, snapshot), beside_each_other(llm.device) as run_all:
        optimizer = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=0.0)
        planned = len(plan(0, _awake(examples, set(), config, random.Random(seed)))) * config.epochs
        losses: list[float] = []
        learned: set[str] = set()
        tokens = done = 0
        for epoch in range(config.epochs):
            seen: dict[str, list[float]] = defaultdict(list)
            spent: list[float] = []
            for step in plan(epoch, _awake(examples, learned, config, random.Random(f"{seed}/{epoch}"))):
                _set_rate(optimizer, config, done, planned)
                report = _step(llm, examples, step, config, parameters, run_all, seen)
                torch.nn.utils.clip_grad_norm_(parameters, config.max_grad_norm)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                done += 1
                tokens += report.tokens
                spent.append(report.loss)
                watch(Progress(epoch, done, planned, report.loss), snapshot)
            losses.append(sum(spent) / max(1, len(spent)))
            learned = {memory for memory, ps in seen.items() if sum(ps) / len(ps) > config.learned_p}
            if seen and learned == seen.keys():
                break
        return Fitted(snapshot(), losses, sorted(learned), tokens)


def _awake(examples: Sequence[TrainExample], learned: set[str], config: TrainConfig, rng: random.Random) -> list[int]:
    """List the examples of an epoch: of learned and of old memories only a few, which show whether they slip away."""
    own: dict[str, list[int]] = defaultdict(list)
    for i, example in enumerate(examples):
        own[example.memory_id].append(i)
    active = own.pop("", [])
    share = math.ceil(config.rehearsed / max(1, sum(examples[indices[0]].old for indices in own.values())))
    for memory, indices in own.items():
        few = config.refreshed if memory in learned else share if examples[indices[0]].old else len(indices)
        active += rng.sample(indices, min(few, len(indices)))
    return active


class _StepReport(NamedTuple):
    loss: float
    tokens: int


class _BatchReport(NamedTuple):
    """What one micro-batch adds to a step."""

    gradients: tuple[torch.Tensor, ...]
    loss: float
    certainty: list[tuple[str, float]]  # memory id, probability of the answer's least certain token


def _step(
    llm: LLM,
    examples: Sequence[TrainExample],
    step: Step,
    config: TrainConfig,
    parameters: Sequence[torch.nn.Parameter],
    run_all: Run,
    seen: dict[str, list[float]],
) -> _StepReport:
    """Add up the gradients of one step; notes in `seen` how probable each memory's answers were."""
    chosen = [examples[i] for batch in step for i in batch]
    leashed = sum(len(example.encoded.answer) for example in chosen if example.teacher)
    labelled = sum(len(example.encoded.answer) for example in chosen if not example.teacher)
    in_bf16 = llm.model.dtype == torch.bfloat16

    def learn(indices: list[int]) -> _BatchReport:
        batch = [examples[i] for i in indices]
        # The adapter stays fp32 and is cast for its products, as autocast does. Without a cache of casts: it would be
        # shared by the threads, and no weight is cast twice in a pass.
        with torch.autocast(llm.device.type, torch.bfloat16, enabled=in_bf16, cache_enabled=False):
            out = llm.answer_logits([example.encoded for example in batch])
        logprobs = out.logits.log_softmax(-1)
        errors = -logprobs.gather(-1, out.targets[:, None])[:, 0]
        parts, certainty = [], []
        for row, example in enumerate(batch):
            own = out.rows == row
            if example.teacher:
                parts.append(leash_loss(logprobs[own], example.teacher).sum() * (config.leash / leashed))
            else:
                parts.append(errors[own].sum() / labelled)
            if example.memory_id:
                certainty.append((example.memory_id, float((-errors[own].detach().max()).exp())))
        loss = torch.stack(parts).sum()
        return _BatchReport(torch.autograd.grad(loss, parameters), float(loss.detach()), certainty)

    total = 0.0
    for report in run_all(learn, step):
        total += report.loss
        for parameter, gradient in zip(parameters, report.gradients, strict=True):
            parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        for memory, p in report.certainty:
            seen[memory].append(p)
    return _StepReport(total, sum(len(e.encoded.prompt) + len(e.encoded.answer) - 1 for e in chosen))


def leash_loss(logprobs: torch.Tensor, teacher: Teacher) -> torch.Tensor:
    """KL(base ‖ model) per position, (T,), over the teacher's top-k tokens and one bucket for all others."""
    ours = logprobs.gather(-1, teacher.ids.to(logprobs.device))
    theirs = teacher.logprobs.to(logprobs.device)
    rest_ours = torch.log1p(-ours.exp().sum(-1).clamp(max=1 - 1e-6))
    rest_theirs = torch.log1p(-theirs.exp().sum(-1).clamp(max=1 - 1e-6))
    inside = (theirs.exp() * (theirs - ours)).sum(-1)
    return inside + rest_theirs.exp() * (rest_theirs - rest_ours)


@torch.no_grad()
def teach(llm: LLM, batch: Sequence[Encoded], *, top_k: int) -> list[Teacher]:
    """Read the model's own next-token distributions over the answers of a batch."""
    out = llm.answer_logits(batch)
    top = out.logits.log_softmax(-1).topk(min(top_k, out.logits.shape[-1]), dim=-1)
    return [Teacher(top.indices[out.rows == row].cpu(), top.values[out.rows == row].cpu()) for row in range(len(batch))]


def on_the_leash(llm: LLM, encoded: Sequence[Encoded], *, top_k: int, batch_size: int = 8) -> list[TrainExample]:
    """Give each example the model's own distribution as its teacher."""
    batches = [encoded[i : i + batch_size] for i in range(0, len(encoded), batch_size)]
    teachers = [teacher for batch in batches for teacher in teach(llm, batch, top_k=top_k)]
    return [TrainExample(example, teacher=teacher) for example, teacher in zip(encoded, teachers, strict=True)]


def _set_rate(optimizer: torch.optim.Optimizer, config: TrainConfig, done: int, planned: int) -> None:
    """Linear warm-up, then a cosine to a tenth of the rate."""
    warm = min(1.0, (done + 1) / max(1, config.warmup_steps))
    cosine = 0.55 + 0.45 * math.cos(math.pi * min(1.0, done / max(1, planned)))
    for group in optimizer.param_groups:
        group["lr"] = config.learning_rate * warm * cosine


@contextmanager
def _lora(
    llm: LLM, config: TrainConfig, seed: int, start: Adapter | None
) -> Iterator[tuple[list[torch.nn.Parameter], Callable[[], Adapter]]]:
    """Wrap the model's linear layers (not embeddings or head) in LoRA for the length of the block."""
    attention = llm.model.config._attn_implementation
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        lora = LoraConfig(r=config.r, lora_alpha=config.lora_alpha, target_modules="all-linear", task_type="CAUSAL_LM")
        wrapped = get_peft_model(llm.model, lora)
    for name, (a, b) in start.layers.items() if start else ():
        layer: Any = wrapped.get_submodule(f"base_model.model.{name}")
        layer.lora_A["default"].weight.data.copy_(a)
        layer.lora_B["default"].weight.data.copy_(b)

    def snapshot() -> Adapter:
        state = get_peft_model_state_dict(wrapped)
        names = sorted({key.rsplit(".lora_", 1)[0] for key in state})
        layers = {
            name.removeprefix("base_model.model."): LowRank(
                state[f"{name}.lora_A.weight"].detach().cpu().float().clone(),
                state[f"{name}.lora_B.weight"].detach().cpu().float().clone(),
            )
            for name in names
        }
        return Adapter(layers, config.lora_alpha / config.r)

    if llm.device.type == "cpu":  # where the fused kernel's backward pass takes four times as long
        llm.model.set_attn_implementation("eager")
    try:
        with disable_input_dtype_casting(wrapped):
            yield [p for p in llm.model.parameters() if p.requires_grad], snapshot
    finally:
        wrapped.unload()
        llm.model.set_attn_implementation(attention)
        llm.model.requires_grad_(requires_grad=False)
