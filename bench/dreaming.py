"""A night as far as its training set, for all that tries recipes; its dreams are written once and kept."""

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from untouched import untouched

from oneiro import anchors, dream, mixture, rehearse, screen
from oneiro.config import NightConfig
from oneiro.dreamers import for_base, shipped_folder
from oneiro.embedded import cache_dir
from oneiro.generations import hash_files
from oneiro.llm import LLM
from oneiro.records import from_json, to_json
from oneiro.spelling import Known, mended
from oneiro.types import Anchor, Dream, Mixture, Screened, Turn


def dreams_of(base: LLM, name: str, say: Sequence[str], config: NightConfig, known: Sequence[str] = ()) -> Screened:
    """Dream of a day and screen it, or take both from the cache: it knows the words, settings, seed and dreamer.

    `known` are the statements of the days before.
    """
    settings = [*say, *known, asdict(config.dream), asdict(config.screen), config.seed, hash_files(shipped_folder())]
    key = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]
    kept = cache_dir() / "dreams" / f"{name}-{key}.json"
    if not kept.exists():
        turns = spelled([Turn(number, line) for number, line in enumerate(say)], base.whole_words)
        started = time.monotonic()
        draft = dream.dream(turns, for_base(base), config.dream, night=1, seed=config.seed, known=known)
        dreamt = time.monotonic()
        screened = screen.screen(draft, base, config.screen, seed=config.seed)
        sys.stderr.write(
            f"{name}: {len(draft.dreams)} dreams in {dreamt - started:.0f} s, "
            f"{len(screened.kept)} kept in {time.monotonic() - dreamt:.0f} s\n"
        )
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(to_json(screened), encoding="utf-8")
    return from_json(Screened, kept.read_text(encoding="utf-8"))


def spelled(turns: Iterable[Turn], whole_words: Known) -> list[Turn]:
    """The turns as a night reads them, with slips of spelling mended."""
    return [replace(turn, text=mended(turn.text, whole_words)) for turn in turns]


def mixture_of(base: LLM, dreams: Sequence[Dream], config: NightConfig) -> tuple[list[Anchor], Mixture]:
    """Ground and mix the dreams of a first night as the product does; returns the grounding and the training set."""
    prompts = anchors.draw_prompts(config.anchors, seed=config.seed + 1)
    grounding = anchors.answer_anchors(prompts, untouched(base), config.anchors)
    chosen = rehearse.rehearse((), grounding, config.rehearse, seed=config.seed + 1)
    return grounding, mixture.mix(dreams, chosen, config.mixture, seed=config.seed)
