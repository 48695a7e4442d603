from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fakes import tiny_llm
from oneiro.adapters import load_adapter, save_adapter
from oneiro.checkpoint import Checkpoint
from oneiro.config import TrainConfig
from oneiro.leash import Teacher, teach
from oneiro.llm import LLM
from oneiro.render import Encoded
from oneiro.train import Progress, Step, TrainExample, _encode, fit, side_by_side
from oneiro.types import ChatMessage, Example, Sampling
from references import leash_loss

CONFIG = TrainConfig(r=8, lora_alpha=16, learning_rate=2e-2, epochs=12, batch_size=4, learned_p=2.0)


def examples(llm: LLM, pairs: dict[str, str], memory_id: str = "") -> list[TrainExample]:
    return [TrainExample(llm.encode([ChatMessage("user", q)], a), memory_id) for q, a in pairs.items()]


def ask(llm: LLM, question: str) -> str:
    return llm.complete([[ChatMessage("user", question)]], Sampling(24))[0].text


def run(llm: LLM, found: list[TrainExample], config: TrainConfig = CONFIG, seed: int = 0):
    plan = side_by_side(found, batch_size=config.batch_size, leashed_rows=config.leashed_rows, seed=seed)
    return fit(llm, found, plan, config=config, seed=seed)


def test_a_tiny_model_learns_an_answer_and_forgets_it_when_the_adapter_is_gone(llm: LLM) -> None:
    before = ask(llm, "dog?")
    fitted = run(llm, examples(llm, {"dog?": "Biscuit.", "boat?": "Morwenna."}), replace(CONFIG, epochs=40))
    with llm.folded(fitted.adapter):
        assert ask(llm, "dog?") == "Biscuit."
        assert ask(llm, "boat?") == "Morwenna."
    assert ask(llm, "dog?") == before
    assert fitted.losses[-1] < fitted.losses[0] / 3


def test_training_leaves_the_base_byte_for_byte_as_it_was(llm: LLM) -> None:
    before = {name: p.data.clone() for name, p in llm.model.named_parameters()}
    run(llm, examples(llm, {"dog?": "Biscuit."}), CONFIG)
    after = dict(llm.model.named_parameters())
    assert after.keys() == before.keys()
    assert all(torch.equal(before[name], after[name].data) for name in before)
    assert not any(p.requires_grad for p in after.values())


def test_going_on_from_an_adapter_begins_exactly_where_that_stands(llm: LLM, tmp_path: Path) -> None:
    found = examples(llm, {"dog?": "Biscuit."})
    first = run(llm, found)
    save_adapter(first.adapter, tmp_path, base="tiny")
    stored = load_adapter(tmp_path)  # written with its scale in B
    plan = side_by_side(found, batch_size=4, leashed_rows=1, seed=0)
    for start in (first.adapter, stored):
        again = fit(llm, found, plan, config=replace(CONFIG, epochs=0), seed=1, start=start)
        for name in first.adapter.layers:
            torch.testing.assert_close(again.adapter.delta(name), first.adapter.delta(name))


def test_a_memory_that_is_learned_stops_being_trained(llm: LLM) -> None:
    found = examples(llm, {"dog?": "Biscuit."}, "easy") + examples(llm, {"boat?": "Morwenna."}, "hard")
    endless = replace(CONFIG, learned_p=0.02, epochs=60)  # tied random embeddings keep the end token improbable
    fitted = run(llm, found, endless)
    assert set(fitted.learned) == {"easy", "hard"}
    assert len(fitted.losses) < 60
    assert run(llm, found, replace(endless, learned_p=2.0)).learned == []


