r"""What the divergence slider shows: five distances and five slopes at every place of the slider.

No widget is needed for it. The page gets the whole table at once, so that the slider answers without the
kernel, also while another cell runs.

Taught in: 04_which_distance.
"""

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.families import DISTANCES, FAMILIES, values

__all__ = ["nearest", "table"]

PLACES_A_UNIT = 100  # of the slider, so that 0 and 1 are among them


def table(family: str) -> dict[str, Array]:
    r"""All that the slider can show of one family.

    Args:
        family: a key of `families.FAMILIES`.

    Returns:
        `thetas` (k,), the places of the slider; `values` (5, k), which may be inf; `slopes` (5, k), NaN
        where there is none. Rows are in the order of `families.DISTANCES`.

    Raises:
        ValueError: if the family is unknown.

    Taught in: 04_which_distance.
    """
    thetas = _places(family)
    answers = [values(family, theta) for theta in thetas]
    return {
        "thetas": thetas,
        "values": np.array([[answer[name].value for answer in answers] for name in DISTANCES]),
        "slopes": np.array([[answer[name].slope for answer in answers] for name in DISTANCES], dtype=float),
    }


def nearest(family: str, theta: float) -> float:
    """The place of the slider that is nearest to theta; beyond an end it is that end."""
    thetas = _places(family)
    return float(thetas[np.abs(thetas - theta).argmin()])


def _places(family: str) -> Array:
    values(family, 0.0)  # says which families there are, if this is none
    low, high = (round(end * PLACES_A_UNIT) for end in FAMILIES[family])
    return np.arange(low, high + 1) / PLACES_A_UNIT
