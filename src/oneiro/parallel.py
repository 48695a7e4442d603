"""Runs pieces of work beside each other on the cores of a CPU; the only place that sets torch's threads.

The matrix products of a small model do not fill several cores, and everything between them runs on one. Two halves of
a batch, one core each, take clearly less time than one after the other (`LOG.md`, training speed).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, TypeVar

import torch

_WORKERS = 2

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
T = TypeVar("T")


def workers(device: torch.device) -> int:
    """Say how many pieces of work run beside each other: one on a GPU or a single core."""
    return _WORKERS if device.type == "cpu" and torch.get_num_threads() >= _WORKERS else 1


@contextmanager
def beside_each_other(device: torch.device) -> Iterator[Run]:
    """Yield a `map` whose calls run beside each other, an equal share of the threads each; results keep their order.

    Modes of torch (inference, autocast) belong to a thread: enter them within the call.
    """
    count = workers(device)
    if count == 1:
        yield map
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(threads // count)
    try:
        with ThreadPoolExecutor(count) as pool:
            yield pool.map
    finally:
        torch.set_num_threads(threads)


def even_parts(items: Sequence[T], *, most: int, multiple: int) -> list[Sequence[T]]:
    """Cut a sequence into parts of nearly equal size, at most `most` long, their number a multiple where that helps."""
    count = -(-len(items) // most)
    count = min(len(items), -(-count // multiple) * multiple)
    edges = [len(items) * i // count for i in range(count + 1)] if count else []
    return [items[start:end] for start, end in pairwise(edges)]