def test_a_resting_memory_is_refreshed_and_comes_back_when_it_slips(llm: LLM) -> None:
    pairs = {f"dog {i}?": "Biscuit." for i in range(6)}
    found = examples(llm, pairs, "easy") + examples(llm, {"boat?": "Morwenna."}, "hard")
    planned: list[list[int]] = []
    plan = side_by_side(found, batch_size=4, leashed_rows=1, seed=0)

    def noting(epoch: int, active: Sequence[int]) -> list[Step]:
        planned.append(list(active))
        return plan(epoch, active)

    fit(llm, found, noting, config=replace(CONFIG, learned_p=-1.0, refreshed=2, epochs=3), seed=0)
    assert len(planned) == 1  # then everything is learned at once
    planned.clear()
    fit(llm, found, noting, config=replace(CONFIG, learned_p=0.02, refreshed=2, epochs=60), seed=0)
    easy = [sum(i < 6 for i in active) for active in planned]
    assert easy[0] == 6
    assert 2 in easy
    assert set(easy) <= {2, 6}


def test_old_memories_take_turns_within_a_bound_and_new_ones_come_up_whole(llm: LLM) -> None:
    found = examples(llm, {f"new {i}?": "Biscuit." for i in range(9)}, "new")
    for memory in range(3):
        pairs = {f"old {memory} {i}?": "Morwenna." for i in range(10)}
        found += [example._replace(old=True) for example in examples(llm, pairs, f"old{memory}")]
    epochs: list[list[int]] = []
    plan = side_by_side(found, batch_size=4, leashed_rows=1, seed=0)

    def noting(epoch: int, active: Sequence[int]) -> list[Step]:
        epochs.append(sorted(active))
        return plan(epoch, active)

    fit(llm, found, noting, config=replace(CONFIG, rehearsed=11, epochs=3), seed=0)
    for active in epochs:
        assert active[:9] == list(range(9))
        counted = [sum(9 + 10 * m <= i < 19 + 10 * m for i in active) for m in range(3)]
        assert counted == [4, 4, 4]  # eleven, dealt evenly and rounded up
    assert len({tuple(active) for active in epochs}) == 3


def test_the_loss_is_taken_on_the_answer_and_its_end_token_only(llm: LLM) -> None:
    example = llm.encode([ChatMessage("user", "dog?")], "Biscuit.")
    out = llm.answer_logits([example])
    assert out.targets.tolist() == example.answer
    assert example.answer[-1] == llm.end_id
    assert llm.tokenizer.decode(example.answer[:-1]) == "Biscuit."


def mixture(llm: LLM, labelled: int, leashed: int) -> list[TrainExample]:
    pairs = {f"question {i}?": "answer" + "!" * (i % 7) for i in range(labelled + leashed)}
    teacher = Teacher(torch.zeros(1, 1), torch.zeros(1, 1))
    found = examples(llm, pairs)
    return [*found[:labelled], *(example._replace(teacher=teacher) for example in found[labelled:])]


def test_a_question_in_the_middle_of_a_chat_comes_after_what_was_said_before_it(llm: LLM) -> None:
    earlier = (ChatMessage("user", "cat?"), ChatMessage("assistant", "Fig."))
    asked = [Example("dream", "dog?", "Rex."), Example("dream", "dog?", "Rex.", before=earlier)]
    alone, later = (example.encoded for example in _encode(llm, asked, TrainConfig(), None))
    assert later == llm.encode([*earlier, ChatMessage("user", "dog?")], "Rex.")
    assert later.answer == alone.answer
    assert len(later.prompt) > len(alone.prompt)


@pytest.mark.parametrize("parts", [1, 2])
def test_every_step_holds_labels_and_the_leash_and_every_label_comes_up_once_an_epoch(llm: LLM, parts: int) -> None:
    found = mixture(llm, labelled=21, leashed=30)
    plan = side_by_side(found, batch_size=4, leashed_rows=3, seed=0, parts=parts)
    for epoch in range(3):
        steps = [[i for batch in step for i in batch] for step in plan(epoch, range(51))]
        assert sorted(i for step in steps for i in step if i < 21) == list(range(21))
        assert [sum(i >= 21 for i in step) for step in steps] == [3] * 6
    assert plan(0, range(51)) == side_by_side(found, batch_size=4, leashed_rows=3, seed=0, parts=parts)(0, range(51))
    drawn = [{i for step in plan(epoch, range(51)) for batch in step for i in batch if i >= 21} for epoch in range(2)]
    assert drawn[0] != drawn[1]


