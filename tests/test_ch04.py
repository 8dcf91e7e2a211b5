"""Chapter 04's exercises: right texts in other words, and the references by other means."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, wasserstein_distance

from wgan_edu.exercises import ex
from wgan_edu.exercises.ch04 import INTERVALS
from wgan_edu.transport import w1_exact

pytestmark = pytest.mark.usefixtures("home")

PROOFS = [
    "Write A_x for the set of points up to x. F(x) = P(A_x), G(x) = Q(A_x), hence |F(x) - G(x)| <= "
    "TV(P, Q). Beyond the interval [a, b] both functions agree. Integrating from a to b gives W1 <= L *"
    " TV(P, Q), thus TV -> 0 forces W1 -> 0. On R the length L is not finite. Take mass 1/n at n and "
    "the rest at 0: TV = 1/n, but W1 = 1.",
    "TV is a sup over all sets, in particular half lines, so the CDFs differ by at most TV at each "
    "point. They vanish left of the interval and both are 1 right of it, so the area is no more than L "
    "times TV. If TV goes to zero so does W1. With an unbounded interval there is no such L: move a "
    "mass of ε to a point at distance 1/ε, TV is ε and the work stays 1.",
    "Let A = (-∞, x]. |F(x) - G(x)| = |P(A) - Q(A)| <= TV(P, Q), and outside the interval F = G, so W1 <= "
    "TV(P, Q) * L. So TV → 0 gives W1 → 0. Not conversely: a grain at 1/n has W1 → 0 but TV = 1. On the "
    "whole line L is infinite; mass 1/n at distance n has TV = 1/n and W1 = 1.",
    "Each grain that has to move travels at most L, and only the mass TV has to move. In CDFs: F(x) is the "
    "mass of a half line, so |F - G| ≤ TV, and it is 0 outside the interval: area ≤ L × TV. The two are not "
    "equivalent: W1 may fall while TV does not. Without a finite L: mass 1/n, a distance n away.",
    r"For $A = (-\infty, x]$, $|F(x) - G(x)| = |\mathbb P(A) - \mathbb Q(A)| \le \mathrm{TV}$. Outside of "
    r"$[0, L]$ the CDFs agree. Thus $W_1 = \int_0^L |F - G| \le \mathrm{TV} \cdot L$. On $\mathbb R$ the "
    r"length is infinite; take $(1 - \frac1n)\delta_0 + \frac1n\delta_n$.",
]
WORDS = [
    "Take point masses at 0 and theta. KL and its reverse are infinite and JS = log 2 = 0.69, no matter"
    " how close theta comes, so their gradient is zero or does not exist and the generator learns "
    "nothing. W1 is |theta|: it says how far there is to go, it is finite on disjoint supports, and its"
    " derivative, the sign of theta, guides the generator to the data. At theta = 0 it is not "
    "differentiable.",
    "f-divergences only compare how much mass sits at the same place. Without a common place KL is ∞, "
    "JS equals ln 2, TV 1: constant, so there is no slope to follow. A softer metric should be well-"
    "defined with meaningful values there and give non-zero gradients toward the real data. The EMD of "
    "the two points is |θ|, slope +1 or -1. But between samples it has a floor, and a critic only "
    "approximates it.",
    "KL is infinite both ways. JS is 0.69 and TV is 1 whatever θ, so their slopes are 0. EMD is |θ|, slope "
    "±1, pointing home. A softer metric is finite, tells near from far, and has gradients that lead to the "
    "data. It does not promise that a WGAN avoids mode collapse.",
    "KL is infinite and JS never is: JS = 0.69 for all θ ≠ 0, and JS is 0 only at θ = 0. Constant, so zero "
    "gradient. JS never gives a slope for disjoint supports. EMD = |θ| is finite and well-defined, and its "
    "gradients guide home. It does not have a gradient everywhere: at 0 there is none.",
    "JS stays at log 2 until θ = 0, where JS becomes 0; KL is infinite; TV is 1. Flat, so no gradient. W1 = "
    "|θ|: finite, and the slope ±1 leads toward the data. No guarantee against mode collapse.",
]


@pytest.mark.parametrize(("key", "text"), [*(("04.5", t) for t in PROOFS), *(("04.6", t) for t in WORDS)])
def test_a_right_text_in_other_words_passes_the_first_look(key, text):
    outcome = ex(key).check(text)
    assert outcome.passed, outcome.message


def test_two_grains_by_other_means():
    js, w1, slope_js, slope_w1, half_js, half_w1 = ex("04.1")()
    assert js == pytest.approx(jensenshannon([1, 0], [0, 1]) ** 2)
    assert half_js == pytest.approx(jensenshannon([1, 0], [0.5, 0.5]) ** 2) == pytest.approx(0.2158, abs=1e-4)
    assert w1 == wasserstein_distance([0], [3])
    assert half_w1 == wasserstein_distance([0], [0, 3])
    assert slope_w1 == pytest.approx((wasserstein_distance([0], [3.01]) - w1) / 0.01)
    assert slope_js == 0


@pytest.mark.parametrize("seed", range(4))
def test_five_numbers_by_scipy(seed):
    rng = np.random.default_rng(seed)
    places, (p, q) = np.sort(rng.normal(size=6)), rng.dirichlet(np.ones(6), size=2)
    p[2] *= seed % 2
    q[4] *= seed < 2
    p, q = p / p.sum(), q / q.sum()
    want = [entropy(p, q), entropy(q, p), jensenshannon(p, q) ** 2, np.abs(p - q).sum() / 2]
    want.append(wasserstein_distance(places, places, p, q))
    assert ex("04.2")(places, p, q) == pytest.approx(want)


@pytest.mark.parametrize("ends", [ends for group in INTERVALS.values() for ends in group])
def test_two_intervals_by_quadrature(ends):
    a, b, c, d = ends

    def integrand(x):
        p, q = (a <= x < b) / (b - a), (c <= x < d) / (d - c)
        return sum(one * np.log(2 * one / (p + q)) / 2 for one in (p, q) if one > 0)

    cuts = sorted({*ends})
    by_pieces = sum(quad(integrand, low, high)[0] for low, high in pairwise(cuts))
    assert ex("04.3")(*ends) == pytest.approx(by_pieces, abs=1e-9)


@pytest.mark.parametrize("degrees", [10, 60, 90])
def test_each_grain_goes_to_its_turned_place_up_to_a_right_angle(degrees):
    places, angle = (np.arange(200) + 0.5) / 200 - 0.5, np.radians(degrees)
    segment = np.column_stack([places, 0 * places])
    turned = np.column_stack([places * np.cos(angle), places * np.sin(angle)])
    assert w1_exact(segment, turned) == pytest.approx(np.sin(angle / 2) / 2)


def test_the_turned_line_at_its_two_angles():
    assert ex("04.4")() == pytest.approx([np.log(2), 1, 0.25, 0], abs=1e-12)
