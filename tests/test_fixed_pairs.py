"""Training one critic on two samples that stay, and holding it against their exact W1."""

import itertools
import json
from importlib import resources

import numpy as np
import pytest
import torch

from wgan_edu.data import digits
from wgan_edu.fixed_pairs import HALF_CELL, PAIRS, fixed_pair, judge, train_critic
from wgan_edu.lipschitz import Constraint, GradientPenalty, OrthonormalGroupSort, WeightClipping
from wgan_edu.lipschitz import lipschitz_upper_bound as upper_bound
from wgan_edu.networks import mlp_critic
from wgan_edu.normalization import Cones
from wgan_edu.transport import kantorovich_potential, w1_exact

F64 = torch.float64


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_comes_with_its_exact_distance(name):
    pair = fixed_pair(name, seed=3, n=60)
    assert pair.w1 == w1_exact(pair.x, pair.y) > 0
    again, other = fixed_pair(name, seed=3, n=60), fixed_pair(name, seed=4, n=60)
    assert np.array_equal(pair.x, again.x)
    assert np.array_equal(pair.y, again.y)
    assert np.array_equal(pair.x, other.x) == (name == "digits")
    assert pair.x.shape == (183 if name == "digits" else 60, 64 if name == "digits" else 2)


def test_what_the_pairs_are():
    shift, shifted = fixed_pair("shift", 1, 4000 // 10), fixed_pair("shifted grid", 1, 400)
    assert np.allclose(shift.y.mean(axis=0) - shift.x.mean(axis=0), [2, 0], atol=0.3)
    cells = np.round((shifted.y - HALF_CELL) * 2.828 / 2) * 2 / 2.828 + HALF_CELL
    assert np.abs(shifted.y - cells).max() < 0.1, "every fake point is near a mode of the shifted grid"
    assert np.array_equal(fixed_pair("digits").y, digits().of_class(8))


def test_an_unknown_pair_is_refused():
    with pytest.raises(ValueError, match=r"^name must be one of 'shift', 'grid', 'shifted grid', 'digits'"):
        fixed_pair("rings")


def trained(constraint, pair, steps, **settings):
    critic = constraint.wrap(mlp_critic(2, (8, 8)).double())
    gaps = list(train_critic(critic, constraint, pair.x, pair.y, steps, **settings))
    return critic, gaps


def test_training_can_be_repeated_and_interrupted():
    pair = fixed_pair("shift", 0, 40)
    one, gaps = trained(GradientPenalty(), pair, 12, batch_size=16)
    two, again = trained(GradientPenalty(), pair, 12, batch_size=16)
    assert gaps == again
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    critic = mlp_critic(2, (8, 8)).double()
    run = train_critic(critic, GradientPenalty(), pair.x, pair.y, 12, batch_size=16)
    first = list(itertools.islice(run, 5))
    assert first + list(run) == gaps
    assert trained(GradientPenalty(), pair, 12, batch_size=16, seed=1)[1] != gaps


def test_the_whole_sample_is_a_batch_too():
    pair = fixed_pair("shift", 0, 40)
    critic = mlp_critic(2, (8, 8)).double()
    expected = judge(critic, pair).raw
    first = next(train_critic(critic, Constraint(), pair.x, pair.y, 1, batch_size=40))
    assert first == pytest.approx(expected, abs=1e-12)


def test_the_critic_comes_out_high_on_real():
    pair = fixed_pair("shift", 0, 100)
    _, gaps = trained(OrthonormalGroupSort(), pair, 60, lr=2e-2)
    assert gaps[-1] > 1.5 > gaps[0]


def test_the_weights_are_moved_back_after_each_step():
    pair = fixed_pair("shift", 0, 40)
    critic = mlp_critic(2, (8, 8)).double()
    for _ in train_critic(critic, WeightClipping(0.02), pair.x, pair.y, 5):
        assert max(weight.abs().max().item() for weight in critic.parameters()) <= 0.02


def test_the_rate_falls_to_zero_at_the_end():
    pair = fixed_pair("shift", 0, 40)
    critic = mlp_critic(2, (8, 8)).double()
    moved, before = [], [weight.clone() for weight in critic.parameters()]
    for _ in train_critic(critic, Constraint(), pair.x, pair.y, 100, batch_size=40):
        moved.append(
            max((a - b).abs().max().item() for a, b in zip(critic.parameters(), before, strict=True))
        )
        before = [weight.clone() for weight in critic.parameters()]
    assert max(moved[90:]) < 0.35 * min(moved[5:45])


def test_the_rate_is_constant_before_it_falls():
    pair = fixed_pair("shift", 0, 40)

    def first_ten(steps, decay_from):
        critic = mlp_critic(2, (8, 8)).double()
        run = train_critic(critic, Constraint(), pair.x, pair.y, steps, batch_size=16, decay_from=decay_from)
        return list(itertools.islice(run, 10))

    assert first_ten(20, 0.5) == first_ten(1000, 0.5) == first_ten(12, 1.0)
    assert first_ten(20, 0.2) != first_ten(1000, 0.2)


def test_a_verdict_in_closed_form():
    pair = fixed_pair("shift", 2, 50)
    first = mlp_critic(2, ()).double()  # f(x) = <w, x> + b
    with torch.no_grad():
        first[0].weight.copy_(torch.tensor([[-3.0, 0.0]]))
    verdict = judge(first, pair)
    assert verdict.raw == pytest.approx(3 * (pair.y - pair.x)[:, 0].mean(), rel=1e-12)
    assert verdict.w1 == pair.w1
    assert verdict.raw / 3 <= verdict.certified <= verdict.w1 + 1e-12


# --- cones ------------------------------------------------------------------------------------------


def test_cones_hold_the_best_critic_of_two_samples():
    pair = fixed_pair("grid", 1, 40)
    best = kantorovich_potential(pair.x, pair.y)
    cones = Cones(torch.as_tensor(pair.y))
    with torch.no_grad():
        cones.heights.copy_(torch.as_tensor(best(pair.y)))  # McShane's extension of its values there
    verdict = judge(cones, pair)
    assert verdict.raw == pytest.approx(pair.w1, rel=1e-9)
    assert verdict.certified == pytest.approx(pair.w1, rel=1e-9)


def test_cones_have_slope_1_whatever_is_learned():
    torch.manual_seed(1)
    cones = Cones(torch.randn(12, 3, dtype=F64))
    with torch.no_grad():
        cones.heights.normal_(std=5)
    x, y = torch.randn(300, 3, dtype=F64), torch.randn(300, 3, dtype=F64)
    with torch.no_grad():
        slopes = (cones(x) - cones(y)).abs() / (x - y).norm(dim=1)
    assert slopes.max() <= 1 + 1e-12
    assert upper_bound(cones) == 1
    value = min((x[0] - c).norm() + h for c, h in zip(cones.centers, cones.heights, strict=True))
    assert cones(x)[0].item() == pytest.approx(value.item())


def test_cones_learn():
    pair = fixed_pair("shifted grid", 5, 100)
    cones = Cones(torch.as_tensor(np.concatenate([pair.x, pair.y])[::2]))
    start = judge(cones, pair)
    for _ in train_critic(cones, Constraint(), pair.x, pair.y, 150, 3e-2, 100, (0.9, 0.99), 0.3):
        pass
    end = judge(cones, pair)
    assert start.raw < 0.9 * end.raw
    assert 0.97 * end.w1 < end.raw <= end.certified * (1 + 1e-12) <= end.w1 * (1 + 1e-9)


# --- the table that chapter 08 reads ----------------------------------------------------------------


def test_the_measured_table_is_whole_and_keeps_the_bounds():
    table = json.loads(resources.files("wgan_edu").joinpath("results/critics.json").read_text())
    assert {"device", "torch", "numpy", "scipy", "python", "date"} <= set(table["versions"])
    runs = table["runs"]
    places = {(run["pair"], run["method"], run["seed"]) for run in runs}
    assert len(runs) == len(places) == len(PAIRS) * len(table["settings"]) * len(table["seeds"])
    assert len(table["seeds"]) >= 5
    for run in runs:
        assert 0 < run["zero"] < run["certified"] * (1 + 1e-9) <= run["w1"] * (1 + 2e-9)
        if run["bound"] <= 1 + 1e-5:
            assert run["raw"] <= run["w1"] * (1 + 1e-5)
    for name in PAIRS:  # the samples of the table are those that `fixed_pair` draws today
        run = next(run for run in runs if (run["pair"], run["seed"]) == (name, 3))
        assert fixed_pair(name, 3, table["points"]).w1 == pytest.approx(run["w1"], rel=1e-9)
