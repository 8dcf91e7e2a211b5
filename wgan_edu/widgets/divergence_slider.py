"""The divergence slider: two laws, five distances between them, five slopes, and one theta to move.

The drawing is in `divergence_slider.js`; what is drawn, in `divergence_table.py`.

Taught in: 04_which_distance.
"""

from typing import Any

import numpy as np
import traitlets

from wgan_edu.families import CARRIED, DISTANCES, FAMILIES, PILES, Answer, values
from wgan_edu.widgets.base import PulledWidget, joined
from wgan_edu.widgets.divergence_table import nearest, table
from wgan_edu.widgets.recorded import Recording

__all__ = ["DivergenceSlider"]


class DivergenceSlider(PulledWidget):
    """Choose a pair of laws, move theta, and read KL, reverse KL, JS, TV and EMD with their slopes.

    The page holds all that it shows, so the slider answers at once, even while a cell runs. What the
    learner has chosen can be read, and set, from the notebook: `slider.family`, `slider.theta`.

    Args:
        family: a key of `families.FAMILIES`. Default "point masses".
        theta: where the slider stands at first. Default 1.5.

    Raises:
        ValueError: if the family is unknown, or theta is not one finite number or out of range.

    Attributes:
        family: the pair of laws that is shown.
        theta: where the slider stands.

    Taught in: 04_which_distance.
    """

    _esm = joined("shared.js", "divergence_slider.js")

    family = traitlets.Enum(list(FAMILIES), default_value="point masses").tag(sync=True)
    theta = traitlets.Float(1.5).tag(sync=True)
    content = traitlets.Dict(read_only=True).tag(sync=True)  # what the page draws

    def __init__(self, family: str = "point masses", theta: float = 1.5) -> None:
        values(family, theta)
        super().__init__()
        self.family, self.theta = family, nearest(family, theta)

    @traitlets.default("content")
    def _content(self) -> dict[str, Any]:
        return {
            "names": list(DISTANCES),
            "piles": _bytes(PILES),
            "carried": _bytes(CARRIED),
            "tables": {name: {part: _bytes(rows) for part, rows in table(name).items()} for name in FAMILIES},
        }

    def recorded(self) -> Recording:
        """The page holds all that it shows already."""
        return Recording(
            says="It works without a kernel. In the notebook, cells can read where you have put it.",
            traits={"family": self.family, "theta": self.theta, "content": self.content},
        )

    def answers(self) -> dict[str, Answer]:
        """What the page shows: value and slope of each distance at the slider's place."""
        return values(self.family, nearest(self.family, self.theta))


def _bytes(numbers: Any) -> bytes:
    """Binary, as JSON has neither inf nor NaN."""
    return np.ascontiguousarray(numbers, dtype="<f4").tobytes()
