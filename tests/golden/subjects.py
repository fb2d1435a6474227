"""What golden texts are about: one file a subject."""

from collections.abc import Callable

import growing_cubes
import large_cubes
import other_cubes
import small_cubes
from golden_text import Items

SUBJECTS: dict[str, Callable[[], Items]] = {
    "treatments-of-zeros": small_cubes.treatments_of_zeros,
    "another-key": small_cubes.another_key,
    "marks-and-structural-zeros": small_cubes.marks_and_structural_zeros,
    "priorities": small_cubes.priorities,
    "attacker": small_cubes.attacker,
    "many-tables": large_cubes.many_tables,
    "tables-like-a-tree": large_cubes.like_a_tree,
    "planned-cells": large_cubes.planned,
    "second-release": growing_cubes.second_release,
    "registered-figures": growing_cubes.registered_figures,
    "vintages": growing_cubes.vintages,
    "accidents": growing_cubes.accidents,
    "amounts": other_cubes.amounts,
    "perturbed-numbers": other_cubes.perturbed,
    "rounded-numbers": other_cubes.rounded,
    "drawn-numbers": other_cubes.drawn_numbers,
}
