"""Oneiro: a language model that sleeps, dreams and remembers."""

from oneiro.errors import OneiroError
from oneiro.mind import Mind

__version__ = "0.1.0"
__all__ = ["Mind", "OneiroError"]
