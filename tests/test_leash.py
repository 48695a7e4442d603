from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from fakes import tiny_llm
from oneiro.leash import Teacher, _read, _write, teach
from oneiro.llm import LLM
from oneiro.render import Encoded
from oneiro.types import ChatMessage
from references import leash_loss


def test_the_leash_is_zero_on_the_base_itself_and_grows_with_distance(llm: LLM) -> None:
    encoded = llm.encode([ChatMessage("user", "Who?")], "Somebody.")
    teacher = teach(llm, [encoded], top_k=20)[0]
    same = llm.answer_logits([encoded]).logits.log_softmax(-1)
    assert leash_loss(same, teacher).abs().max() < 1e-5
    other = tiny_llm(seed=1).answer_logits([encoded]).logits.log_softmax(-1)
    assert leash_loss(other, teacher).min() > 0


def test_the_leash_equals_the_full_kl_when_every_token_is_kept() -> None:
    theirs, ours = (torch.randn(3, 50, generator=torch.Generator().manual_seed(s)).log_softmax(-1) for s in (0, 1))
    top = theirs.topk(50, dim=-1)
    expected = torch.nn.functional.kl_div(ours, theirs, log_target=True, reduction="none").sum(-1)
    torch.testing.assert_close(leash_loss(ours, Teacher(top.indices, top.values)), expected, atol=1e-4, rtol=1e-3)


def answers(llm: LLM) -> list[Encoded]:
    pairs = {"Who?": "Somebody.", "What is a tree?": "A tall plant.", "Who is it?": "Somebody else."}
    return [llm.encode([ChatMessage("user", question)], answer) for question, answer in pairs.items()]


def test_teachers_are_asked_once_and_then_read_from_the_cache(llm: LLM, tmp_path: Path) -> None:
    first = teach(llm, answers(llm)[:2], top_k=7, cache=tmp_path)
    written = (tmp_path / "teachers-7.safetensors").read_bytes()
    other = tiny_llm(seed=1)  # whoever asks: the folder belongs to one base
    again = teach(other, answers(other)[:2], top_k=7, cache=tmp_path)
    for one, two in zip(first, again, strict=True):
        assert torch.equal(one.ids, two.ids)
        assert torch.equal(one.logprobs, two.logprobs)
    assert (tmp_path / "teachers-7.safetensors").read_bytes() == written
    teach(llm, answers(llm), top_k=7, cache=tmp_path)
    assert len(load_file(tmp_path / "teachers-7.safetensors")) == 6


@pytest.mark.parametrize("damage", [b"", b"not tensors", "cut"])
def test_a_damaged_cache_is_an_empty_one(llm: LLM, tmp_path: Path, damage: bytes | str) -> None:
    first = teach(llm, answers(llm), top_k=7, cache=tmp_path)
    file = tmp_path / "teachers-7.safetensors"
    file.write_bytes(damage if isinstance(damage, bytes) else file.read_bytes()[:-20])
    again = teach(llm, answers(llm), top_k=7, cache=tmp_path)
    assert all(torch.equal(one.logprobs, two.logprobs) for one, two in zip(first, again, strict=True))
    assert len(load_file(file)) == 6


def test_a_teacher_of_another_length_is_asked_again(llm: LLM, tmp_path: Path) -> None:

    first = teach(llm, answers(llm)[:1], top_k=7, cache=tmp_path)
    known = _read(tmp_path / "teachers-7.safetensors")
    short = {name: Teacher(t.ids[:-1].contiguous(), t.logprobs[:-1].contiguous()) for name, t in known.items()}
    _write(tmp_path / "teachers-7.safetensors", short)
    again = teach(llm, answers(llm)[:1], top_k=7, cache=tmp_path)
    assert torch.equal(first[0].logprobs, again[0].logprobs)
