"""The Dirac-GAN in the phase plane: choose how to train, drag the start, and see where both players go.

The drawing is in `dirac_gan.js`; the game itself in `wgan_edu.dirac`.

Taught in: 03_saturation.
"""

from itertools import product
from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.dirac import VARIANTS, flow_matrix, step_matrix, trajectory
from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.recorded import PATH, Kept, Recording, grid, nearest

__all__ = ["DiracGan"]

Answer = dict[str, Any]
STEPS, SIDE, HALF_WIDTH = 300, 15, 2.0  # generator steps, arrows along each axis, half of the plane shown
NAMES = {
    "gan": "GAN, minimax",
    "nonsaturating": "GAN, non-saturating",
    "wgan": "WGAN, unconstrained",
    "wgan_clip": "WGAN, clipping",
    "wgan_gp": "WGAN-GP",
    "r1": "non-saturating + R1",
    "instance_noise": "non-saturating + noise",
}
# What a recording holds: every game at these step sizes and numbers of critic steps, from these starts.
RECORDED = {"lr": (0.1, 0.5, 0.2), "n_critic": (1, 10, 3)}
NEAR = [{"theta": theta, "psi": psi} for theta, psi in product((-1, 0, 1), repeat=2) if theta or psi]
STARTS = [*NEAR, *({"theta": x, "psi": y} for x, y in ((2, 0), (0, 2), (-2, 0), (0, -2)))]


class DiracGan(PulledWidget):
    r"""The phase plane of theta, where fake is, and psi, the slope of the discriminator; real is at 0.

    Drag the start, or move it with the arrow keys; choose the game, the step size and `n_critic`. In a cell,
    `view.portrait("r1")` and `view.path` do the same.

    Args:
        variant: a key of `wgan_edu.dirac.VARIANTS`. Default "wgan".

    Raises:
        ValueError: if there is no variant of that name.

    Attributes:
        settings: the game and its numbers, as `portrait` takes them.
        path: (301, 2) where theta and psi went.

    Taught in: 03_saturation.
    """

    _esm = joined("shared.js", "dirac_gan.js")

    def __init__(self, variant: str = "wgan") -> None:
        self.settings: dict[str, Any] = {
            "variant": variant, "theta": 1.0, "psi": 0.0, "lr": 0.1, "n_critic": 1, "simultaneous": False
        }  # fmt: skip
        self.path: Array
        self.portrait()
        super().__init__()

    @asked
    def now(self) -> Answer:
        """What is shown, for a page that has just opened."""
        return self.portrait()

    @asked
    def portrait(self, variant: str | None = None, **numbers: Any) -> Answer:
        """Change the game, or any of theta, psi, lr, n_critic and simultaneous; the others stay.

        Args:
            variant: a key of `VARIANTS`; `None` keeps the game.
            numbers: the settings to change.

        Raises:
            ValueError: on another name, or a number out of range; then everything stays as it was.
        """
        if set(numbers) - set(self.settings):
            raise ValueError(f"settings must be of {', '.join(self.settings)}; got {', '.join(numbers)}.")
        settings = {**self.settings, **numbers, **({"variant": variant} if variant else {})}
        game = settings["variant"]
        how = {name: settings[name] for name in ("lr", "n_critic", "simultaneous")}
        side = np.linspace(-HALF_WIDTH, HALF_WIDTH, SIDE)
        grid = np.stack(np.meshgrid(side, side))  # (2, k, k), rows of psi
        path = trajectory(game, np.array([settings["theta"], settings["psi"]]), STEPS, **how)
        moves = (trajectory(game, grid, 1, **how)[1] - grid) / settings["lr"]
        self.settings, self.path = settings, path
        return {
            **settings,
            **_eigenvalues(game, **how),
            "names": NAMES,
            "path": np.clip(path, -1e6, 1e6),  # float32 on the way to the page
            "moves": moves.reshape(2, -1).T,
            "half_width": HALF_WIDTH,
        }

    def recorded(self) -> Recording:
        """Every game, from some starts, at some settings."""
        settings = self.settings
        places = list(product(VARIANTS, (False, True), grid(RECORDED), STARTS))
        moved = (self.portrait(game, simultaneous=both, **how, **start) for game, both, how, start in places)
        answers = [answer | {"step": 1} for answer in (self.now(), *moved)]
        self.portrait(**settings)
        return Recording(
            says="Recorded from twelve starts, at some places of each slider. Open the notebook for all.",
            answers=answers,
            next=nearest(answers, list(settings), portrait={}),
            kept={"path": PATH, "moves": Kept(levels=255)},
            sliders=RECORDED,
        )


def _eigenvalues(variant: str, **how: Any) -> Answer:
    """Of the flow and of one step, as (real part, imaginary part) of the larger; NaN where there are none."""
    if VARIANTS[variant].damping is None:
        return dict.fromkeys(("flow_real", "flow_imaginary", "factor", "turn"), float("nan"))
    flow = np.linalg.eigvals(flow_matrix(variant))
    step = np.linalg.eigvals(step_matrix(variant, **how))
    first, largest = max(flow, key=lambda value: (value.real, value.imag)), max(step, key=abs)
    return {
        "flow_real": float(first.real),
        "flow_imaginary": float(first.imag),
        "factor": float(abs(largest)),
        "turn": float(abs(np.angle(largest))),
    }
