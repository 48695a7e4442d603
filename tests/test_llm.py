import pytest
import torch

from fakes import assert_same_weights, save_tiny, tiny_llm
from oneiro.adapters import Adapter, LowRank
from oneiro.embedded import Base, resolve
from oneiro.errors import BaseModelError
from oneiro.llm import LLM
from oneiro.types import ChatMessage, Sampling

CHATS = [[ChatMessage("user", text)] for text in ("dog?", "what is the boat's name?", "x", "tell me a story of a tree")]


def test_a_batch_gives_every_chat_the_answer_it_gets_alone(llm: LLM) -> None:
    together = llm.complete(CHATS, Sampling(12))
    alone = [llm.complete([chat], Sampling(12))[0] for chat in CHATS]
    assert [c.text for c in together] == [c.text for c in alone]


def test_greedy_answers_equal_those_of_transformers(llm: LLM) -> None:
    ids = torch.tensor([llm.encode(CHATS[1], "").prompt])
    theirs = llm.model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False)
    text = llm.tokenizer.decode(theirs[0, ids.shape[1] :], skip_special_tokens=True).strip()
    assert llm.complete([CHATS[1]], Sampling(12))[0].text == text


def test_words_of_the_assistant_open_its_answer_and_count_among_it(llm: LLM) -> None:
    opened = [
        [*chat, ChatMessage("assistant", opening)]
        for chat, opening in zip(CHATS, ("Your", "", "It", "So"), strict=True)
    ]
    found = llm.complete(opened, Sampling(12))
    prompt, opening = llm.encode(CHATS[0], "Your")
    ids = torch.tensor([prompt + opening[:-1]])
    theirs = llm.model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False)
    assert found[0].text == llm.tokenizer.decode(theirs[0, len(prompt) :], skip_special_tokens=True).strip()
    assert [c.text[:2] for c in found[2:]] == ["It", "So"]


def test_the_stream_says_what_the_batch_says(llm: LLM) -> None:
    text = "".join(piece.text for piece in llm.stream(CHATS[0], Sampling(16))).strip()
    whole = llm.complete([CHATS[0]], Sampling(16))[0].text
    assert whole.startswith(text.rstrip("\ufffd"))


def test_equal_seeds_sample_equal_texts_and_others_do_not(llm: LLM) -> None:
    hot = Sampling(16, temperature=1.0, top_p=0.95, seed=3)
    assert llm.complete(CHATS, hot) == llm.complete(CHATS, hot)
    assert llm.complete(CHATS, hot) != llm.complete(CHATS, hot._replace(seed=4))


def test_scores_are_the_log_probabilities_of_full_forward_passes(llm: LLM) -> None:
    scores = llm.score(CHATS, ["Biscuit."] * len(CHATS))
    for chat, score in zip(CHATS, scores, strict=True):
        example = llm.encode(chat, "Biscuit.")
        logits = llm.model(torch.tensor([example.prompt + example.answer])).logits[0, len(example.prompt) - 1 : -1]
        logprobs = logits.log_softmax(-1).gather(-1, torch.tensor(example.answer)[:, None])[:-1, 0]
        assert score == pytest.approx(float(logprobs.mean()), abs=1e-4)


def test_an_adapter_of_another_base_is_refused_and_nothing_is_changed(llm: LLM) -> None:
    before = llm.model.model.layers[0].mlp.up_proj.weight.data.clone()
    good = LowRank(torch.ones(2, 64), torch.ones(128, 2))
    strange = Adapter({"model.layers.0.mlp.up_proj": good, "model.layers.9.mlp.up_proj": good})
    with pytest.raises(BaseModelError, match="another base"), llm.folded(strange):
        pass
    wrong_shape = Adapter({"model.layers.0.mlp.up_proj": LowRank(torch.ones(2, 3), torch.ones(5, 2))})
    with pytest.raises(BaseModelError, match="another shape"), llm.folded(wrong_shape):
        pass
    assert torch.equal(llm.model.model.layers[0].mlp.up_proj.weight.data, before)


