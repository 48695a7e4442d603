from collections.abc import Iterator

import pytest
import torch

from oneiro.llm import LLM
from oneiro.parallel import beside_each_other, even_parts, workers
from oneiro.types import ChatMessage, Sampling

CHATS = [[ChatMessage("user", text)] for text in ("dog?", "what is the boat's name?", "x", "tell me a story", "why?")]
CPU = torch.device("cpu")


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_parts_are_even_and_as_many_as_can_run_beside_each_other() -> None:
    assert [len(part) for part in even_parts(range(50), most=48, multiple=2)] == [25, 25]
    assert [len(part) for part in even_parts(range(100), most=48, multiple=2)] == [25, 25, 25, 25]
    assert [len(part) for part in even_parts(range(100), most=48, multiple=1)] == [33, 33, 34]
    assert [list(part) for part in even_parts([7], most=48, multiple=2)] == [[7]]
    assert even_parts([], most=48, multiple=2) == []
    assert [i for part in even_parts(range(97), most=10, multiple=2) for i in part] == list(range(97))


def test_results_keep_their_order_and_the_threads_come_back(two_threads: None) -> None:
    assert workers(CPU) == 2
    with beside_each_other(CPU) as run:
        assert list(run(lambda i: (i, torch.get_num_threads()), range(4))) == [(i, 1) for i in range(4)]
    assert torch.get_num_threads() == 2


def test_the_threads_come_back_after_an_error_which_is_raised(two_threads: None) -> None:
    with pytest.raises(ZeroDivisionError), beside_each_other(CPU) as run:
        list(run(lambda i: 1 // i, [1, 0]))
    assert torch.get_num_threads() == 2


def test_a_single_core_works_on_one_thing_at_a_time() -> None:
    assert workers(CPU) == 1  # conftest leaves one thread


def test_two_workers_write_and_score_what_one_does(llm: LLM, two_threads: None) -> None:
    answers = ["Biscuit.", "Morwenna.", "no", "a tree", "so"]
    beside, scores = llm.complete(CHATS, Sampling(12)), llm.score(CHATS, answers)
    torch.set_num_threads(1)
    assert [c.text for c in beside] == [c.text for c in llm.complete(CHATS, Sampling(12))]
    assert scores == pytest.approx(llm.score(CHATS, answers), abs=1e-5)
