"""Fixtures and the header line that says which tiers ran."""

import pytest
import torch

from fakes import tiny_llm
from oneiro.llm import LLM


def pytest_configure(config: pytest.Config) -> None:
    torch.set_num_threads(1)  # two busy threads make tiny models twenty times slower


def pytest_report_header(config: pytest.Config) -> str:
    chosen = config.getoption("-m") or "all"
    return f"tiers: {chosen} (unit always; slow needs the default base; gpu needs a GPU)"


@pytest.fixture(autouse=True)
def _own_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
):
    """Keep the user's cache out of the unit tests."""
    if not request.node.get_closest_marker("slow"):
        monkeypatch.setenv("ONEIRO_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def llm() -> LLM:
    """A fresh tiny model."""
    return tiny_llm()
