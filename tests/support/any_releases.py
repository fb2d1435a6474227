"""Random releases, as a hub could make them, for laws about what is made of them."""

from hypothesis import strategies as st
from releases import made_release

from gateway.dictionary import regional
from gateway.wire.answer import Refusal
from gateway.wire.release import Release

_LEVELS = ("country", "year", "outcome", "sex", "adult_child", "band_va", "device_group", "province_group")
_LONG = ("province", "month", "device_type", "activity")
_MEMBERS = ("KH", "LA", "PH", "SG", "TH", "VN")


def _distinct(levels: list[str]) -> bool:
    dictionary = regional()
    dimensions = [x if x == "country" else dictionary.level(x).dimension for x in levels]
    return len(set(dimensions)) == len(dimensions)


@st.composite
def any_releases(draw: st.DrawFn) -> Release:
    """A table of up to three levels, with or without members that gave none, withheld numbers and bounds."""
    levels = draw(st.lists(st.sampled_from(_LEVELS), max_size=3, unique=True).filter(_distinct))
    if draw(st.booleans()):
        levels = [*levels[:1], draw(st.sampled_from(_LONG))]
    if not _distinct(levels):
        levels = levels[:1]
    gone = draw(
        st.dictionaries(
            st.sampled_from(_MEMBERS),
            st.sampled_from([None, Refusal.NOT_SHARED, Refusal.NOT_COLLECTED]),
            max_size=3,
        )
    )
    members = draw(st.lists(st.sampled_from(_MEMBERS), min_size=1, max_size=3, unique=True))
    return made_release(
        *levels,
        members=members,
        refusals=gone,
        years=range(2022, 2025),
        seed=draw(st.integers(0, 1000)),
        bounded=draw(st.booleans()),
    )
