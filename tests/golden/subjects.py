"""What golden texts are about: one file a subject."""

from collections.abc import Callable

import growing_cubes
import large_cubes
import logs
import messages
import other_cubes
import people_and_policies
import small_cubes
from golden_text import Items

SUBJECTS: dict[str, Callable[[], Items]] = {
    "treatments-of-zeros": small_cubes.treatments_of_zeros,
    "another-key": small_cubes.another_key,
    "a-priori-status": small_cubes.a_priori_status,
    "priorities": small_cubes.priorities,
    "attacker": small_cubes.attacker,
    "many-tables": large_cubes.many_tables,
    "junction-tree": large_cubes.junction_tree,
    "cutting-planes": large_cubes.cutting_planes,
    "second-release": growing_cubes.second_release,
    "registered-figures": growing_cubes.registered_figures,
    "vintages": growing_cubes.vintages,
    "accidents": growing_cubes.accidents,
    "amounts": other_cubes.amounts,
    "perturbed-counts": other_cubes.perturbed,
    "rounded-counts": other_cubes.rounded,
    "noisy-counts": other_cubes.noisy_counts,
    "snapshots": people_and_policies.snapshots,
    "cube-of-a-node": people_and_policies.cube_of_a_node,
    "policies": people_and_policies.policies,
    "identifiers": people_and_policies.identifiers,
    "extracts": people_and_policies.extracts,
    "log-entries": logs.entries,
    "log-entries-as-fhir": logs.as_fhir,
    "signed": logs.signed,
    "answers": messages.answers,
    "releases": messages.releases,
    "exports": messages.exports,
    "calls": messages.calls,
    "bounds": messages.bounds,
}
