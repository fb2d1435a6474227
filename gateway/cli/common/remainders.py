"""What of the tables that a statistician asked for is shown, in sentences, where that is not all of them."""

from collections.abc import Iterator

from anonymisers.tables.remainder import Remainder


def fewer_tables(remainder: Remainder, reason: str) -> Iterator[str]:
    """Yield what is withheld besides, and what to do about it."""
    yield f"FEWER TABLES THAN YOU ASKED FOR. No safe release of all of them was found: {reason}."
    if remainder.zeros_withheld:
        yield "Zeros are withheld where they would tell of other cells, although you asked to publish them."
    if remainder.dims == 0:
        yield "Only the total of all is shown; every other cell is withheld."
    elif remainder.dims is not None:
        dims = "one dimension" if remainder.dims == 1 else f"{remainder.dims} dimensions"
        yield f"Tables of more than {dims} are withheld whole."
    yield "To choose yourself what is shown, drop a level or a table, and protect it again."


def nothing_shown(reason: str) -> Iterator[str]:
    """Yield why every cell is withheld."""
    yield f"NOTHING IS SHOWN. No safe release was found, not even of the total alone: {reason}."
    yield (
        "The release withholds every cell, so that there is nothing for a certificate to prove. Either there "
        "are too few people, or what is known already tells too much."
    )
