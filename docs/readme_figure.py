"""Redraw the README's figure: an optimal plan, the critic that proves it, and the two numbers that agree.

    python docs/readme_figure.py

writes docs/least_work.png and prints the numbers; a test holds the README's caption to them.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from wgan_edu import plots
from wgan_edu.data import GaussianMixture, ring_of_8
from wgan_edu.style import use_style
from wgan_edu.transport import cost_matrix, kantorovich_potential, solve_primal

PICTURE = Path(__file__).with_name("least_work.png")


def compute() -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    """120 points on the ring of 8, 120 of a Gaussian inside it; the plan, its work and the critic's gap."""
    real = ring_of_8().sample(120, seed=0)
    fake = GaussianMixture(np.zeros((1, 2)), 0.35).sample(120, seed=1)
    plan = solve_primal(None, None, cost_matrix(real, fake))
    critic = kantorovich_potential(real, fake)
    return real, fake, plan.plan, plan.value, float(critic(real).mean() - critic(fake).mean())


def draw() -> Figure:
    """The plan over the critic's surface."""
    real, fake, plan, _, _ = compute()
    fig, ax = plt.subplots(figsize=(7, 5))
    plots.surface(ax, kantorovich_potential(real, fake), (-1.9, 1.9, -1.9, 1.9), label="critic $f$")
    plots.plan(ax, real, fake, plan)
    ax.set(xticks=[], yticks=[])
    return fig


if __name__ == "__main__":
    use_style()
    draw().savefig(PICTURE, dpi=130)
    *_, work, gap = compute()
    print(f"work of the plan {work:.6f}, gap of the critic {gap:.6f}, written to {PICTURE.name}")
