"""The exercises of chapter 02, held against integrals, searches and torch; and right texts in other words."""

import math

import numpy as np
import pytest
import torch

from wgan_edu.divergences import total_variation
from wgan_edu.exercises import ex

pytestmark = pytest.mark.usefixtures("home")


def test_the_one_sided_coin_by_hand():
    cost = 0.5 * math.log(1 / 3) + math.log(2 / 3)
    expected = [1 / 3, cost, (cost + math.log(4)) / 2, math.inf, math.log(2)]
    assert ex("02.1")() == pytest.approx(expected, abs=1e-12)


def test_the_loss_is_torch_s_cross_entropy_on_logits():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 3, size=7), rng.normal(0, 3, size=5)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    expected = entropy(torch.tensor(real), torch.ones(7).double())
    expected += entropy(torch.tensor(fake), torch.zeros(5).double())
    assert ex("02.2")(real, fake) == pytest.approx(expected.item(), abs=1e-12)
    assert ex("02.2")(np.array([-800.0]), np.array([800.0])) == 1600


def test_the_conjugate_is_the_supremum_and_gives_total_variation():
    u = np.linspace(0, 50, 5001)
    for t in np.linspace(-2, 0.5, 26):
        assert ex("02.3")(np.array(t)) == pytest.approx((u * t - np.abs(u - 1) / 2).max(), abs=1e-9)
    assert ex("02.3")(np.array([0.51, 3.0])).tolist() == [math.inf, math.inf]
    p, q = np.random.default_rng(1).dirichlet(np.ones(6), size=2)
    best = np.sign(p - q) / 2
    assert p @ best - q @ ex("02.3")(best) == pytest.approx(total_variation(p, q))


def test_four_pays_by_hand():
    assert ex("02.4")() == pytest.approx([-math.log(4), -math.log(4), 0, -1], abs=1e-6)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (
            "02.5",
            "C = -log4 + 2 JS. By Gibbs' inequality KL(p||m) >= 0 with equality iff p = m. Hence C >= -log "
            "4 with equality iff p_r = m = p_g. There D* = p/(p+p) = 1/2. But the constant discriminator "
            "one half also has V = -log 4 whatever G is, so one half does not mean that the generator is "
            "perfect.",
        ),
        (
            "02.5",
            "Using log u <= u-1 we get KL >= 0, equality only at u = 1, so both laws equal the mixture, and "
            "hence each other. Conversely, the same law gives JS zero. D = 0.5. No: an untrained "
            "discriminator answers 0.5 for every generator.",
        ),
        (
            "02.5",
            "The root of JS is a metric, but I do not need that. By Gibbs KL >= 0 with equality iff the laws "
            "are the same. So C(G) >= -log 4 with equality iff p_r = m = p_g. At the optimum D*(x) = 1/2 for "
            "all x. No: D = 1/2 gives -log 4 whatever the generator, so it does not imply that p_g = p_r.",
        ),
        (
            "02.5",
            "Since -log is convex, KL(p||m) >= 0, with equality iff m = p. Hence C(G) >= -log 4; equality "
            "needs p_r = m, so p_g = p_r. There D* is one half. If the optimal discriminator is 1/2 "
            "everywhere, this implies that the laws are equal; for another one, one half proves nothing.",
        ),
        (
            "02.6",
            "Where p > 0, q = 0, so m = p/2 and KL(p||m) = log 2, and the same for q. So JS = log 2 = 0.69, "
            "whereas KL is infinite. For any f: D_f = f(0) + f'(∞), constant. JS is constant, so its "
            "gradient is 0. A softer distance should be finite without overlap and decrease as the supports "
            "come closer.",
        ),
        (
            "02.6",
            "On supp p the mixture is half of p, so both KLs equal log 2 and JS = log 2. It is not infinite, "
            "and while JS is 0 only for equal laws, here it is log 2 everywhere. D_φ = φ(0) + the slope at "
            "infinity. The slope of JS is 0. Softer: well-defined, with a useful gradient that is not zero.",
        ),
        (
            "02.6",
            "On supp p, q vanishes, so m = p/2 and log p/m = log 2; the same for q. So JS = (log 2 + log "
            "2)/2 = log 2, independent of location. For general f the ratio is 0 on supp q and infinite on "
            "supp p, which gives f(0) + f'(infinity), a constant. A constant has zero gradient, so the "
            "generator gets no signal. Softer: finite without overlap, and it should decrease when the "
            "supports get closer.",
        ),
        (
            "02.6",
            "m equals p/2 where p lives and q/2 where q lives. Each KL is log 2, therefore JS is log 2. An "
            "f-divergence is phi(0) times the mass of q plus the slope at infinity times the mass of p. "
            "Moving the generated samples does not change the value: the gradient vanishes. I'd want a "
            "distance that is defined for disjoint supports and that tells how far apart they are.",
        ),
    ],
)
def test_a_right_text_in_other_words_passes_the_first_look(key, text):
    outcome = ex(key).check(text)
    assert outcome.passed, outcome.message
