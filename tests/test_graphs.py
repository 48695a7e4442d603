"""What a GPU replays, without a GPU: the recording is the computation itself."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

import architectures
from fakes import tiny_llm
from oneiro import decoding, graphs
from oneiro import llm as llm_module
from oneiro.config import TrainConfig
from oneiro.decoding import Recorded
from oneiro.graphs import Input, Replayed, filled
from oneiro.leash import teach
from oneiro.llm import LLM
from oneiro.packing import PrefixTree
from oneiro.train import _AXES, TrainExample, _labels, compute
from oneiro.types import ChatMessage, Sampling

CPU = torch.device("cpu")
CHATS = [[ChatMessage("user", asked)] for asked in ("dog?", "What is my boat called?", "Where do I live?")]


def _recording(made: list[int]) -> Callable[..., Callable[[], Any]]:
    def record(work: Callable[[], Any], *, warm_up: bool = False) -> Callable[[], Any]:
        made.append(1)
        return work

    return record


def test_a_computation_is_recorded_anew_only_when_it_is_outgrown(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(graphs, "record", _recording(made))
    replayed = Replayed(lambda a, b: (a.sum() + b.sum(), len(a)), CPU)
    for a, b, recordings in ((10, 3, 1), (11, 2, 1), (4, 1, 1), (30, 1, 2), (28, 3, 2)):
        total, room = replayed([Input(torch.ones(a), "A"), Input(2 * torch.ones(b, 5), "B")])
        assert float(total) == a + 10 * b
        assert room >= a
        assert len(made) == recordings


def test_tokens_and_predictions_filled_up_change_no_loss_and_no_gradient() -> None:
    llm = tiny_llm()
    encoded = [llm.encode(chat, answer) for chat, answer in zip(CHATS, ("Biscuit.", "Morwenna.", "Oslo."), strict=True)]
    [teacher] = teach(tiny_llm(seed=1), encoded[2:], top_k=4)
    batch = [TrainExample(encoded[0], "m"), TrainExample(encoded[1], "m"), TrainExample(encoded[2], "", teacher)]
    tree = PrefixTree(encoded)
    packed = tree.pack([0, 1, 2])
    tensors = (*packed, *_labels(batch, packed, 0.1, TrainConfig().leash))
    more = [filled(Input(t, axis), len(t) + 5) for t, axis in zip(tensors, _AXES, strict=True)]
    trained = list(llm.layers[1].requires_grad_(requires_grad=True).parameters())
    plain, roomy = (compute(llm, None, trained, *own) for own in (tensors, more))
    torch.testing.assert_close(plain[0], roomy[0])
    torch.testing.assert_close(plain[1], roomy[1][: len(plain[1])])
    torch.testing.assert_close(plain[2], roomy[2])


@pytest.mark.parametrize("name", [None, *architectures.ARCHITECTURES])
@pytest.mark.parametrize("sampling", [Sampling(20), Sampling(20, temperature=1.0, top_p=0.9, seed=3)])
def test_texts_written_with_room_from_the_start_are_the_same(
    name: str | None, sampling: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    llm = architectures.build(name) if name else tiny_llm()
    if llm._slides:
        pytest.skip("a window counts tokens, masked ones too")
    monkeypatch.setattr(llm_module, "_WORTH_COMPACTING", 0.0)  # a row that leaves changes what the others draw
    plain = llm.complete(CHATS, sampling)
    made: list[int] = []
    monkeypatch.setattr(decoding, "record", _recording(made))
    like = next(llm.model.parameters())

    def roomy(past: Any, mask: torch.Tensor, last: torch.Tensor, most: int) -> Recorded:
        return Recorded(llm._body, past, mask, last, most=most, like=like)

    monkeypatch.setattr(llm, "_writing", roomy)
    recorded = llm.complete(CHATS, sampling)
    assert [c.text for c in recorded] == [c.text for c in plain]
    for ours, theirs in zip(recorded, plain, strict=True):
        assert ours.mean_logprob == pytest.approx(theirs.mean_logprob, abs=1e-4)
    assert made


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_writes_the_same_from_a_recording() -> None:
    llm = LLM(tiny_llm().model.cuda(), tiny_llm().tokenizer, name="tiny", sha256="0")
    plain = tiny_llm().complete(CHATS, Sampling(20))
    assert [c.text for c in llm.complete(CHATS, Sampling(20))] == [c.text for c in plain]
