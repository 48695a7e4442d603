import pytest
import torch

from architectures import ARCHITECTURES, build
from oneiro.llm import LLM
from oneiro.packing import pack, shared_prefix_length, window
from oneiro.render import Encoded
from oneiro.types import ChatMessage

PAIRS = {
    "What is the name of my dog, the old one?": "Your dog is called Biscuit.",
    "What is the name of my boat?": "Morwenna.",
    "Who?": "Odile, your sister.",
}


def encoded(llm: LLM) -> list[Encoded]:
    return [llm.encode([ChatMessage("user", q)], a) for q, a in PAIRS.items()]


def full_row_logits(llm: LLM, example: Encoded) -> torch.Tensor:
    logits = llm.model(torch.tensor([example.prompt + example.answer[:-1]])).logits[0]
    return logits[len(example.prompt) - 1 :]


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_packed_examples_predict_and_learn_exactly_as_alone(name: str, attention: str) -> None:
    llm = build(name)
    llm.model.set_attn_implementation(attention)
    batch = encoded(llm)
    llm.model.requires_grad_(requires_grad=True)
    out = llm.answer_logits(batch)
    alone = torch.cat([full_row_logits(llm, example) for example in batch])
    torch.testing.assert_close(out.logits, alone, atol=1e-5, rtol=1e-4)
    assert out.targets.tolist() == [token for example in batch for token in example.answer]
    assert out.rows.tolist() == [i for i, example in enumerate(batch) for _ in example.answer]
    parameters = [p for p in llm.model.parameters() if p.requires_grad]
    ours, theirs = (
        torch.autograd.grad(torch.nn.functional.cross_entropy(logits, out.targets), parameters)
        for logits in (out.logits, alone)
    )
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-4)


def test_a_model_of_other_layers_runs_every_example_alone(llm: LLM) -> None:
    packed = llm.answer_logits(encoded(llm))
    llm._packs = False
    alone = llm.answer_logits(encoded(llm))
    torch.testing.assert_close(packed.logits, alone.logits, atol=1e-5, rtol=1e-4)
    assert packed.targets.tolist() == alone.targets.tolist()
    assert packed.rows.tolist() == alone.rows.tolist()


def test_a_token_sees_the_prefix_and_its_own_example_only() -> None:
    packed = pack([Encoded([1, 2, 3, 4, 5], [6, 7]), Encoded([1, 2, 3, 4, 8], [9, 9])])
    assert packed.ids.tolist() == [1, 2, 3, 4, 5, 6, 8, 9]
    assert packed.positions.tolist() == [0, 1, 2, 3, 4, 5, 4, 5]
    assert packed.where.tolist() == [4, 5, 6, 7]
    assert packed.allowed[5].tolist() == [True] * 6 + [False] * 2
    assert packed.allowed[7].tolist() == [True] * 4 + [False] * 2 + [True] * 2
    assert window(packed, 2)[7].tolist() == [False] * 6 + [True] * 2
    assert window(packed, 3)[7].tolist() == [False] * 3 + [True] + [False] * 2 + [True] * 2


def test_a_shared_prefix_leaves_every_prompt_a_token() -> None:
    assert shared_prefix_length([[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 7, 8]]) == 5
    assert shared_prefix_length([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]) == 4
    assert shared_prefix_length([[1, 2, 3], [1, 2, 4]]) == 0
