"""The language model of a mind: load, write, score. The only user of transformers.

A base is loaded once and stays frozen. Adapters are *folded*: within `with llm.folded(...)` the linear
layers point at W + ΔW, and afterwards at the very same W again, byte for byte. Serving then costs what the
base alone costs, and no PEFT import is needed. An adapter *beside* the weights is a second model on the same W.

Batches share the computation of their longest common prompt prefix: in training and scoring they are packed into one
row (`packing.py`), in decoding its keys and values are repeated for all rows.
"""

import copy
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from torch.nn.functional import linear
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache
from transformers.utils import logging as transformers_logging

from oneiro import render
from oneiro.adapters import Adapter, LowRank
from oneiro.decoding import Growing, Recorded, Writing
from oneiro.embedded import Base
from oneiro.errors import BaseModelError
from oneiro.kv_cache import decoding_cache, lay_out
from oneiro.packing import Packed, PrefixTree, allowed, one_by_one, window
from oneiro.parallel import beside_each_other, even_parts, workers
from oneiro.sampling import choose
from oneiro.types import ChatMessage, Completion, Piece, Sampling

_AT_ONCE = 12  # examples read in one row
_EVERYDAY = 0.1  # share of the vocabulary
_WORTH_COMPACTING = 0.75  # share of unfinished rows: to copy all keys costs a step
_SMALL = 1e9  # bytes of weights up to which a GPU computes in fp32, and takes on more at once
_MORE = 3  # times as much as a CPU
_ATTENTIONS = {"full_attention", "sliding_attention"}  # kinds of layers in which a mask decides what is seen


class AnswerLogits(NamedTuple):
    """Logits where answers are predicted: logits (N, V), targets (N,), rows (N,) = index of the example."""

    logits: torch.Tensor
    targets: torch.Tensor
    rows: torch.Tensor


class Head(NamedTuple):
    """The output head: a linear layer (V, D), the factor on its logits, what they are held within (0: nothing)."""

    linear: torch.nn.Linear
    cap: float = 0.0
    scale: float = 1.0

    def __call__(self, hidden: torch.Tensor) -> torch.Tensor:
        """Logits (N, V), fp32, of hidden states (N, D)."""
        logits = self.linear(hidden).float()
        logits = logits if self.scale == 1 else logits * self.scale
        return torch.tanh(logits / self.cap) * self.cap if self.cap else logits


