"""Safe facts about an unexpected error: its class and place. Its message may hold personal data."""

from traceback import walk_tb

OURS = ("gateway", "anonymisers", "policies", "audit")


def place_of(error: BaseException) -> str:
    """Return module and line of the project's own code closest to the error."""
    places = [
        f"{module}:{line}"
        for frame, line in walk_tb(error.__traceback__)
        if (module := str(frame.f_globals.get("__name__", ""))).partition(".")[0] in OURS
    ]
    return places[-1] if places else "elsewhere"
