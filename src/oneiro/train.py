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
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import torch
from peft import LoraConfig, get_peft_model

from oneiro.adapters import Adapter, LowRank
from oneiro.checkpoint import Checkpoint, Standing
from oneiro.config import TrainConfig
from oneiro.graphs import Input, Replayed
from oneiro.leash import Teacher, teach
from oneiro.llm import LLM
from oneiro.loss import Labels, answer_loss
from oneiro.packing import Packed, PrefixTree
from oneiro.parallel import Run, beside_each_other, workers
from oneiro.render import Encoded
from oneiro.types import ChatMessage, Example

T = TypeVar("T")
Step = list[list[int]]  # micro-batches of example indices; gradients add up over a step
Plan = Callable[[int, Sequence[int]], list[Step]]  # (epoch, active examples) → steps
Computed = tuple[torch.Tensor, torch.Tensor, tuple[torch.Tensor, ...]]  # loss, errors (N,), gradients
Compute = Callable[[Packed, Labels], Computed]
# What the first dimensions of a packed row and of its labels are: tokens, predictions, predictions on the leash.
_AXES = "TTTTNNN" + "NMMMM"


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
    """The adapter and how it came about; `tokens` were computed, what a micro-batch shares counted once."""

    adapter: Adapter
    losses: list[float]
    learned: list[str]
    tokens: int
    curve: list[float]  # the loss of each step


