"""The Dirac-GAN: rates of change are minus gradients of the package's losses, matrices are derivatives."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import softplus

from wgan_edu.dirac import (
    CLIP_VALUE,
    GP_WEIGHT,
    R1_WEIGHT,
    SIGMA,
    VARIANTS,
    flow_matrix,
    step_matrix,
    trajectory,
    velocity,
)
from wgan_edu.divergences import discriminator_loss, nonsaturating_loss, saturating_loss
from wgan_edu.lipschitz import gradient_penalty
from wgan_edu.training import critic_loss, generator_loss

SMOOTH = [name for name, game in VARIANTS.items() if game.damping is not None]
UNDAMPED = [name for name in SMOOTH if VARIANTS[name].damping == 0]
PLACES = [(1.0, 0.5), (-0.7, 1.9), (0.3, -1.2), (2.5, 2.0), (-1.1, -0.4)]

numbers = st.floats(-3, 3)


def losses(variant, theta, psi):
    """The two losses of a game, written with the functions that train networks; float64 tensors."""
    if variant == "instance_noise":  # means over the noise, by a fine sum
        noise = SIGMA * torch.linspace(-9, 9, 6001, dtype=torch.float64)
        mass = torch.softmax(-((noise / SIGMA) ** 2) / 2, dim=0)
        real, fake = softplus(-psi * noise), softplus(psi * (theta + noise))
        return (real + fake) @ mass, softplus(-psi * (theta + noise)) @ mass
    h_real, h_fake = torch.zeros(1, dtype=torch.float64), (psi * theta)[None]
    if variant.startswith("wgan"):
        penalty = 0.0
        if variant == "wgan_gp":
            critic, point = (lambda x: psi * x[:, 0]), torch.tensor([[0.3]], dtype=torch.float64)
            penalty = GP_WEIGHT * gradient_penalty(critic, point, point, torch.ones(1, dtype=torch.float64))
        return critic_loss(h_real, h_fake, penalty), generator_loss(h_fake)
    penalty = R1_WEIGHT / 2 * psi**2 if variant == "r1" else 0.0
    answer = saturating_loss if variant == "gan" else nonsaturating_loss
    return discriminator_loss(h_real, h_fake, penalty), answer(h_fake)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("place", PLACES)
def test_velocity_is_minus_the_gradient_of_each_player_s_loss(variant, place):
    theta, psi = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in place)
    loss_critic, loss_generator = losses(variant, theta, psi)
    [down_psi] = torch.autograd.grad(loss_critic, psi, retain_graph=True)
    [down_theta] = torch.autograd.grad(loss_generator, theta)
    theta_dot, psi_dot = velocity(variant, *place)
    assert theta_dot == pytest.approx(-down_theta.item(), abs=1e-6)
    assert psi_dot == pytest.approx(-down_psi.item(), abs=1e-6)


@pytest.mark.parametrize("variant", SMOOTH)
def test_flow_matrix_is_the_derivative_at_rest(variant):
    assert np.abs(velocity(variant, 0.0, 0.0)).max() < 1e-12
    h = 1e-4
    columns = [
        np.subtract(velocity(variant, *step), velocity(variant, *-step)) / (2 * h) for step in h * np.eye(2)
    ]
    assert np.allclose(np.transpose(columns), flow_matrix(variant), atol=1e-6)


@pytest.mark.parametrize("variant", SMOOTH)
@pytest.mark.parametrize("how", [(0.1, 1, False), (0.1, 1, True), (0.3, 5, False), (0.3, 4, True)])
def test_step_matrix_is_the_derivative_of_one_step(variant, how):
    h = 1e-4
    columns = [
        (trajectory(variant, step, 1, *how)[1] - trajectory(variant, -step, 1, *how)[1]) / (2 * h)
        for step in h * np.eye(2)
    ]
    assert np.allclose(np.transpose(columns), step_matrix(variant, *how), atol=1e-6)


def test_eigenvalues_in_closed_form():
    for variant, value in {"gan": 0.5j, "nonsaturating": 0.5j, "wgan": 1j, "wgan_clip": 1j}.items():
        assert np.allclose(sorted(np.linalg.eigvals(flow_matrix(variant)), key=np.imag), [-value, value])
    for variant, damping in {"r1": R1_WEIGHT, "instance_noise": SIGMA**2 / 2}.items():
        root = np.emath.sqrt(damping**2 / 4 - 1 / 4)
        eigenvalues = sorted(np.linalg.eigvals(flow_matrix(variant)), key=np.imag)
        assert np.allclose(eigenvalues, [-damping / 2 - root, -damping / 2 + root])
        assert max(np.real(eigenvalues)) < 0


@pytest.mark.parametrize("variant", UNDAMPED)
def test_areas_stay_in_turns_and_grow_at_once(variant):
    a, lr = VARIANTS[variant].pull, 0.2
    for n_critic in (1, 3, 10):
        assert np.linalg.det(step_matrix(variant, lr, n_critic)) == pytest.approx(1)
        grows = np.linalg.det(step_matrix(variant, lr, n_critic, simultaneous=True))
        assert grows == pytest.approx(1 + n_critic * (lr * a) ** 2)
        assert np.abs(np.linalg.eigvals(step_matrix(variant, lr, n_critic))) == pytest.approx([1, 1])


@given(theta=numbers, psi=numbers)
def test_who_circles_and_who_comes_nearer(theta, psi):
    """d(theta^2 + psi^2)/dt / 2: 0 for the zero-sum games, -t tanh(t/2) for the non-saturating one."""
    turning = {name: np.dot(velocity(name, theta, psi), (theta, psi)) for name in VARIANTS}
    t = theta * psi
    assert turning["gan"] == pytest.approx(0, abs=1e-12)
    assert turning["wgan"] == pytest.approx(0, abs=1e-12)
    assert turning["nonsaturating"] == pytest.approx(-t * math.tanh(t / 2), abs=1e-12)
    assert turning["r1"] == pytest.approx(turning["nonsaturating"] - R1_WEIGHT * psi**2, abs=1e-12)
    assert turning["wgan_gp"] == pytest.approx(2 * GP_WEIGHT * (abs(psi) - psi**2), abs=1e-12)


def test_the_penalty_of_wgan_gp_leaves_no_rest():
    for psi in (1e-9, -1e-9, 0.5, 1.0, -1.0):
        assert max(np.abs(velocity("wgan_gp", 0.0, psi))) > 1.9 * GP_WEIGHT
    with pytest.raises(ValueError, match="must have a Jacobian"):
        flow_matrix("wgan_gp")
    with pytest.raises(ValueError, match="must have a Jacobian"):
        step_matrix("wgan_gp", 0.1)


def test_wgan_gp_ends_on_one_cycle():
    """By averaging over a turn, dr/dt = lambda (4 / pi - r)."""
    for start in ([0.1, 0.0], [3.0, 1.0]):
        late = np.hypot(*trajectory("wgan_gp", start, 20_000, 0.02)[-5000:].T)
        assert late.mean() == pytest.approx(4 / math.pi, rel=0.01)
        assert np.ptp(late) < 0.1


def test_one_step_by_hand():
    """WGAN from (1, 0), step 0.1: psi goes to -0.1, and theta follows, or answers the 0 before."""
    assert trajectory("wgan", [1, 0], 1, 0.1)[1] == pytest.approx([0.99, -0.1])
    assert trajectory("wgan", [1, 0], 1, 0.1, n_critic=3)[1] == pytest.approx([0.97, -0.3])
    assert trajectory("wgan", [1, 0], 1, 0.1, simultaneous=True)[1] == pytest.approx([1, -0.1])
    assert trajectory("wgan_clip", [1, -0.95], 1, 0.1)[1] == pytest.approx(
        [1 - 0.1 * CLIP_VALUE, -CLIP_VALUE]
    )


def test_a_curve_is_its_steps_and_many_starts_are_many_curves():
    starts = np.array(PLACES).T  # (2, 5)
    for variant in VARIANTS:
        together = trajectory(variant, starts, 6, 0.2, 2)
        assert together.shape == (7, 2, 5)
        for k, place in enumerate(PLACES):
            alone = trajectory(variant, place, 6, 0.2, 2)
            assert np.allclose(alone, together[:, :, k])
            assert np.allclose(trajectory(variant, alone[4], 2, 0.2, 2), alone[4:])


def test_clipping_holds():
    path = trajectory("wgan_clip", [1.5, 0.0], 200, 0.1, simultaneous=True)
    assert np.abs(path[:, 1]).max() == CLIP_VALUE


def test_only_damping_converges():
    for variant in VARIANTS:
        end = np.hypot(*trajectory(variant, [1.0, 0.0], 1000, 0.1)[-1])
        assert (end < 1e-6) == (variant in ("r1", "instance_noise")), variant


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: velocity("lsgan", 1, 1), "variant must be one of 'gan'"),
        (lambda: velocity("gan", [1, 2], [1]), r"psi must have the shape of theta, \(2,\); got shape \(1,\)"),
        (lambda: velocity("gan", math.nan, 1), "theta must be finite"),
        (lambda: trajectory("gan", 1.0, 5, 0.1), r"start must be \(theta, psi\)"),
        (lambda: trajectory("gan", [1, 2, 3], 5, 0.1), r"start must be \(theta, psi\).*got shape \(3,\)"),
        (lambda: trajectory("gan", [1, math.inf], 5, 0.1), "start must be finite"),
        (lambda: trajectory("gan", [1, 0], 0, 0.1), "steps must be a whole number, at least 1"),
        (lambda: trajectory("gan", [1, 0], 5, 0), "lr must be greater than 0"),
        (lambda: trajectory("gan", [1, 0], 5, 0.1, 0), "n_critic must be a whole number, at least 1"),
        (lambda: flow_matrix("nonsense"), "variant must be one of"),
        (lambda: step_matrix("gan", -1), "lr must be greater than 0"),
        (lambda: step_matrix("gan", 0.1, 1.5), "n_critic must be a whole number"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
