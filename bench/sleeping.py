"""A mind's night in this process, where its base is loaded already, and what it woke with."""

from oneiro import generations, sleep
from oneiro.adapters import Adapter, load_adapter
from oneiro.dreamers import for_base, recogniser_for
from oneiro.embedded import cache_dir
from oneiro.llm import LLM
from oneiro.mind import Mind
from oneiro.recall import Recall
from oneiro.recognise import Recognises
from oneiro.settings import DATABASE, read_settings
from oneiro.store import Store
from oneiro.types import MorningReport, Writer


def sleep_here(base: LLM, mind: Mind, *, seed: int) -> MorningReport:
    """Sleep as the product does, with the mind's own settings, exam and all."""
    sleeper = sleep.Sleeper(base, for_base(base, mind.path), cache_dir(), recogniser_for(base, mind.path))
    config = read_settings(mind.path).night_config(seed)
    return sleep.sleep(mind.path, Store(mind.path / DATABASE), sleeper, config, emit=lambda event: None)


def adapter_of(mind: Mind, generation: int | None = None) -> Adapter | None:
    """What a generation, the active one by default, adds to its mind's base; nothing before the first one."""
    number = mind.status().generation if generation is None else generation
    return load_adapter(generations.folder_of(mind.path, number)) if number else None


def recalling(mind: Mind, llm: LLM, recogniser: Recognises | None, generation: int | None = None) -> Writer:
    """What answers for a mind one of whose generations, the active one by default, is folded into a model."""
    number = mind.status().generation if generation is None else generation
    if not number:
        return llm
    manifest = generations.check(mind.path, number)
    return Recall(llm, recogniser, weight=manifest.recognised, least=manifest.least_sure)
