"""Replays a computation on a GPU as one CUDA graph: a small model leaves a GPU waiting for its next kernel.

A step of the night's training on the default model is a great many small kernels, and Python takes longer to start one
than the GPU to run it. Recorded once, with inputs of fixed shapes, all of them start together.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import torch

_ROOM = 1.2  # a recording has room for so much more than what it was made for
_MULTIPLE = 8  # attention kernels want masks of such widths

T = TypeVar("T")


def record(work: Callable[[], T], *, warm_up: bool = False) -> Callable[[], T]:
    """Record a computation as a graph; what is returned replays it, and gives the same tensors with new contents.

    It must have run before, or be warmed up, so that nothing is set up any more while it is recorded.
    """
    if warm_up:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            work()
        torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # other threads may use the GPU meanwhile
        output = work()

    def replay() -> T:
        graph.replay()
        return output

    return replay


class Input(NamedTuple):
    """A tensor that a computation reads; `axis` names the size that its first dimension is."""

    tensor: torch.Tensor
    axis: str


class Replayed:
    """A computation of tensors, recorded as a graph; one that outgrows the recording is recorded anew.

    Inputs are filled up with zeros, which must not change what is computed. The computation may not wait for the GPU.
    The next call overwrites the tensors that it returns.
    """

    def __init__(self, work: Callable[..., Any], device: torch.device) -> None:
        self._work = work
        self._device = device
        self._room: dict[str, int] = {}
        self._inputs: list[torch.Tensor] = []
        self._replay: Callable[[], Any] | None = None

    def __call__(self, inputs: Sequence[Input]) -> Any:
        """Compute."""
        wanted = {one.axis: len(one.tensor) for one in inputs}
        if self._replay is None or any(size > self._room[axis] for axis, size in wanted.items()):
            self._room = {axis: max(self._room.get(axis, 0), aligned(size * _ROOM)) for axis, size in wanted.items()}
            self._replay = None  # what it held is free for the next one
            self._inputs = [filled(one, self._room[one.axis]).to(self._device) for one in inputs]
            self._replay = record(lambda: self._work(*self._inputs), warm_up=True)
        else:
            for held, one in zip(self._inputs, inputs, strict=True):
                held.copy_(filled(one, self._room[one.axis]))
        return self._replay()


def filled(one: Input, size: int) -> torch.Tensor:
    """Fill a tensor up with zeros along its first dimension."""
    return torch.cat([one.tensor, one.tensor.new_zeros(size - len(one.tensor), *one.tensor.shape[1:])])


def aligned(size: float) -> int:
    """The next length that fast kernels take."""
    return math.ceil(size / _MULTIPLE) * _MULTIPLE
