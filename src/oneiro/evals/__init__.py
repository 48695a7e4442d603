"""The batteries of questions that judge a model, and how answers are scored.

One TOML file a battery, all of our own writing: knowledge, identity, stories (dream bias), abstention, safety,
useful (short instructions), neutral (prose for perplexity); and the turns by hand that judge the dream generator.
"""
