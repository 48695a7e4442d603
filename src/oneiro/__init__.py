"""Oneiro: a language model that sleeps, dreams and remembers."""

from oneiro.errors import BaseModelError, InputError, MindBusyError, MindError, NightError, OneiroError
from oneiro.mind import Mind

__version__ = "0.1.0"
__all__ = ["BaseModelError", "InputError", "Mind", "MindBusyError", "MindError", "NightError", "OneiroError"]
