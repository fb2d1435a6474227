"""How many people live in each country, for rates.

Source: United Nations, Department of Economic and Social Affairs, Population Division, World Population
Prospects 2024: total population on 1 July 2024, estimates, in thousands (CC BY 3.0 IGO).
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

SOURCE = "United Nations, World Population Prospects 2024"
"""As a rate names its source; a title, which is not translated."""
YEAR = 2024
"""Of the numbers. A rate of another year says that its population is of this one."""


@cache
def populations() -> Mapping[str, int]:
    """People by country's code, rounded to thousands; of the region's countries only."""
    text = files(__package__).joinpath("populations.csv").read_text(encoding="utf-8")
    return {row["country"]: 1000 * int(row["thousands"]) for row in csv.DictReader(text.splitlines())}
