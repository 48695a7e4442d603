"""How well the untouched base parts a day's questions: is the dream with the nearest question answered rightly?

For each further question of a day (`bench/days`) the dream is taken whose question leaves the base in the nearest state
(cosine, less the dreams' mean) at the last token of the prompt, after some of its layers; its answer is judged as a
mind's would be. Nothing is trained: what a night falls short of this by is the training's, not the dreams'.

Run: `python bench/nearest.py bench/days/smelter.toml bench/days/textiles.toml --layers 15 30`
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from dreaming import dreams_of
from sweep import more_questions
from torch.nn.functional import normalize

from oneiro.adapters import load_adapter
from oneiro.config import NightConfig
from oneiro.demo import read_day
from oneiro.embedded import resolve
from oneiro.evals import scoring
from oneiro.llm import LLM
from oneiro.mixture import in_full
from oneiro.render import prompt_ids
from oneiro.types import ChatMessage


def main() -> None:
    """Count the right answers of each day, layer by layer; one JSON line a day."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", nargs="+", type=Path, metavar="DAY", help="a day file with further questions")
    parser.add_argument("--layers", nargs="+", type=int, default=[6, 12, 15, 18, 21, 24, 27, 30])
    parser.add_argument("--adapter", type=Path, metavar="DIR", help="folded into the base (a generation, say)")
    asked = parser.parse_args()
    base = LLM.load(resolve("smollm2"))
    if not all(0 < layer <= len(base.layers) for layer in asked.layers):
        parser.error(f"--layers are numbers from 1 to {len(base.layers)}")
    adapter = load_adapter(asked.adapter) if asked.adapter else None
    for file in asked.days:
        samples = more_questions(file)
        if not samples:
            parser.error(f"{file} has no further questions: name a day such as bench/days/smelter.toml")
        screened = dreams_of(base, file.stem, read_day(file, short=False).say, NightConfig())
        dreams = [in_full(dream) for dream in screened.kept if not dream.held_out and dream.kind != "never"]
        with base.folded(adapter):
            near = nearest(base, [d.question for d in dreams], [s.question for s in samples], asked.layers)
        right = {
            layer: sum(scoring.is_correct(sample, dreams[i].answer) for sample, i in zip(samples, found, strict=True))
            for layer, found in near.items()
        }
        print(json.dumps({"day": file.stem, "right": right, "of": len(samples), "dreams": len(dreams)}), flush=True)  # noqa: T201


def nearest(llm: LLM, known: Sequence[str], asked: Sequence[str], layers: Sequence[int]) -> dict[int, list[int]]:
    """Find for each asked question the index of the known one whose state is nearest, after each of some layers.

    Layers count from 1; the last one is taken with the final norm.
    """
    states = torch.stack([_states(llm, question) for question in (*known, *asked)], dim=1)  # (layers, questions, D)
    found = {}
    for layer in layers:
        own, others = states[layer, : len(known)], states[layer, len(known) :]
        middle = own.mean(0)
        found[layer] = (normalize(others - middle, dim=-1) @ normalize(own - middle, dim=-1).T).argmax(-1).tolist()
    return found


@torch.inference_mode()
def _states(llm: LLM, question: str) -> torch.Tensor:
    """The states of a prompt's last token after every layer, (layers + 1, D), in fp32."""
    ids = torch.tensor([prompt_ids(llm.tokenizer, [ChatMessage("user", question)])], device=llm.device)
    states = llm.model.get_decoder()(input_ids=ids, output_hidden_states=True).hidden_states
    return torch.stack([state[0, -1].float().cpu() for state in states])


if __name__ == "__main__":
    main()
