"""What the dream generator recognises: pairs that belong together, and a readout that keeps what it has learned."""

from pathlib import Path

import pytest
import torch

from fakes import tiny_llm
from oneiro.config import RecogniserConfig
from oneiro.errors import MindError
from oneiro.kinds import Fact, Told, dreamt_by_hand
from oneiro.llm import LLM
from oneiro.recognise import FILE, Readout, Recogniser, load_readout, make_pairs, save_readout, train_recogniser
from oneiro.types import ChatMessage, DreamKind, Turn

NAMES = [(thing, name) for thing in ("dog", "boat", "horse", "sister") for name in ("Rex", "Ida", "Bo", "Una", "Kit")]


def fact(thing: str, name: str) -> Fact:
    asked: tuple[tuple[DreamKind, str, str], ...] = (
        ("direct", f"What is my {thing} called?", f"Your {thing} is called {name}."),
        ("never", "How old is it?", "You haven't told me."),
    )
    return Fact(f"The user's {thing} is called {name}.", asked)


TOLD = [Told(Turn(n, thing), (fact(thing, name),), ()) for n, (thing, name) in enumerate(NAMES)]


def test_pairs_hold_what_answers_a_question_and_what_does_not() -> None:
    pairs = make_pairs(TOLD, 12, seed=0)
    assert [pair.fits for pair in pairs].count(True) == 12
    for pair in pairs:
        thing = pair.question.split()[3]
        assert (f"Your {thing} is called" in pair.answer) == pair.fits, "no other dog's name is a wrong answer"


def test_pairs_by_hand_are_of_their_own_turn_and_the_same_for_one_seed() -> None:
    told = dreamt_by_hand()
    pairs = make_pairs(told, 60, seed=0)
    assert pairs == make_pairs(told, 60, seed=0) != make_pairs(told, 60, seed=1)
    assert len(pairs) > 150
    for pair in pairs:
        asked = {question for f in told[pair.turn].facts for kind, question, _ in f.questions if kind != "never"}
        assert pair.question in asked
    beside = [p for p in pairs if not p.fits and p.answer in {q.answer for q in pairs if q.fits and q.turn == p.turn}]
    assert len(beside) < len(pairs) / 3


def test_the_states_of_a_question_after_an_answer_tell_what_belongs_together(tmp_path: Path) -> None:
    llm = tiny_llm()
    readout, score = train_recogniser(llm, TOLD, RecogniserConfig(questions=20, depth=0.5, penalty=1e-4))
    assert score.pairs > 40
    assert readout.depth == 1
    pairs = make_pairs(TOLD, 20, seed=0)
    save_readout(readout, tmp_path)
    found = load_readout(tmp_path)
    assert found
    odds = Recogniser(llm, found).fits([p.question for p in pairs], [p.answer for p in pairs])
    right = sum((o > 0) == p.fits for o, p in zip(odds, pairs, strict=True))
    assert right >= 0.9 * len(pairs)
    assert Recogniser(llm, found).fits([], []) == []


def test_a_state_is_that_of_the_question_alone_and_of_the_layers_below(llm: LLM) -> None:
    chats = [[ChatMessage("user", said)] for said in ("Your dog is called Rex.", "You live in Oslo.")]
    asked = ["What is my dog called?", "Where?"]
    states = llm.states(chats, asked, depth=1)
    for chat, question, state in zip(chats, asked, states, strict=True):
        code = llm.encode(chat, question)
        ids = torch.tensor([code.prompt + code.answer[:-1]])
        hidden = llm.model(ids, output_hidden_states=True).hidden_states[1][0]
        assert torch.allclose(state, hidden[len(code.prompt) :].mean(0), atol=1e-5)
    assert not torch.allclose(states, llm.states(chats, asked, depth=2))
    assert len(llm.layers) == 2
    assert not any(type(layer).__name__ == "_Through" for layer in llm.layers)


def test_without_a_readout_nothing_is_recognised_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    assert load_readout(tmp_path) is None
    save_readout(Readout(torch.ones(4), 0.5, 3), tmp_path)
    found = load_readout(tmp_path)
    assert found
    assert (found.weight.tolist(), found.bias, found.depth) == ([1.0] * 4, 0.5, 3)
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:20])
    with pytest.raises(MindError, match=FILE):
        load_readout(tmp_path)
