import json
import random
from pathlib import Path

from oneiro.adapters import load_adapter
from oneiro.config import DreamerConfig
from oneiro.dreamer import _wished_word, build_corpus, split_kinds, train_dreamer
from oneiro.kinds import invent, load_library
from oneiro.llm import LLM
from oneiro.text import words
from oneiro.train import Progress
from oneiro.types import Turn

TINY = DreamerConfig(turns=4, read_turns=4, eval_turns=2, r=2, groups_per_step=2, save_every=1)


def test_the_kinds_scored_on_are_never_trained_on() -> None:
    trained, unseen = split_kinds()
    assert not set(trained) & set(unseen)
    assert len(trained) + len(unseen) == len(load_library().kinds)
    assert len(unseen) == 20


def test_every_example_is_in_one_group_and_every_turn_is_read(llm: LLM) -> None:
    turns, only_read = list(invent(6, seed=0)), list(invent(5, seed=1))
    corpus = build_corpus(llm, turns, only_read)
    assert sorted(i for group in corpus.groups for i in group) == list(range(len(corpus.examples)))
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
                    assert set(words(word)) & set(words(f"{told.turn.before} {told.turn.text}"))
    assert wished > 500


def test_training_writes_an_adapter_a_curve_and_a_card(llm: LLM, tmp_path: Path) -> None:
    seen: list[Progress] = []
    score = train_dreamer(llm, tmp_path, TINY, watch=seen.append)
    card = json.loads((tmp_path / "dreamer.json").read_text(encoding="utf-8"))
    assert load_adapter(tmp_path).r == TINY.r
    assert len(card["loss_curve"]) == len(seen) == seen[-1].steps
    assert card["config"]["turns"] == TINY.turns
    assert card["score_on_unseen_kinds"]["turns"] == score.turns == TINY.eval_turns
    assert set(card["unseen_kinds"]) == set(split_kinds()[1])
