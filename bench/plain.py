"""How one trains today: TRL's `SFTTrainer` with PEFT; and the original author's recipe in their terms.

Lahat (2025): r=256, alpha 256, dropout 0.15 on every linear layer, 2 epochs, 2e-4 with a cosine, batches of one times
four, loss on the whole text; a night has 17 dreams, each a chat of about seven questions, 15 old ones and 30 facts.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from oneiro.llm import LLM

Row = dict[str, Any]
Pair = Sequence[str]  # question, answer

ORIGINAL_LORA: Row = {"r": 256, "lora_alpha": 256, "lora_dropout": 0.15}
ORIGINAL: Row = {
    "num_train_epochs": 2,
    "per_device_train_batch_size": 1,
    "gradient_accumulation_steps": 4,
    "learning_rate": 2e-4,
    "lr_scheduler_type": "cosine",
}
DREAMS, QUESTIONS, OLD_DREAMS, GROUNDING = 17, 7, 15, 30


def fine_tune(base: LLM, rows: list[Row], settings: Row, lora: Row, folder: Path, *, seed: int = 0) -> float:
    """Train an adapter on the base and save it in a folder; returns the seconds of the training.

    Rows are TRL's: `messages` for loss on the whole text, `prompt` and `completion` for loss on the answer.
    """
    from datasets import Dataset  # noqa: PLC0415 - extras  # pyright: ignore
    from peft import LoraConfig  # noqa: PLC0415
    from transformers import AutoModelForCausalLM  # noqa: PLC0415
    from trl import SFTConfig, SFTTrainer  # noqa: PLC0415  # pyright: ignore

    quiet = {"report_to": "none", "save_strategy": "no", "disable_tqdm": True, "logging_strategy": "no"}
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(base.model.config._name_or_path),
        args=SFTConfig(
            output_dir=str(folder),
            use_cpu=not torch.cuda.is_available(),
            gradient_checkpointing=False,
            seed=seed,
            **settings,
            **quiet,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=base.tokenizer,
        peft_config=LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM", **lora),
    )
    started = time.monotonic()
    trainer.train()
    spent = time.monotonic() - started
    trainer.save_model(str(folder))
    return spent


def merge_linear(base: LLM, old: Path | None, new: Path, target: Path) -> None:
    """Merge half and half as PEFT's "linear" does (it averages the factors, so cross terms come in)."""
    if old is None:
        shutil.copytree(new, target, dirs_exist_ok=True)
        return
    from peft import PeftModel  # noqa: PLC0415
    from transformers import AutoModelForCausalLM  # noqa: PLC0415

    plain = AutoModelForCausalLM.from_pretrained(base.model.config._name_or_path)
    model = PeftModel.from_pretrained(plain, old, adapter_name="old")
    model.load_adapter(new, adapter_name="new")
    model.add_weighted_adapter(["old", "new"], [0.5, 0.5], "merged", combination_type="linear")
    with tempfile.TemporaryDirectory(dir=new.parent) as scratch:
        model.save_pretrained(scratch, selected_adapters=["merged"])
        shutil.copytree(Path(scratch) / "merged", target, dirs_exist_ok=True)


def answered(pair: Pair) -> Row:
    """A row whose loss is on the answer only."""
    question, answer = pair
    return {
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }


def chatted(pairs: Sequence[Pair]) -> Row:
    """A row that is one chat, with the loss on the whole of it."""
    roles = ("user", "assistant")
    return {"messages": [{"role": r, "content": c} for p in pairs for r, c in zip(roles, p, strict=True)]}


def dream_chats(dreams: Sequence[Pair], seed: int) -> list[list[Pair]]:
    """Draw the original author's dreams of a day from ours: 17 chats of seven questions each."""
    rng = random.Random(seed)
    return [rng.sample(dreams, min(QUESTIONS, len(dreams))) for _ in range(DREAMS)]
