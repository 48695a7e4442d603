import pytest
import torch

from architectures import ARCHITECTURES, build
from oneiro.llm import LLM
from oneiro.packing import PrefixTree, allowed, window
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
    llm.packs = False
    alone = llm.answer_logits(encoded(llm))
    torch.testing.assert_close(packed.logits, alone.logits, atol=1e-5, rtol=1e-4)
    assert packed.targets.tolist() == alone.targets.tolist()
    assert packed.rows.tolist() == alone.rows.tolist()


def test_a_token_sees_what_came_before_it_in_its_own_example_only() -> None:
    tree = PrefixTree([Encoded([1, 2, 3, 4, 8], [9, 9]), Encoded([1, 2, 3, 4, 5], [6, 7])])
    packed = tree.pack([1, 0])
    assert packed.ids.tolist() == [1, 2, 3, 4, 5, 6, 8, 9]
    assert packed.positions.tolist() == [0, 1, 2, 3, 4, 5, 4, 5]
    assert packed.where.tolist() == [4, 5, 6, 7]
    assert packed.targets.tolist() == [6, 7, 9, 9]
    assert packed.rows.tolist() == [0, 0, 1, 1]
    seen = allowed(packed)
    assert seen[5].tolist() == [True] * 6 + [False] * 2
    assert seen[7].tolist() == [True] * 4 + [False] * 2 + [True] * 2
    assert window(packed, 2)[7].tolist() == [False] * 6 + [True] * 2
    assert window(packed, 3)[7].tolist() == [False] * 3 + [True] + [False] * 2 + [True] * 2


def test_equal_beginnings_are_stored_once_and_a_batch_takes_only_its_own_nodes() -> None:
    tree = PrefixTree([Encoded([1, 2], [3, 4]), Encoded([1, 2], [3, 5, 6]), Encoded([1, 7], [8]), Encoded([1, 2], [9])])
    assert len(tree) == 5  # 1 2 3 5 7: what is only predicted needs no node
    assert tree.pack([0]).ids.tolist() == [1, 2, 3]
    both = tree.pack([1, 3])
    assert both.ids.tolist() == [1, 2, 3, 5]
    assert both.targets.tolist() == [3, 5, 6, 9]
    assert both.where.tolist() == [1, 2, 3, 1]
    assert tree.pack([2, 0]).nodes.tolist() == [0, 1, 2, 4]
    assert tree.in_order([2, 1, 0]) == [0, 1, 2]
    first = [tree.first_met([i]).tolist() for i in tree.in_order(range(4))]
    assert sorted(node for nodes in first for node in nodes) == list(range(5))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_layers_left_out_change_no_prediction_and_no_gradient_above_them(name: str) -> None:
    llm = build(name)
    llm.model.set_attn_implementation("eager")
    tree = PrefixTree(encoded(llm))
    upper = list(llm.model.get_decoder().layers[1].requires_grad_(requires_grad=True).parameters())
    whole = llm.predict(tree, [2, 0])
    before = list(llm.model.get_decoder().layers)
    with llm.standing_on(tree, 1) as states:
        assert states is not None
        assert states.shape == (len(tree), 64)
        short = llm.predict(tree, [2, 0], states)
    assert list(llm.model.get_decoder().layers) == before
    torch.testing.assert_close(short.logits, whole.logits)
    ours, theirs = (
        torch.autograd.grad(torch.nn.functional.cross_entropy(out.logits, out.targets), upper) for out in (short, whole)
    )
    torch.testing.assert_close(ours, theirs)


def test_a_model_that_does_more_than_stack_layers_keeps_them_all(llm: LLM) -> None:
    tree = PrefixTree(encoded(llm))
    whole = llm.predict(tree, [0])
    llm.model.get_decoder().register_forward_pre_hook(_double, with_kwargs=True)
    with llm.standing_on(tree, 1) as states:
        assert states is None
        torch.testing.assert_close(llm.predict(tree, [0], states).logits, whole.logits)


def _double(_: object, args: tuple[object, ...], kwargs: dict[str, torch.Tensor]):
    states = kwargs.get("inputs_embeds")
    return args, kwargs if states is None else {**kwargs, "inputs_embeds": 2 * states}