class LLM:
    """A frozen chat model with its tokenizer; it `packs` examples into one row where attention alone mixes tokens."""

    def __init__(self, model: Any, tokenizer: Any, *, name: str, sha256: str) -> None:
        self.model = model.eval().requires_grad_(requires_grad=False)
        self.tokenizer = tokenizer
        self.name = name
        self.sha256 = sha256
        self.end_id = render.end_token_id(tokenizer)
        eos = getattr(model.generation_config, "eos_token_id", None)
        self._stop_ids = {self.end_id, *(eos if isinstance(eos, list) else [eos] if eos is not None else [])}
        pad = tokenizer.pad_token_id
        self._config = model.config.get_text_config()  # of a model that also sees, the part that reads and writes
        self._layer_types = set(getattr(self._config, "layer_types", None) or ())
        self._window: int = getattr(self._config, "sliding_window", None) or 0
        self._slides = "sliding_attention" in self._layer_types or bool(self._window and not self._layer_types)
        self.packs = model._supports_sdpa and self._layer_types <= _ATTENTIONS
        self._pad_id = int(pad if pad is not None else self.end_id)
        self._own: dict[int, torch.Tensor] = {}  # by a parameter's id: what it is when nothing is folded into it

    @classmethod
    def load(cls, base: Base) -> "LLM":
        """Load a resolved base; safetensors only, never remote code.

        In bf16 where that is faster. A GPU waits for its next kernel rather than for the numbers of a small model, and
        fp32 keeps what an adapter changes exactly.

        Raises:
            BaseModelError: the folder holds no readable chat model.
        """
        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        on_gpu = torch.cuda.is_available()
        stored = sum(file.stat().st_size for file in base.path.glob("*.safetensors"))
        fast_in_bf16 = stored > _SMALL if on_gpu else cpu_multiplies_bf16()
        try:
            model: Any = AutoModelForCausalLM.from_pretrained(
                base.path,
                dtype=torch.bfloat16 if fast_in_bf16 else torch.float32,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
            )
            tokenizer = AutoTokenizer.from_pretrained(base.path, trust_remote_code=False, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
            raise BaseModelError(
                f"The base model in {base.path} cannot be loaded ({error}).",
                hint="It must be a chat model with safetensors weights and a tokenizer.",
            ) from error
        if on_gpu:
            torch.set_float32_matmul_precision("high")  # TF32: products of 10 bits, sums and all else of fp32
            model.cuda()
        return cls(model, tokenizer, name=base.name, sha256=base.sha256)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device

    @property
    def head(self) -> Head:
        """The output head."""

        def own(name: str, otherwise: float) -> float:
            return getattr(self._config, name, None) or otherwise

        scale = own("logit_scale", 1.0) * own("lm_head_multiplier", 1.0) / own("logits_scaling", 1.0)
        return Head(self.model.get_output_embeddings(), own("final_logit_softcapping", 0.0), scale)

    @property
    def positions(self) -> int:
        """How many tokens the base was made to read."""
        return int(getattr(self._config, "max_position_embeddings", None) or sys.maxsize)

    @property
    def layers(self) -> torch.nn.ModuleList:
        """The decoder's layers, lowest first.

        Raises:
            BaseModelError: the model has no such list.
        """
        count = self._config.num_hidden_layers
        for module in self.model.get_decoder().children():
            if isinstance(module, torch.nn.ModuleList) and len(module) == count:
                return module
        raise BaseModelError(f"{self.name} keeps its layers in no list.", hint="Use a decoder-only chat model.")

    # ---- adapters -------------------------------------------------------------------------------------

    @contextmanager
    def folded(self, *adapters: Adapter | None, alpha: float = 1.0) -> Iterator["LLM"]:
        """Use W + alpha · Σ ΔW within the block; afterwards the very same W is back.

        Raises:
            BaseModelError: an adapter names a layer this base does not have, or has another shape.
        """
        with ExitStack() as undo:
            for adapter in filter(None, adapters):
                for name in adapter.layers:
                    self._fold_layer(adapter, name, alpha, undo)
            yield self

    @property
    def untouched(self) -> bool:
        """Whether these are the base's own weights: no adapter is folded in."""
        return not self._own

    def _fold_layer(self, adapter: Adapter, name: str, alpha: float, undo: ExitStack) -> None:
        weight = self._layer_for(adapter, name).weight
        original = weight.data
        if id(weight) not in self._own:
            self._own[id(weight)] = original
            undo.callback(self._own.pop, id(weight))
        undo.callback(setattr, weight, "data", original)
        delta = alpha * adapter.delta(name)
        weight.data = (original.float() + delta.to(original.device)).to(original.dtype)

    def _layer_for(self, adapter: Adapter, name: str) -> Any:
        try:
            layer = self.model.get_submodule(name)
        except AttributeError as error:
            raise BaseModelError(f"{self.name} has no layer {name}: the adapter belongs to another base.") from error
        a, b = adapter.layers[name]
        if (b.shape[0], a.shape[1]) != layer.weight.shape:
            raise BaseModelError(f"Layer {name} of {self.name} has another shape than the adapter's.")
        return layer

    def beside(self, adapter: Adapter) -> "LLM":
        """Make a model on the base's own weights with an adapter beside them, whatever is folded in here.

        It holds no copy of a weight and costs the adapter's own memory; each step costs its two small products more.

        Raises:
            BaseModelError: as in `folded`.
        """
        shared: dict[int, torch.Tensor] = {id(b): b for b in self.model.buffers()}
        for parameter in self.model.parameters():
            own = self._own[id(parameter)] if id(parameter) in self._own else parameter.data
            shared[id(parameter)] = torch.nn.Parameter(own, requires_grad=False)
        twin = LLM(copy.deepcopy(self.model, shared), self.tokenizer, name=self.name, sha256=self.sha256)
        for name, factors in adapter.layers.items():
            layer = twin._layer_for(adapter, name)
            layer.register_forward_hook(_adding(factors, adapter.scale, like=layer.weight))
        return twin

    # ---- forward passes -------------------------------------------------------------------------------

    def encode(self, chat: Sequence[ChatMessage], answer: str) -> render.Encoded:
        """Encode a chat and its answer with this model's own template."""
        return render.encode(self.tokenizer, chat, answer, self.end_id)

    def answer_logits(self, batch: Sequence[render.Encoded]) -> AnswerLogits:
        """Run the model over a batch, packed into one row, and its output head on the answers' positions only."""
        return self.predict(PrefixTree(batch), range(len(batch)))

    def predict(self, tree: PrefixTree, batch: Sequence[int], states: torch.Tensor | None = None) -> AnswerLogits:
        """Predict the answers of some of a tree's examples; `states` as in `predicting`."""
        packed = tree.pack(batch).to(self.device)
        return AnswerLogits(self.head(self.predicting(packed, states)), packed.targets, packed.rows)

    def predicting(self, packed: Packed, states: torch.Tensor | None = None) -> torch.Tensor:
        """Run over a packed row; returns the hidden states (N, D) from which its answers are predicted.

        `states` (nodes of the tree, D) go into the lowest layer in place of embeddings: see `standing_on`.
        """
        if self.packs:
            return self._over(packed, states)[packed.where]
        # a recurrent layer would carry one example into the next
        return torch.cat([self._over(alone, states)[alone.where] for alone in one_by_one(packed)])

    def _over(self, packed: Packed, states: torch.Tensor | None) -> torch.Tensor:
        """Hidden states (T, D) of a packed row."""
        own = None if states is None else states[packed.nodes][None]
        return self._body(packed.ids[None], self._masks(packed), packed.positions[None], None, own)[0]

    @contextmanager
    def standing_on(self, tree: PrefixTree, depth: int) -> Iterator[torch.Tensor | None]:
        """Run the lowest `depth` layers once over a tree, and leave them out within the block.

        Yields the states (nodes of the tree, D) that enter the layer above them, for `predicting`; None, and all
        layers stay, when there is nothing to leave out or the model does more than run its layers one after the other.
        """
        if not depth or not self._stacks_plainly():
            yield None
            return
        with self._bypassed(range(depth, len(self.layers)), norm=True):
            states = self._states(tree)
        with self._bypassed(range(depth)):
            yield states

    @contextmanager
    def _bypassed(self, which: Iterable[int], *, norm: bool = False) -> Iterator[None]:
        """Run without some layers, and without the last norm, within the block."""
        decoder, layers = self.model.get_decoder(), self.layers
        with ExitStack() as undo:
            for i in which:
                undo.callback(layers.__setitem__, i, layers[i])
                layers[i] = _Through()
            if norm:
                undo.callback(setattr, decoder, "norm", decoder.norm)
                decoder.norm = _Through()
            yield

    def _states(self, tree: PrefixTree) -> torch.Tensor:
        states = torch.empty(len(tree), self._config.hidden_size, dtype=self.model.dtype, device=self.device)

        @torch.no_grad()
        def fill(batch: Sequence[int]) -> None:
            packed = tree.pack(batch)
            own = torch.isin(packed.nodes, tree.first_met(batch))  # parts that share a beginning differ in a last bit
            here = self._over(packed.to(self.device), None)[own.to(self.device)]
            states[packed.nodes[own].to(self.device)] = here

        order = tree.in_order(range(tree.examples))
        self.in_parts(fill, order, _AT_ONCE)
        return states

    def _stacks_plainly(self) -> bool:
        """Say whether with every layer bypassed the states come out as they went in."""
        decoder = self.model.get_decoder()
        if not self.packs or not isinstance(getattr(decoder, "norm", None), torch.nn.Module):
            return False
        probe = torch.ones(1, 2, self._config.hidden_size, dtype=self.model.dtype, device=self.device)
        with self._bypassed(range(len(self.layers)), norm=True), torch.no_grad():
            found = decoder(inputs_embeds=probe, use_cache=False).last_hidden_state
        return torch.equal(found, probe)

    def _masks(self, packed: Packed) -> torch.Tensor | dict[str, torch.Tensor] | None:
        """What the attention adds to its scores, (1, 1, T, T): one mask, or one for each kind of layer."""
        if not self.packs:
            return None
        dtype = self.model.dtype

        def additive(seen: torch.Tensor) -> torch.Tensor:
            mask = torch.zeros(seen.shape, dtype=dtype, device=seen.device)
            return mask.masked_fill_(~seen, torch.finfo(dtype).min)[None, None]

        if not self._layer_types:
            return additive(window(packed, self._window) if self._slides else allowed(packed))
        masks = {"full_attention": additive(allowed(packed))}
        if self._slides:
            masks["sliding_attention"] = additive(window(packed, self._window))
        return masks

    def _body(
        self,
        ids: torch.Tensor,
        mask: torch.Tensor | dict[str, torch.Tensor] | None,
        positions: torch.Tensor,
        past: DynamicCache | None,
        states: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Hidden states (B, T, D) of the new tokens; `past` is extended in place, `states` stand for embeddings."""
        return (
            self.model.get_decoder()(
                input_ids=ids.to(self.device) if states is None else None,
                inputs_embeds=states,
                attention_mask=mask.to(self.device) if isinstance(mask, torch.Tensor) else mask,
                position_ids=positions.to(self.device),
                past_key_values=past,
                use_cache=past is not None,
            )
        ).last_hidden_state

    def everyday(self, found: set[str]) -> set[str]:
        """The words of a set that everybody uses: each is one of the first tokens of the vocabulary.

        Byte-pair encoding learns the most frequent words first; the first tenth holds "play", "last" and "night", not
        "coffee" or "violin".
        """
        first = len(self.tokenizer) * _EVERYDAY
        return {word for word, token in self._single_tokens(found).items() if token < first}

    def whole_words(self, found: set[str]) -> set[str]:
        """The words of a set that the vocabulary holds as one token: those that are common enough."""
        return set(self._single_tokens(found))

    def _single_tokens(self, found: set[str]) -> dict[str, int]:
        ids = {word: self.tokenizer(f" {word}", add_special_tokens=False)["input_ids"] for word in found}
        return {word: token for word, (token, *rest) in ids.items() if not rest}

    # ---- scoring and writing --------------------------------------------------------------------------

    def score(self, chats: list[list[ChatMessage]], answers: list[str], *, batch_size: int = 12) -> list[float]:
        """Return the mean log-probability (nats per token, end token left out) of each answer."""
        encoded = [self.encode(chat, answer) for chat, answer in zip(chats, answers, strict=True)]
        tree = PrefixTree(encoded)
        scores = [0.0] * len(encoded)

        @torch.inference_mode()
        def measure(indices: Sequence[int]) -> None:
            out = self.predict(tree, indices)
            logprobs = out.logits.log_softmax(-1).gather(-1, out.targets[:, None])[:, 0]
            for row, index in enumerate(indices):
                own = logprobs[out.rows == row]
                scores[index] = float(own[:-1].mean() if len(own) > 1 else own.mean())

        self.in_parts(measure, tree.in_order(range(len(encoded))), batch_size)
        return scores

    def states(
        self, chats: list[list[ChatMessage]], answers: list[str], *, depth: int, batch_size: int = 12
    ) -> torch.Tensor:
        """Return the mean hidden state of each answer's tokens after the lowest `depth` layers, (N, D), fp32.

        After all of them where the model does more than run its layers one after the other.
        """
        encoded = [self.encode(chat, answer) for chat, answer in zip(chats, answers, strict=True)]
        tree = PrefixTree(encoded)
        found = torch.empty(len(encoded), self._config.hidden_size)
        above = range(depth, len(self.layers)) if self._stacks_plainly() else range(0)

        @torch.inference_mode()
        def read(indices: Sequence[int]) -> None:
            packed = tree.pack(indices).to(self.device)
            states = self.predicting(packed).float()
            for row, index in enumerate(indices):
                own = states[packed.rows == row]  # the first is that of the prompt's last token
                found[index] = own[1:].mean(0)

        with self._bypassed(above, norm=bool(above)):
            self.in_parts(read, tree.in_order(range(len(encoded))), batch_size)
        return found

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling, *, batch_size: int = 96) -> list[Completion]:
        """Answer each chat on its own; equal seeds give equal texts on one machine.

        A chat that ends with words of the assistant is gone on with: they open the answer, and count among its text.
        """
        openings = [self._opening(chat) for chat in chats]
        bare = [chat[:-1] if opening else chat for chat, opening in zip(chats, openings, strict=True)]
        prompts = [render.prompt_ids(self.tokenizer, c) + o for c, o in zip(bare, openings, strict=True)]
        completions = [Completion("", 0.0)] * len(prompts)

        def write(indices: Sequence[int]) -> None:
            tokens: dict[int, list[int]] = {i: [] for i in indices}
            logprobs: dict[int, list[float]] = {i: [] for i in indices}
            generator = torch.Generator().manual_seed(sampling.seed + indices[0])
            for row, token, logprob in self._decode([prompts[i] for i in indices], sampling, generator):
                logprobs[indices[row]].append(logprob)
                if token not in self._stop_ids:
                    tokens[indices[row]].append(token)
            for i in indices:
                text = self.tokenizer.decode(openings[i] + tokens[i], skip_special_tokens=True).strip()
                lines = self._line_means(tokens[i], logprobs[i])
                completions[i] = Completion(text, sum(logprobs[i]) / max(1, len(logprobs[i])), lines)

        alike = sorted(range(len(prompts)), key=lambda i: prompts[i])  # neighbours share as much as they can
        self.in_parts(write, alike, batch_size)
        return completions

    def _opening(self, chat: list[ChatMessage]) -> list[int]:
        said = chat[-1].content if chat[-1].role == "assistant" else ""
        return render.answer_ids(self.tokenizer, said, self.end_id)[:-1]

    def in_parts(self, work: Callable[[Sequence[int]], None], order: Sequence[int], most: int) -> None:
        """Work on parts of an order, each at most so long (a GPU takes more of a small model); on a CPU two at once."""
        small = self.device.type != "cpu" and sum(p.nbytes for p in self.model.parameters()) < _SMALL
        parts = even_parts(order, most=most * (_MORE if small else 1), multiple=workers(self.device))
        if len(parts) == 1:  # it may as well have all the cores
            work(parts[0])
        elif parts:
            with beside_each_other(self.device) as run:
                list(run(work, parts))

    def _line_means(self, tokens: list[int], logprobs: list[float]) -> tuple[float, ...]:
        """Mean log-probability of each line; a line break belongs to the line it ends."""
        lines: list[list[float]] = [[]]
        for place, logprob in enumerate(logprobs):
            lines[-1].append(logprob)
            if place < len(tokens) and "\n" in self.tokenizer.decode([tokens[place]]):
                lines.append([])
        return tuple(sum(line) / len(line) for line in lines if line)

    def stream(self, chat: list[ChatMessage], sampling: Sampling) -> Iterator[Piece]:
        """Yield the answer to one chat token by token, the text in whole characters."""
        generator = torch.Generator().manual_seed(sampling.seed)
        tokens: list[int] = []
        shown = ""
        for _, token, logprob in self._decode([render.prompt_ids(self.tokenizer, chat)], sampling, generator):
            tokens += [] if token in self._stop_ids else [token]
            text = self.tokenizer.decode(tokens, skip_special_tokens=True)
            whole = not text.endswith("\ufffd")
            yield Piece(text[len(shown) :] if whole else "", logprob)
            shown = text if whole else shown

    @torch.inference_mode()
    def _decode(
        self, prompts: list[list[int]], sampling: Sampling, generator: torch.Generator
    ) -> Iterator[tuple[int, int, float]]:
        """Yield (row, token, log-probability) step by step; rows leave the batch when enough of them are finished."""
        past = decoding_cache(self._config)
        width = max(map(len, prompts))
        mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        # A sliding window counts tokens, so what stands before a prompt must be what the model expects there.
        shared = len(prompts) > 1 and self.packs and not self._slides
        last = self._read_tree(prompts, past, width) if shared else self._read_rows(prompts, mask, positions, past)
        writing = self._writing(past, mask, positions[:, -1:], sampling.max_new_tokens)
        del past  # whoever writes has it, or a copy with more room
        rows, going = list(range(len(prompts))), list(range(len(prompts)))
        for _ in range(sampling.max_new_tokens):
            tokens, logprobs = choose(self.head(last), sampling, generator)
            chosen, sure = tokens.tolist(), logprobs.tolist()
            yield from ((rows[slot], chosen[slot], sure[slot]) for slot in going)
            going = [slot for slot in going if chosen[slot] not in self._stop_ids]
            if not going:
                return
            if len(going) <= _WORTH_COMPACTING * len(rows) and writing.keep(going):
                rows, tokens = [rows[slot] for slot in going], tokens[going]
                going = list(range(len(rows)))
            last = writing.step(tokens)

    def _writing(self, past: DynamicCache, mask: torch.Tensor, last: torch.Tensor, most: int) -> Writing:
        """Go on after prompts that were read; `last` are the positions of their last tokens."""
        if self.device.type != "cuda" or not self.packs or self._slides:
            return Growing(self._body, past, mask, last)
        like = next(self.model.parameters())
        return Recorded(self._body, past, mask, last, most=most, like=like)

    def _read_rows(
        self, prompts: list[list[int]], mask: torch.Tensor, positions: torch.Tensor, past: DynamicCache
    ) -> torch.Tensor:
        """Read prompts padded on the left; returns the states (B, D) of their last tokens."""
        width = mask.shape[1]
        ids = torch.tensor([[self._pad_id] * (width - len(prompt)) + prompt for prompt in prompts])
        return self._body(ids, mask, positions, past)[:, -1]

    def _read_tree(self, prompts: list[list[int]], past: DynamicCache, width: int) -> torch.Tensor:
        """Read prompts as prefix trees, so that what they share is computed once, and lay their keys out in rows."""
        tree = PrefixTree([render.Encoded(prompt, [self.end_id]) for prompt in prompts])
        order = tree.in_order(range(len(prompts)))
        last: dict[int, torch.Tensor] = {}
        parts = []
        for start in range(0, len(order), _AT_ONCE):
            batch = order[start : start + _AT_ONCE]
            packed, read = tree.pack(batch), decoding_cache(self._config)
            here = packed.to(self.device)
            hidden = self._body(here.ids[None], self._masks(here), here.positions[None], read)[0]
            last |= dict(zip(batch, hidden[here.where], strict=True))
            parts.append((read, tree.places(packed, batch, width)))
        rows = torch.argsort(torch.tensor(order))
        lay_out(parts, rows.to(self.device), past)
        return torch.stack([last[i] for i in range(len(prompts))])


class _Through(torch.nn.Module):
    """Stands where a layer stood and hands on what it is given."""

    def forward(self, states: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        return states


def _adding(factors: LowRank, scale: float, *, like: torch.Tensor) -> Callable[..., torch.Tensor]:
    """Make a forward hook that adds what two low-rank factors make of a layer's input.

    The factors are copied: those that were loaded are a file's, which may be replaced.
    """
    a, b = factors.a.to(like, copy=True), (scale * factors.b.float()).to(like)

    def add(_: object, given: tuple[torch.Tensor], made: torch.Tensor) -> torch.Tensor:
        return made + linear(linear(given[0], a), b)

    return add


def cpu_multiplies_bf16() -> bool:
    """Say whether this CPU has instructions for bf16 products; elsewhere they are emulated, slower than fp32."""
    able = torch.cpu.get_capabilities()
    return any(able.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
