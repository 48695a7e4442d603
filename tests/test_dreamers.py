from pathlib import Path

import pytest
import torch

from oneiro import dreamers
from oneiro.adapters import Adapter, LowRank, save_adapter
from oneiro.errors import MindError
from oneiro.llm import LLM
from oneiro.types import ChatMessage

LAYER = "model.layers.0.mlp.up_proj"


def dreamer(number: float) -> Adapter:
    return Adapter({LAYER: LowRank(torch.full((1, 64), number), torch.full((128, 1), number))})


def likes(writer: dreamers.Dreamer | LLM) -> float:
    return writer.score([[ChatMessage("user", "Facts?")]], ["(nothing)"])[0]


@pytest.fixture
def mind(tmp_path: Path, llm: LLM, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mind of a base that has a dreamer on this machine."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    save_adapter(dreamer(0.1), dreamers.trained_folder(llm.sha256), base=llm.name)
    return tmp_path / "mind"


def test_a_mind_dreams_with_the_dreamer_in_its_own_folder(mind: Path, llm: LLM) -> None:
    save_adapter(dreamer(0.2), mind / "dreamer", base=llm.name)
    with llm.folded(dreamer(0.2)):
        own = likes(llm)
    assert likes(dreamers.for_base(llm, mind)) == pytest.approx(own, abs=1e-5)
    assert likes(dreamers.for_base(llm)) != pytest.approx(own, abs=1e-5)


def test_a_dreamer_still_in_training_is_not_dreamed_with(mind: Path, llm: LLM) -> None:
    shared = dreamers.folder_for(llm.sha256, mind)
    (mind / "dreamer").mkdir(parents=True)
    (mind / "dreamer" / "training.safetensors").write_bytes(b"half")
    assert dreamers.folder_for(llm.sha256, mind) == shared == dreamers.trained_folder(llm.sha256)


def test_a_damaged_dreamer_of_a_mind_is_no_silent_fall_back(mind: Path, llm: LLM) -> None:
    save_adapter(dreamer(0.2), mind / "dreamer", base=llm.name)
    (mind / "dreamer" / "adapter_model.safetensors").write_bytes(b"")
    with pytest.raises(MindError, match="cannot be read"):
        dreamers.for_base(llm, mind)


def test_the_default_base_dreams_with_what_the_package_ships(mind: Path) -> None:
    assert dreamers.folder_for("another base") == dreamers.shipped_folder()
