import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from oneiro.adapters import load_adapter
from oneiro.config import DreamerConfig
from oneiro.dreamer import _times, _wished_word, build_corpus, split_kinds, train_dreamer
from oneiro.errors import InputError
from oneiro.kinds import invent, judge, load_library
from oneiro.llm import LLM
from oneiro.recognise import load_readout
from oneiro.text import words, words_told
from oneiro.train import Progress
from oneiro.types import Turn

TINY = DreamerConfig(
    turns=4,
    read_turns=4,
    read_by_hand=0,
    dreamt_by_hand=0,
    judged=0,
    eval_turns=2,
    recognised=6,
    r=2,
    groups_per_step=2,
    save_every=1,
)


def test_the_kinds_scored_on_are_never_trained_on() -> None:
    trained, unseen = split_kinds()
    assert not set(trained) & set(unseen)
    assert len(trained) + len(unseen) == len(load_library().kinds)
    assert len(unseen) == 20


def test_every_example_is_in_one_group_and_every_turn_is_read(llm: LLM) -> None:
    turns, only_read = list(invent(6, seed=0)), list(invent(5, seed=1))
    corpus = build_corpus(llm, turns, only_read)
    assert sorted(i for group in (*corpus.groups, *corpus.verdicts) for i in group) == list(range(len(corpus.examples)))
    prompts = [llm.tokenizer.decode(example.encoded.prompt) for example in corpus.examples]
    assert sum("Facts?" in prompt for prompt in prompts) == 11
    questions = sum(len(fact.questions) for told in turns for fact in told.facts)
    assert sum("Question: " in prompt for prompt in prompts) == questions


def test_a_wished_word_is_told_not_asked_and_spelled_as_in_the_answer() -> None:
    turn = Turn(1, "my dog is called biscuit")
    rng = random.Random(0)
    assert _wished_word(turn, "What is my dog called?", "Your dog is called Biscuit.", rng) == "Biscuit"
    assert _wished_word(turn, "Who is Biscuit?", "Your cat.", rng) == ""


def test_wished_words_of_the_library_stand_in_turn_and_answer_and_not_in_the_question() -> None:
    rng = random.Random(0)
    wished = 0
    for told in invent(200, seed=0, nothing=0.0):
        for fact in told.facts:
            for _, question, answer in fact.questions:
                word = _wished_word(told.turn, question, answer, rng)
                wished += bool(word)
                if word:
                    assert word in answer
                    assert not set(words(word)) <= set(words(question))
                    assert set(words(word)) & words_told(f"{told.turn.before} {told.turn.text}")
    assert wished > 500


def test_training_writes_an_adapter_a_curve_and_a_card(llm: LLM, tmp_path: Path) -> None:
    seen: list[Progress] = []
    score = train_dreamer(llm, tmp_path, TINY, watch=seen.append)
    card = json.loads((tmp_path / "dreamer.json").read_text(encoding="utf-8"))
    assert load_adapter(tmp_path).r == TINY.r
    trained, recognising = seen[: len(card["loss_curve"])], seen[len(card["loss_curve"]) :]
    assert len(trained) == trained[-1].steps
    assert [p.step for p in recognising] == list(range(1, recognising[-1].steps + 1))
    assert card["config"]["turns"] == TINY.turns
    assert card["score_on_unseen_kinds"]["turns"] == score.turns == TINY.eval_turns
    assert set(card["unseen_kinds"]) == set(split_kinds()[1])
    assert card["recogniser"]["pairs"] >= 2 * TINY.recognised
    assert load_readout(tmp_path)