def train(
    llm: LLM,
    mixture: Sequence[Example],
    config: TrainConfig,
    *,
    seed: int,
    parent: Adapter | None = None,
    cache: Path | None = None,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> Fitted:
    """Train tonight's adapter on a mixture, on top of last night's; the leash is held by the base without either.

    `cache` is where what the frozen base says is kept.
    """
    examples = _encode(llm, mixture, config, cache)
    plan = side_by_side(
        examples,
        batch_size=config.batch_size,
        leashed_rows=config.leashed_rows,
        seed=seed,
        parts=workers(llm.device),
    )
    with llm.folded(parent):
        return fit(llm, examples, plan, config=config, seed=seed, watch=watch)


def _encode(llm: LLM, mixture: Sequence[Example], config: TrainConfig, cache: Path | None) -> list[TrainExample]:
    """Encode a mixture; leashed examples get the frozen base's own distribution as teacher."""
    encoded = [llm.encode([*e.before, ChatMessage("user", e.question)], e.answer) for e in mixture]
    leashed = [code for code, e in zip(encoded, mixture, strict=True) if e.leash]
    teachers = iter(teach(llm, leashed, top_k=config.leash_top_k, cache=cache))
    return [
        TrainExample(code, e.memory_id, next(teachers) if e.leash else None, old=e.group == "replay")
        for code, e in zip(encoded, mixture, strict=True)
    ]


def side_by_side(
    examples: Sequence[TrainExample], *, batch_size: int, leashed_rows: int, seed: int, parts: int = 1
) -> Plan:
    """Plan steps that hold labels and the leash, so that no update goes without it.

    The labelled examples all come up in every epoch; the leashed ones, `leashed_rows` a step, are dealt from a deck of
    all there are. A step falls into so many micro-batches of about the same work.
    """
    leashed = [i for i, example in enumerate(examples) if example.teacher]

    def plan(epoch: int, active: Sequence[int]) -> list[Step]:
        rng = random.Random(f"{seed}/{epoch}")
        labelled = [i for i in active if not examples[i].teacher]
        batches = cut(rng.sample(labelled, len(labelled)), batch_size)
        wanted = len(batches) * leashed_rows if labelled else len(leashed)
        decks = [rng.sample(leashed, len(leashed)) for _ in range(math.ceil(wanted / max(1, len(leashed))))]
        beside = cut([i for deck in decks for i in deck][:wanted], leashed_rows)
        return [_deal([*batch, *rows], parts) for batch, rows in zip_longest(batches, beside, fillvalue=[])]

    def _deal(step: list[int], hands: int) -> Step:
        longest_first = sorted(step, key=lambda i: -len(examples[i].encoded.prompt) - len(examples[i].encoded.answer))
        return [hand for hand in (longest_first[n::hands] for n in range(hands)) if hand]

    return plan


def cut(items: list[T], size: int) -> list[list[T]]:
    """Cut a list into parts of a size; the last may be shorter."""
    return [items[i : i + size] for i in range(0, len(items), max(1, size))]


def fit(  # noqa: PLR0913 - one loop for the night and for the dreamer
    llm: LLM,
    examples: Sequence[TrainExample],
    plan: Plan,
    *,
    config: TrainConfig,
    seed: int,
    start: Adapter | None = None,
    checkpoint: Checkpoint | None = None,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> Fitted:
    """Train an adapter on top of whatever is folded into the model; the model itself stays as it was.

    The adapter is a fresh one, or goes on from `start`, which must have the rank of `config`. `watch` is called after
    each step. Deterministic for equal inputs and seed on one machine, also when it was stopped and goes on from a
    checkpoint.
    """
    tree = PrefixTree([example.encoded for example in examples])
    with (
        _lora(llm, config, seed, start) as lora,
        llm.standing_on(tree, _frozen_layers(llm, config)) as states,
        beside_each_other(llm.device) as run_all,
    ):
        computed = _computation(llm, states, lora.trained)
        parameters = lora.masters
        optimizer = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=0.0)
        at = checkpoint.load(parameters, optimizer) if checkpoint else Standing()
        lora.renew()
        while at.epoch < config.epochs:
            rng = random.Random(f"{seed}/{at.epoch}")
            steps = plan(at.epoch, _awake(examples, set(at.learned), config, rng))
            planned = len(at.curve) - at.step + len(steps) * (config.epochs - at.epoch)
            for step in steps[at.step :]:
                _set_rate(optimizer, config, len(at.curve), (at.epoch + at.step / len(steps)) / config.epochs)
                report = _step(computed, tree, examples, _whole(step, llm.device), config, parameters, run_all)
                torch.nn.utils.clip_grad_norm_(parameters, config.max_grad_norm)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                lora.renew()
                at.step += 1
                at.tokens += report.tokens
                at.certainty |= report.certainty
                at.curve.append(report.loss)
                watch(Progress(at.epoch, len(at.curve), planned, report.loss))
                if checkpoint:
                    checkpoint.keep(at, parameters, optimizer)
            at.losses.append(sum(at.curve[len(at.curve) - len(steps) :]) / max(1, len(steps)))
            at.learned = sorted(_learned(examples, at.certainty, config))
            at.epoch, at.step = at.epoch + 1, 0
            if at.certainty and set(at.learned) == {examples[i].memory_id for i in at.certainty}:
                break
        return Fitted(lora.adapter(config.lora_alpha / config.r), at.losses, at.learned, at.tokens, at.curve)


def _learned(examples: Sequence[TrainExample], certainty: dict[int, float], config: TrainConfig) -> set[str]:
    """The memories whose answers were certain on average when they last came up."""
    of_memory: dict[str, list[float]] = defaultdict(list)
    for i, p in certainty.items():
        of_memory[examples[i].memory_id].append(p)
    return {memory for memory, ps in of_memory.items() if sum(ps) / len(ps) > config.learned_p}


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


class _Report(NamedTuple):
    """What a step, or a micro-batch of it, came to: the loss, tokens computed, and how certain answers were.

    `certainty` is, of each memory's example, the probability of its answer's least certain token.
    """

    loss: float
    tokens: int
    certainty: dict[int, float]


def _step(
    computed: Compute,
    tree: PrefixTree,
    examples: Sequence[TrainExample],
    step: Step,
    config: TrainConfig,
    parameters: Sequence[torch.nn.Parameter],
    run_all: Run,
) -> _Report:
    """Add up the gradients of one step."""
    chosen = [examples[i] for batch in step for i in batch]
    labelled = sum(len(example.encoded.answer) for example in chosen if not example.teacher)
    leashed = sum(len(example.encoded.answer) for example in chosen if example.teacher)

    def learn(indices: list[int]) -> tuple[_Report, tuple[torch.Tensor, ...]]:
        batch, packed = [examples[i] for i in indices], tree.pack(indices)
        labels = _labels(batch, packed, 1 / max(1, labelled), config.leash / max(1, leashed))
        loss, errors, gradients = computed(packed, labels)
        rows = packed.rows.to(errors.device)
        worst = errors.new_zeros(len(batch)).scatter_reduce(0, rows, errors[: len(rows)], "amax")
        sure = {i: math.exp(-error) for i, error in zip(indices, worst.tolist(), strict=True) if examples[i].memory_id}
        return _Report(float(loss), len(packed.ids), sure), gradients

    total, tokens, certainty = 0.0, 0, {}
    for report, gradients in run_all(learn, step):
        total += report.loss
        tokens += report.tokens
        certainty |= report.certainty
        for parameter, gradient in zip(parameters, gradients, strict=True):
            own = gradient.to(parameter.dtype)
            parameter.grad = own if parameter.grad is None else parameter.grad + own
    return _Report(total, tokens, certainty)


def _labels(batch: Sequence[TrainExample], packed: Packed, weight: float, leash: float) -> Labels:
    """What the model should say: an answer's own tokens, or where it has a teacher what the base would say."""
    on_leash = torch.tensor([example.teacher is not None for example in batch])[packed.rows]
    held = on_leash.nonzero()[:, 0]
    teachers = [example.teacher for example in batch if example.teacher]
    ids = torch.cat([teacher.ids for teacher in teachers]) if teachers else torch.zeros(0, 1, dtype=torch.long)
    logprobs = torch.cat([teacher.logprobs for teacher in teachers]) if teachers else torch.zeros(0, 1)
    weights = torch.where(on_leash, 0.0, weight)
    return Labels(weights, held, ids, logprobs, torch.full(held.shape, leash))


def _computation(llm: LLM, states: torch.Tensor | None, trained: Sequence[torch.nn.Parameter]) -> Compute:
    """Make what computes a micro-batch; on a GPU it is recorded once and replayed."""

    def bare(*tensors: torch.Tensor) -> Computed:
        return compute(llm, states, trained, *(tensor.to(llm.device) for tensor in tensors))

    if llm.device.type != "cuda" or not llm.packs:
        return lambda packed, labels: bare(*packed, *labels)
    replayed = Replayed(bare, llm.device)
    return lambda packed, labels: replayed(list(map(Input, (*packed, *labels), _AXES)))


def compute(
    llm: LLM, states: torch.Tensor | None, trained: Sequence[torch.nn.Parameter], *tensors: torch.Tensor
) -> Computed:
    """Compute the loss of a packed row, the error of each target (N,) and the gradients.

    `tensors` are the fields of the row and of its labels. Each may be filled up with zeros along its first dimension:
    such tokens are seen by nobody, such predictions weigh nothing.
    """
    packed, labels = Packed(*tensors[: len(Packed._fields)]), Labels(*tensors[len(Packed._fields) :])
    loss, errors = answer_loss(llm.predicting(packed, states), llm.head, packed.targets, labels)
    return loss.detach(), errors, torch.autograd.grad(loss, trained)


def _whole(step: Step, device: torch.device) -> Step:
    """A step as it is computed. A CPU gains from micro-batches side by side, a GPU from few kernels."""
    return step if device.type == "cpu" else [[i for batch in step for i in batch]]


def _set_rate(optimizer: torch.optim.Optimizer, config: TrainConfig, done: int, share: float) -> None:
    """Linear warm-up over steps, then a cosine to a tenth of the rate over the share of the training that is done."""
    warm = min(1.0, (done + 1) / max(1, config.warmup_steps))
    cosine = 0.55 + 0.45 * math.cos(math.pi * share)
    for group in optimizer.param_groups:
        group["lr"] = config.learning_rate * warm * cosine


class _Lora(NamedTuple):
    """LoRA's factors: as the model computes with them, and in fp32, where the optimizer's small steps add up."""

    trained: list[torch.nn.Parameter]
    masters: list[torch.nn.Parameter]
    names: list[str]

    @torch.no_grad()
    def renew(self) -> None:
        """Round the masters for the model's next pass, where it computes in fewer bits."""
        for own, master in zip(self.trained, self.masters, strict=True):
            if own is not master:
                own.copy_(master)

    def adapter(self, scale: float) -> Adapter:
        """Take the factors as they are now."""
        found = {name: m.detach().cpu().clone() for name, m in zip(self.names, self.masters, strict=True)}
        a, b = ".lora_A.default.weight", ".lora_B.default.weight"
        layers = [name.removesuffix(a) for name in found if name.endswith(a)]
        return Adapter({layer: LowRank(found[layer + a], found[layer + b]) for layer in sorted(layers)}, scale)


@contextmanager
def _lora(llm: LLM, config: TrainConfig, seed: int, start: Adapter | None) -> Iterator[_Lora]:
    """Wrap the model's linear layers (not embeddings or head) in LoRA for the length of the block."""
    attention = llm.model.config._attn_implementation
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        lora = LoraConfig(
            r=config.r, lora_alpha=config.lora_alpha, target_modules=_linear_layers(llm, config), task_type="CAUSAL_LM"
        )
        wrapped = get_peft_model(llm.model, lora)  # with factors of fp32, whatever the model is
    first = start or Adapter({})
    for name, (a, b) in first.layers.items():
        layer: Any = wrapped.get_submodule(f"base_model.model.{name}")
        layer.lora_A["default"].weight.data.copy_(a)
        layer.lora_B["default"].weight.data.copy_(b * (first.scale / layer.scaling["default"]))
    if llm.device.type == "cpu":  # where the fused kernel's backward pass takes four times as long
        llm.model.set_attn_implementation("eager")
    try:
        trained = {name: p for name, p in llm.model.named_parameters() if p.requires_grad}
        masters = [_master(p, llm.model.dtype) for p in trained.values()]
        yield _Lora(list(trained.values()), masters, list(trained))
    finally:
        wrapped.unload()
        llm.model.set_attn_implementation(attention)
        llm.model.requires_grad_(requires_grad=False)


def _master(factor: torch.nn.Parameter, dtype: torch.dtype) -> torch.nn.Parameter:
    """Let the model have a factor in its own numbers, and keep it as it was."""
    if factor.dtype == dtype:
        return factor
    master = torch.nn.Parameter(factor.detach().clone())
    factor.data = factor.data.to(dtype)
    return master


def _frozen_layers(llm: LLM, config: TrainConfig) -> int:
    """Count the lowest layers that stay as they are."""
    return round(len(llm.layers) * (1 - config.upper))


def _linear_layers(llm: LLM, config: TrainConfig) -> list[str]:
    """Name the linear layers that are adapted: all of the upper part, but not the output head."""
    adapted = list(llm.layers)[_frozen_layers(llm, config) :]
    inside = {id(module) for layer in adapted for module in layer.modules() if isinstance(module, torch.nn.Linear)}
    return [name for name, module in llm.model.named_modules() if id(module) in inside]
