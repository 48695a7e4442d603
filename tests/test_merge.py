import pytest
import torch
from peft import PeftModel

from fakes import tiny_llm
from oneiro.adapters import Adapter, LowRank, load_adapter, save_adapter
from oneiro.errors import NightError
from oneiro.llm import LLM
from oneiro.merge import merge


def random_adapter(llm: LLM, *, r: int, seed: int, scale: float = 0.5) -> Adapter:
    generator = torch.Generator().manual_seed(seed)
    layers = {}
    for name, module in llm.model.named_modules():
        if isinstance(module, torch.nn.Linear) and name != "lm_head":
            a = torch.randn(r, module.in_features, generator=generator) / 8
            b = torch.randn(module.out_features, r, generator=generator) / 8
            layers[name] = LowRank(a, b)
    return Adapter(layers, scale)


def test_the_merge_equals_the_weighted_sum_of_the_deltas(llm: LLM) -> None:
    old, new = random_adapter(llm, r=3, seed=1), random_adapter(llm, r=4, seed=2, scale=2.0)
    merged = merge(old, new, alpha=0.7, r=16)
    assert merged.kept_energy == 1.0
    for name in old.layers:
        weight = llm.model.get_submodule(name).weight.data
        expected = weight + old.delta(name) + 0.7 * new.delta(name)
        with llm.folded(merged.adapter):
            torch.testing.assert_close(llm.model.get_submodule(name).weight.data, expected, atol=1e-5, rtol=0)


def test_the_truncation_is_the_best_one_of_its_rank(llm: LLM) -> None:
    old, new = random_adapter(llm, r=6, seed=1), random_adapter(llm, r=6, seed=2)
    merged = merge(old, new, alpha=1.0, r=5)
    name = next(iter(old.layers))
    exact = old.delta(name) + new.delta(name)
    singular = torch.linalg.svdvals(exact)
    error = torch.linalg.matrix_norm(exact - merged.adapter.delta(name))
    torch.testing.assert_close(error, singular[5:].square().sum().sqrt(), atol=1e-4, rtol=1e-4)
    assert merged.adapter.r == 5
    assert 0 < merged.kept_energy < 1


def test_merging_a_merged_adapter_with_nothing_new_changes_nothing(llm: LLM) -> None:
    once = merge(random_adapter(llm, r=6, seed=1), random_adapter(llm, r=6, seed=2), alpha=1.0, r=5).adapter
    twice = merge(once, random_adapter(llm, r=6, seed=3), alpha=0.0, r=5).adapter
    for name in once.layers:
        torch.testing.assert_close(once.delta(name), twice.delta(name), atol=1e-5, rtol=0)


def test_peft_linear_is_not_the_sum(llm: LLM) -> None:
    old, new = random_adapter(llm, r=4, seed=1), random_adapter(llm, r=4, seed=2)
    name = next(iter(old.layers))
    averaged = 0.5 * (old.layers[name].b + new.layers[name].b) @ (old.layers[name].a + new.layers[name].a)
    ours = merge(old, new, alpha=1.0, r=8).adapter.delta(name)
    assert torch.linalg.matrix_norm(averaged - ours) > 0.1 * torch.linalg.matrix_norm(ours)


@pytest.mark.parametrize("layers", ["", "layers.1."])
def test_an_adapter_on_disk_is_one_that_peft_can_load(llm: LLM, tmp_path, layers: str) -> None:
    whole = random_adapter(llm, r=4, seed=1)
    adapter = Adapter({name: layer for name, layer in whole.layers.items() if layers in name}, whole.scale)
    save_adapter(adapter, tmp_path, base="tiny")
    ids = torch.arange(2, 40)[None]
    with llm.folded(load_adapter(tmp_path)), torch.no_grad():
        ours = llm.model(ids).logits
    theirs = PeftModel.from_pretrained(tiny_llm().model, tmp_path)  # which warns of layers it expects and does not find
    with torch.no_grad():
        torch.testing.assert_close(ours, theirs(ids).logits, atol=1e-4, rtol=1e-4)


def test_after_folding_the_base_is_byte_for_byte_what_it_was(llm: LLM) -> None:
    before = {name: p.data.clone() for name, p in llm.model.named_parameters()}
    with pytest.raises(RuntimeError), llm.folded(random_adapter(llm, r=4, seed=1), random_adapter(llm, r=2, seed=2)):
        raise RuntimeError
    assert all(torch.equal(before[name], p.data) for name, p in llm.model.named_parameters())


@pytest.mark.parametrize("spoiled", [float("nan"), float("inf")])
def test_a_training_that_ran_away_is_told_in_words(llm: LLM, spoiled: float) -> None:
    old, new = random_adapter(llm, r=3, seed=1), random_adapter(llm, r=3, seed=2)
    next(iter(new.layers.values())).b[0, 0] = spoiled
    with pytest.raises(NightError, match=r"ran away.*learning_rate"):
        merge(old, new, alpha=1.0, r=4)
