"""From a text and a shape to a value, or one error with every fault."""

from typing import TypeVar

from policies.model.errors import PolicyError
from policies.model.shapes import Shape
from policies.model.strict_yaml import read_yaml

T = TypeVar("T")


def read_document(text: str, shape: Shape[T], what: str) -> T:
    """Read a whole document. Raises PolicyError with all faults, in the order of the lines."""
    node, faults = read_yaml(text)
    value = shape.read(node, faults) if node is not None else None
    if node is None and not faults:
        message = f"{what} is empty."
        raise PolicyError(message)
    if faults or value is None:
        ordered = tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.column)))
        message = f"{what} has {'one fault' if len(ordered) == 1 else f'{len(ordered)} faults'}:"
        raise PolicyError(message, ordered)
    return value