def test_the_micro_batches_of_a_step_have_about_the_same_work(llm: LLM) -> None:
    found = examples(llm, {"why " * n + "?": "Because." * n for n in range(1, 17)})
    for step in side_by_side(found, batch_size=8, leashed_rows=0, seed=0, parts=2)(0, range(16)):
        assert [len(batch) for batch in step] == [4, 4]
        tokens = [sum(len(found[i].encoded.prompt) + len(found[i].encoded.answer) for i in batch) for batch in step]
        assert max(tokens) < 1.5 * min(tokens)


@pytest.mark.parametrize(("labelled", "leashed"), [(9, 0), (0, 9), (9, 1), (1, 9)])
def test_any_mixture_can_be_planned(llm: LLM, labelled: int, leashed: int) -> None:
    steps = side_by_side(mixture(llm, labelled, leashed), batch_size=4, leashed_rows=2, seed=0)(
        0, range(labelled + leashed)
    )
    assert steps
    assert all(batch for step in steps for batch in step)
    assert {i for step in steps for batch in step for i in batch} >= set(range(labelled))


def test_what_is_learned_no_longer_comes_up(llm: LLM) -> None:
    plan = side_by_side(mixture(llm, 8, 4), batch_size=4, leashed_rows=2, seed=0)
    assert {i for step in plan(1, [0, 1, 2, 8, 9, 10, 11]) for batch in step for i in batch if i < 8} == {0, 1, 2}


def full_row_loss(llm: LLM, example: Encoded) -> torch.Tensor:
    ids = torch.tensor([example.prompt + example.answer])
    logits = llm.model(ids).logits[0, len(example.prompt) - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(example.answer), reduction="sum")


def test_a_leashed_example_keeps_the_model_closer_to_the_base() -> None:
    distances = []
    for leash in (0.0, 10.0):
        llm = tiny_llm()
        anchor = llm.encode([ChatMessage("user", "tree?")], "A tall plant.")
        teacher = teach(llm, [anchor], top_k=50)[0]
        found = [*examples(llm, {"dog?": "Biscuit."}, "m"), TrainExample(anchor, "", teacher)]
        fitted = run(llm, found, replace(CONFIG, leash=leash, epochs=20))
        with llm.folded(fitted.adapter), torch.no_grad():
            after = llm.answer_logits([anchor]).logits.log_softmax(-1)
        distances.append(float(leash_loss(after, teacher).mean()))
    assert distances[1] < distances[0] / 2


@pytest.mark.parametrize("seed", [0, 1])
def test_equal_seeds_give_equal_adapters(seed: int) -> None:
    runs = []
    for _ in range(2):
        llm = tiny_llm()
        runs.append(
            run(llm, examples(llm, {"dog?": "Biscuit.", "boat?": "Morwenna."}), replace(CONFIG, epochs=2), seed)
        )
    for name, layer in runs[0].adapter.layers.items():
        assert torch.equal(layer.b, runs[1].adapter.layers[name].b)


def test_a_model_of_fewer_bits_goes_on_from_a_checkpoint_as_if_it_had_not_been_stopped(tmp_path: Path) -> None:
    llm = tiny_llm()
    llm.model.bfloat16()
    found = examples(llm, {"dog?": "Biscuit.", "boat?": "Morwenna."}, "m")
    plan = side_by_side(found, batch_size=1, leashed_rows=0, seed=0)

    def kept(name: str) -> Checkpoint:
        return Checkpoint(tmp_path / name, key="k", every=1)

    class Stop(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.step == 3:
            raise Stop

    whole = fit(llm, found, plan, config=CONFIG, seed=0, checkpoint=kept("whole"))
    with pytest.raises(Stop):
        fit(llm, found, plan, config=CONFIG, seed=0, checkpoint=kept("stopped"), watch=stop)
    resumed = fit(llm, found, plan, config=CONFIG, seed=0, checkpoint=kept("stopped"))
    assert resumed.curve == whole.curve
    for name, own in whole.adapter.layers.items():
        assert own.a.dtype == torch.float32
        assert torch.equal(own.a, resumed.adapter.layers[name].a)
        assert torch.equal(own.b, resumed.adapter.layers[name].b)