def test_a_training_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been(llm: LLM, tmp_path: Path) -> None:
    config = replace(TINY, save_every=2, groups_per_step=1)

    def stop(progress: Progress) -> None:
        if progress.step == 5:
            raise KeyboardInterrupt

    train_dreamer(llm, tmp_path / "whole", config)
    with pytest.raises(KeyboardInterrupt):
        train_dreamer(llm, tmp_path / "stopped", config, watch=stop)
    assert not (tmp_path / "stopped" / "dreamer.json").exists()
    seen: list[int] = []
    train_dreamer(llm, tmp_path / "stopped", config, watch=lambda progress: seen.append(progress.step))
    assert seen[0] == 5
    files = [(tmp_path / name / "adapter_model.safetensors").read_bytes() for name in ("whole", "stopped")]
    cards = [(tmp_path / name / "dreamer.json").read_text(encoding="utf-8") for name in ("whole", "stopped")]
    assert files[0] == files[1]
    assert cards[0] == cards[1]
    assert not (tmp_path / "stopped" / "training.safetensors").exists()


def test_a_dreamer_takes_the_place_of_the_one_before_only_when_all_of_it_is_there(llm: LLM, tmp_path: Path) -> None:
    files = ("adapter_model.safetensors", "adapter_config.json", "dreamer.json", "recogniser.safetensors")

    def read() -> list[bytes]:
        return [(tmp_path / file).read_bytes() for file in files]

    def stop_while_it_learns_to_recognise(progress: Progress) -> None:
        if progress.epoch == TINY.epochs:
            raise KeyboardInterrupt

    train_dreamer(llm, tmp_path, TINY)
    first = read()
    with pytest.raises(KeyboardInterrupt):
        train_dreamer(llm, tmp_path, TINY, start=tmp_path, watch=stop_while_it_learns_to_recognise)
    assert read() == first
    train_dreamer(llm, tmp_path, TINY, start=tmp_path)
    assert all(new != old for new, old in zip(read(), first, strict=True) if new[:1] != b"{")
    (tmp_path / "unfinished").mkdir()
    shutil.copy(tmp_path / files[-1], tmp_path / "unfinished")  # as a training leaves it that was stopped at the last
    train_dreamer(llm, tmp_path, replace(TINY, recognised=0))
    assert load_readout(tmp_path) is None
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(files[:3])


@pytest.mark.parametrize("damage", ["settings", "bytes"])
def test_a_checkpoint_of_another_training_is_refused_and_kept(llm: LLM, tmp_path: Path, damage: str) -> None:
    config = replace(TINY, save_every=2)

    def stop(progress: Progress) -> None:
        if progress.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_dreamer(llm, tmp_path, config, watch=stop)
    kept = tmp_path / "training.safetensors"
    if damage == "bytes":
        kept.write_bytes(kept.read_bytes()[:-9])
    other = replace(config, learning_rate=1e-5) if damage == "settings" else config
    before = kept.read_bytes()
    with pytest.raises(InputError, match="other settings" if damage == "settings" else "cannot be read"):
        train_dreamer(llm, tmp_path, other)
    assert kept.read_bytes() == before


def test_a_list_is_repeated_in_whole_and_of_the_rest_a_share_is_drawn() -> None:
    turns = list(range(10))
    assert _times(turns, 2, random.Random(0)) == turns * 2
    drawn = _times(turns, 1.5, random.Random(0))
    assert drawn[:10] == turns
    assert len(set(drawn[10:])) == 5
    assert _times(turns, 0, random.Random(0)) == []


def test_verdicts_are_taught_on_the_dream_and_answered_in_a_word(llm: LLM) -> None:
    cases = judge(list(invent(6, seed=0, nothing=0.0)), seed=0)
    corpus = build_corpus(llm, [], judged=cases)
    taught = [corpus.examples[i] for group in corpus.verdicts for i in group]
    assert len(taught) == sum(len(case.verdicts) for case in cases) > 12
    texts = [(llm.tokenizer.decode(e.encoded.prompt), llm.tokenizer.decode(e.encoded.answer)) for e in taught]
    for (prompt, answer), verdict in zip(texts, (v for case in cases for v in case.verdicts), strict=True):
        assert f"Dream: {verdict.question}\n{verdict.answer}\nTrue?" in prompt
        assert answer.startswith("Yes" if verdict.true else "No")
