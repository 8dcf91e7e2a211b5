"""The gap closes: a price list raises a bound on W1 from below, swaps lower one from above, until they meet.

The drawing is in `gap_closes.js`; the game itself in `bounds_game.py`.

Taught in: 06_kantorovich_duality.
"""

import copy
from typing import Any

import numpy as np

from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.bounds_game import LineGame, PlaneGame
from wgan_edu.widgets.gap_recording import game_recording
from wgan_edu.widgets.recorded import Recording

__all__ = ["GapCloses"]

GRID = 40  # values of f along each side of the square
Answer = dict[str, Any]


class GapCloses(PulledWidget):
    """The game of the two bounds, on a line and in the plane.

    On the line drag the prices, or type them. The buttons call methods of the two games, and so can you:
    `view.line.improve_plan()`, then press a button to see where it stands.

    Args:
        line: a `LineGame`. Default its own street.
        plane: a `PlaneGame`, such as `PlaneGame(critic=my_network)`. Default its own points and network.

    Attributes:
        line: the `LineGame`.
        plane: the `PlaneGame`.
        mode: the game that is shown, "line" or "plane".

    Taught in: 06_kantorovich_duality.
    """

    _esm = joined("shared.js", "gap_closes.js")

    def __init__(self, line: LineGame | None = None, plane: PlaneGame | None = None) -> None:
        self.line = LineGame() if line is None else line
        self.plane = PlaneGame() if plane is None else plane
        self.mode = "line"
        super().__init__()

    @property
    def game(self) -> LineGame | PlaneGame:
        """The game that is shown."""
        return self.line if self.mode == "line" else self.plane

    @asked
    def now(self) -> Answer:
        """The game as it stands."""
        return self._answer("")

    @asked
    def show(self, mode: str) -> Answer:
        """Change to the other game."""
        if mode not in ("line", "plane"):
            raise ValueError(f"mode must be 'line' or 'plane'; got {mode!r}.")
        self.mode = mode
        return self._answer("")

    @asked
    def improve_plan(self) -> Answer:
        """A swap, or a longer circle, that lowers the upper bound."""
        return self._answer(self.game.improve_plan())

    @asked
    def reset(self) -> Answer:
        """Begin the shown game again."""
        return self._answer(self.game.reset())

    @asked
    def set_price(self, index: int, value: float) -> Answer:
        """Set one price on the line."""
        return self._answer(self.line.set_price(index, value))

    @asked
    def nearest(self) -> Answer:
        """Make f on the line feasible."""
        return self._answer(self.line.nearest())

    @asked
    def raise_prices(self) -> Answer:
        """Two c-transforms on the line."""
        return self._answer(self.line.raise_prices())

    @asked
    def train(self, steps: int) -> Answer:
        """Train the network in the plane."""
        return self._answer(self.plane.train(steps))

    def recorded(self) -> Recording:
        """Both games from their beginning."""
        mine = self.line, self.plane, self.mode
        self.line, self.plane = copy.deepcopy(self.line), copy.deepcopy(self.plane)
        try:
            return game_recording(self)
        finally:
            self.line, self.plane, self.mode = mine

    def _answer(self, says: str) -> Answer:
        game, bounds = self.game, self.game.bounds()
        answer = {
            "says": says,
            "mode": self.mode,
            "lower": bounds.lower,
            "upper": bounds.upper,
            "w1": bounds.w1,
            "gap": bounds.gap,
            "closed": bounds.closed,
            "routes": bounds.routes.tolist(),
            "barrows": bounds.barrows.tolist(),
            "way": bounds.way.tolist(),
            "fall": bounds.fall.tolist(),
            "lit": bounds.lit.tolist(),
            "history": np.array(game.history),
            "x": game.x,
            "y": game.y,
        }
        if isinstance(game, LineGame):
            total = game.plan.barrows.sum()
            masses = {"piles": game.a * total, "holes": game.b * total}
            places = {"places": game.places.tolist(), "prices": game.prices.tolist()}
            return {**answer, **masses, **places, "steep": game.too_steep().tolist()}
        low, high = (edge(np.vstack([game.x, game.y]), axis=0) for edge in (np.min, np.max))
        middle, half = (low + high) / 2, 0.6 * float((high - low).max()) or 1.0
        side = np.linspace(-half, half, GRID)
        grid = middle + np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        surface = game.f(grid).reshape(GRID, GRID)
        frame = {"middle": middle.tolist(), "half_width": half}
        return {**answer, **frame, "surface": surface, "steps": game.steps}
