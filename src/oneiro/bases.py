"""Lists the base models that are on this machine: the packaged one, and those in the Hugging Face cache.

Run: `oneiro models`
"""

from typing import NamedTuple

from huggingface_hub import scan_cache_dir
from huggingface_hub.errors import CacheNotFound

from oneiro.config import DEFAULT_MODEL
from oneiro.embedded import packaged_gguf


class Installed(NamedTuple):
    """A base model by the name that `--model` takes."""

    name: str
    installed: bool
    size_bytes: int


def list_bases() -> list[Installed]:
    """List the default base first, installed or not, then what the Hugging Face cache holds."""
    gguf = packaged_gguf()
    try:
        repos = [repo for repo in scan_cache_dir().repos if repo.repo_type == "model"]
    except CacheNotFound:
        repos = []
    cached = [Installed(repo.repo_id, True, repo.size_on_disk) for repo in sorted(repos, key=lambda repo: repo.repo_id)]
    return [Installed(DEFAULT_MODEL, gguf is not None, gguf.stat().st_size if gguf else 0), *cached]
