"""The dreams of a day, written and screened once and kept in Oneiro's cache, for all that tries recipes on them."""

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from oneiro import dream, screen
from oneiro.config import NightConfig
from oneiro.dreamers import for_base, shipped_folder
from oneiro.embedded import cache_dir
from oneiro.generations import hash_files
from oneiro.llm import LLM
from oneiro.records import from_json, to_json
from oneiro.types import Screened, Turn


def dreams_of(base: LLM, name: str, say: Sequence[str], config: NightConfig) -> Screened:
    """Dream of a day and screen it, or take both from the cache: it knows the words, settings, seed and dreamer."""
    settings = [*say, asdict(config.dream), asdict(config.screen), config.seed, hash_files(shipped_folder())]
    key = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]
    kept = cache_dir() / "dreams" / f"{name}-{key}.json"
    if not kept.exists():
        turns = [Turn(number, line) for number, line in enumerate(say)]
        started = time.monotonic()
        draft = dream.dream(turns, for_base(base), config.dream, night=1, seed=config.seed)
        dreamt = time.monotonic()
        screened = screen.screen(draft, base, config.screen, seed=config.seed)
        sys.stderr.write(
            f"{name}: {len(draft.dreams)} dreams in {dreamt - started:.0f} s, "
            f"{len(screened.kept)} kept in {time.monotonic() - dreamt:.0f} s\n"
        )
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(to_json(screened), encoding="utf-8")
    return from_json(Screened, kept.read_text(encoding="utf-8"))
