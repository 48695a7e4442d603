"""What parts the questions of a day, before anything is trained."""

from nearest import nearest

from oneiro.llm import LLM

QUESTIONS = ["Where do I live?", "What is my dog called?", "Who is Anneke?", "What do I play on Sundays?"]


def test_each_question_is_nearest_to_itself_after_every_layer(llm: LLM) -> None:
    depth = llm.model.config.num_hidden_layers
    found = nearest(llm, QUESTIONS, QUESTIONS[::-1], range(1, depth + 1))
    assert found == {layer: [3, 2, 1, 0] for layer in range(1, depth + 1)}
