"""What is wrong with fields that were typed, for the page that shows them again."""

from marshmallow import ValidationError


def said(error: ValidationError) -> dict[str, str]:
    """What is wrong, by field."""
    if not isinstance(error.messages, dict):
        return {"": " ".join(map(str, error.messages))}
    return {str(name): " ".join(map(str, words)) for name, words in error.messages.items()}
