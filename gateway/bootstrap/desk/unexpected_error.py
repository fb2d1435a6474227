"""What may be told of an error that nobody foresaw: its class, and where. Its words may hold anything."""

from traceback import walk_tb

OURS = ("gateway", "anonymisers", "policies", "audit")


def place_of(error: BaseException) -> str:
    """Module and line of our own code in which it happened, or through which it came."""
    places = [
        f"{module}:{line}"
        for frame, line in walk_tb(error.__traceback__)
        if (module := str(frame.f_globals.get("__name__", ""))).partition(".")[0] in OURS
    ]
    return places[-1] if places else "elsewhere"
