"""Records as JSON text, and back: the form in which a stage's output is kept."""

import json
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from oneiro.errors import MindError

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(record: Any) -> str:
    """Write a frozen record (a dataclass of plain values) as JSON."""
    # Python's own writer keeps NaN and infinity: a training that ran away must be readable in the morning.
    return json.dumps(_adapter(type(record)).dump_python(record))


def from_json(kind: type[T], text: str) -> T:
    """Read a record back.

    Raises:
        MindError: the text is no such record.
    """
    try:
        return _adapter(kind).validate_python(json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        raise MindError(f"A saved {kind.__name__} cannot be read: {error}.") from error
    except ValidationError as error:
        raise MindError(f"A saved {kind.__name__} cannot be read: {error.errors()[0]['msg']}.") from error