def test_it_knows_whether_anything_is_folded_in(llm: LLM) -> None:
    adapter = Adapter({"model.layers.0.mlp.up_proj": LowRank(torch.ones(2, 64), torch.ones(128, 2))})
    with llm.folded(None):
        assert llm.untouched
    with llm.folded(adapter):
        with llm.folded(adapter):
            pass
        assert not llm.untouched
    assert llm.untouched


def test_an_adapter_beside_the_weights_says_what_it_says_folded_in_whatever_else_is_folded(llm: LLM) -> None:
    layer = "model.layers.0.mlp.up_proj"
    adapter = Adapter({layer: LowRank(torch.full((2, 64), 0.3), torch.full((128, 2), 0.2))}, scale=0.5)
    other = Adapter({layer: LowRank(torch.ones(2, 64), torch.ones(128, 2))})
    answers = ["Biscuit."] * len(CHATS)
    own = llm.score(CHATS, answers)
    twin = llm.beside(adapter)
    with llm.folded(adapter):
        folded = llm.score(CHATS, answers)
    with llm.folded(other):
        beside = twin.score(CHATS, answers)
    assert beside == pytest.approx(folded, abs=1e-4)
    assert llm.score(CHATS, answers) == own != folded
    places = [{p.data_ptr() for p in model.model.parameters()} for model in (llm, twin)]
    assert places[0] == places[1]  # no weight is copied


def test_a_model_beside_another_stands_on_the_base_s_own_weights(llm: LLM) -> None:
    adapter = Adapter({"model.layers.0.mlp.up_proj": LowRank(torch.ones(2, 64), torch.ones(128, 2))})
    before = llm.beside(adapter).score(CHATS, ["x"] * len(CHATS))
    with llm.folded(adapter), llm.folded(adapter):
        assert llm.beside(adapter).score(CHATS, ["x"] * len(CHATS)) == before
    with pytest.raises(BaseModelError, match="another base"):
        llm.beside(Adapter({"model.layers.9.mlp.up_proj": adapter.layers["model.layers.0.mlp.up_proj"]}))


def test_a_base_is_loaded_from_a_folder_of_safetensors(tmp_path) -> None:
    loaded = LLM.load(Base("tiny", save_tiny(tmp_path), "0"))
    assert_same_weights(loaded, tiny_llm())
    assert len(loaded.complete(CHATS, Sampling(8))) == len(CHATS)


def test_a_folder_without_a_model_is_refused_with_its_name(tmp_path) -> None:
    with pytest.raises(BaseModelError, match=tmp_path.name):
        LLM.load(Base("nothing", tmp_path, "0"))


def test_the_log_probabilities_of_lines_make_up_that_of_the_whole(llm: LLM) -> None:
    newline = llm.tokenizer("\n", add_special_tokens=False)["input_ids"]
    word = llm.tokenizer("ab", add_special_tokens=False)["input_ids"]
    assert llm._line_means([*word, *newline, *word], [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]) == (-2.0, -5.0)
    assert llm._line_means([], []) == ()
    for completion in llm.complete(CHATS, Sampling(12)):
        assert completion.line_logprobs
        assert min(completion.line_logprobs) <= completion.mean_logprob <= max(completion.line_logprobs)


def test_whole_words_are_those_that_the_vocabulary_holds_as_one_token(llm: LLM) -> None:
    llm.tokenizer.add_tokens([" coffee", " tea"])
    assert llm.whole_words({"coffee", "cofee", "coffees", "tea", "teapot"}) == {"coffee", "tea"}


@pytest.mark.parametrize("damage", ["weights", "shape"])
def test_a_damaged_base_is_refused_with_its_folder(tmp_path, damage: str) -> None:
    save_tiny(tmp_path)
    if damage == "weights":
        (tmp_path / "model.safetensors").write_bytes(b"no tensors")
    else:
        config = tmp_path / "config.json"
        config.write_text(config.read_text().replace('"hidden_size": 64', '"hidden_size": 96'))
    with pytest.raises(BaseModelError, match=str(tmp_path)):
        LLM.load(resolve(str(tmp_path)))
