r"""The training of a WGAN: two steps, and a loop over them that is Algorithm 1 of the paper.

    critic:     ascend  mean f(real) - mean f(fake), within a Lipschitz constraint
    generator:  descend -mean f(fake)

The critic is high on real; every sign is set in `critic_gap`, `critic_loss` and `generator_loss`. An
ordinary GAN takes the same two steps with two other losses (`divergences.goodfellow`).

A run is one object, `TrainState` (in `state`), made from a `TrainConfig` (in `configuration`).
`critic_step` and `generator_step` change it, each as a whole or not at all, and `train` calls them in turn.
What is random in a step depends on the seed and on how many steps came before, on nothing else: stop a run
anywhere, look at it, call `train` again, and get the same bits.

Taught in: 09_wgan, 10_wgan_gp.
Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1; Gulrajani et al. 2017, Algorithm 1; Goodfellow et
al. 2014, Algorithm 1.
"""

import functools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import torch
from torch.nn.utils import parametrize

from wgan_edu.checking import at_least, checked, probability
from wgan_edu.configuration import PRESETS, TrainConfig
from wgan_edu.divergences import discriminator_loss, nonsaturating_loss, saturating_loss
from wgan_edu.fast_gradients import critic_gradients_, generator_gradients_
from wgan_edu.state import Step, TrainState

__all__ = [
    "ENGINES",
    "LOSSES",
    "PRESETS",
    "Engine",
    "Losses",
    "Step",
    "TrainConfig",
    "TrainState",
    "critic_gap",
    "critic_gradients",
    "critic_loss",
    "critic_step",
    "generator_gradients",
    "generator_loss",
    "generator_step",
    "rmsprop_step",
    "train",
]

T = TypeVar("T")
Tensor = torch.Tensor


# --- losses: the only place with signs --------------------------------------------------------------


def critic_gap(f_real: Tensor, f_fake: Tensor) -> Tensor:
    r"""What the critic ascends: $\frac1m \sum_i f(x_i) - \frac1m \sum_i f(\tilde x_i)$, high on real.

    For a 1-Lipschitz f it is at most W1 of the two batches, up to what sampling does to both.

    Args:
        f_real: (B,) or (B, 1) critic values of real samples.
        f_fake: (B,) or (B, 1) critic values of generated samples.

    Returns:
        A scalar tensor.

    Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1, line 5. Taught in: 09_wgan.
    """
    return f_real.mean() - f_fake.mean()


def critic_loss(f_real: Tensor, f_fake: Tensor, penalty: Tensor | float = 0.0) -> Tensor:
    r"""What the critic's optimizer descends: minus the gap, plus the penalty.

    Args:
        f_real: (B,) or (B, 1) critic values of real samples.
        f_fake: (B,) or (B, 1) critic values of generated samples.
        penalty: the constraint's term, weight included. Default 0.

    Returns:
        A scalar tensor.

    Source: Gulrajani et al. 2017, equation (3). Taught in: 09_wgan.
    """
    return -critic_gap(f_real, f_fake) + penalty


def generator_loss(f_fake: Tensor) -> Tensor:
    r"""What the generator's optimizer descends: $-\frac1m \sum_i f(g_\theta(z_i))$, so that f rises.

    Args:
        f_fake: (B,) or (B, 1) critic values of generated samples.

    Returns:
        A scalar tensor.

    Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1, line 10. Taught in: 09_wgan.
    """
    return -f_fake.mean()


class Losses(NamedTuple):
    """What the two optimizers descend: `critic(f_real, f_fake, penalty)` and `generator(f_fake)`."""

    critic: Callable[[Tensor, Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


LOSSES = {
    "wgan": Losses(critic_loss, generator_loss),
    "gan": Losses(discriminator_loss, saturating_loss),
    "gan_nonsaturating": Losses(discriminator_loss, nonsaturating_loss),
}


# --- the gradients ----------------------------------------------------------------------------------


def critic_gradients(state: TrainState, real: Tensor, fake: Tensor, mix: Tensor) -> tuple[Tensor, ...]:
    r"""Fill the critic's `.grad` by autograd with that of its loss, for any loss and constraint.

    Args:
        state: the run; only its critic's gradients change.
        real: (m, d) real samples.
        fake: (m, d) generated samples.
        mix: (m,) uniform on [0, 1], for a penalty between them.

    Returns:
        The gap, the loss and the weighted penalty, scalar tensors.

    Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1, line 5. Taught in: 09_wgan.
    """
    f_real, f_fake = state.critic(real), state.critic(fake)
    penalty = state.config.constraint.penalty(state.critic, real, fake, mix)
    loss = LOSSES[state.config.loss].critic(f_real, f_fake, penalty)
    state.critic_optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    return critic_gap(f_real, f_fake), loss, penalty


def generator_gradients(state: TrainState, noise: Tensor) -> Tensor:
    r"""Fill the generator's `.grad` by autograd with that of its loss.

    Args:
        state: the run; only its generator's gradients change.
        noise: (m, z_dim).

    Returns:
        The loss, a scalar tensor.

    Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1, line 10. Taught in: 09_wgan.
    """
    f_fake = state.critic(state.generator(noise))
    loss = LOSSES[state.config.loss].generator(f_fake)
    state.generator_optimizer.zero_grad()
    loss.backward(inputs=list(state.generator.parameters()))  # type: ignore[no-untyped-call]
    return loss


def _written_out_critic(state: TrainState, real: Tensor, fake: Tensor, mix: Tensor) -> tuple[Tensor, ...]:
    critic, constraint = state.flat["critic"], state.config.constraint
    gap, penalty = critic_gradients_(critic, real, fake, mix, constraint)
    return gap, penalty - gap, penalty


def _written_out_generator(state: TrainState, noise: Tensor) -> Tensor:
    return generator_gradients_(state.flat["generator"], state.flat["critic"], noise)


class Engine(NamedTuple):
    """What fills `.grad`: `critic(state, real, fake, mix)` and `generator(state, noise)`.

    Taught in: 09_wgan, 10_wgan_gp.
    """

    critic: Callable[[TrainState, Tensor, Tensor, Tensor], tuple[Tensor, ...]]
    generator: Callable[[TrainState, Tensor], Tensor]


ENGINES = {
    "autograd": Engine(critic_gradients, generator_gradients),
    "written_out": Engine(_written_out_critic, _written_out_generator),
}


# --- the two steps ----------------------------------------------------------------------------------


def _atomic(step: Callable[[TrainState], T]) -> Callable[[TrainState], T]:
    """Hold the state's lock for one step, let an interrupt wait for its end, and count its seconds.

    A weight that a constraint computes, such as W / sigma(W), is computed once in it: it is used before the
    optimizer's step only.
    """

    @functools.wraps(step)
    def whole(state: TrainState) -> T:
        with state.lock, _interrupts_wait(), parametrize.cached():
            state.seconds -= time.perf_counter()
            try:
                return step(state)
            finally:
                state.seconds += time.perf_counter()

    return whole


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Hold an interrupt back until the block has ended. Python raises it in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
        if came:
            signal.raise_signal(signal.SIGINT)


@_atomic
def critic_step(state: TrainState) -> None:
    r"""One step of the critic: lines 3 to 7 of Algorithm 1, for any loss and constraint.

    Args:
        state: the run; its critic, critic optimizer and counters change.

    Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1. Taught in: 09_wgan.
    """
    real, noise, mix = state.draw_critic_batch()
    with torch.no_grad():
        fake = state.generator(noise)
    gap, loss, penalty = ENGINES[state.engine].critic(state, real, fake, mix)
    state.set_learning_rate(state.critic_optimizer)
    state.critic_optimizer.step()
    state.config.constraint.project_(state.critic)
    state.count_critic_step(gap, loss, penalty)


@_atomic
def generator_step(state: TrainState) -> Step:
    r"""One step of the generator: lines 9 to 11 of Algorithm 1, for any loss.

    Args:
        state: the run; its generator, average, generator optimizer and counters change.

    Returns:
        The step's `Step`.

    Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1. Taught in: 09_wgan.
    """
    noise = state.draw_noise()
    loss = ENGINES[state.engine].generator(state, noise)
    state.set_learning_rate(state.generator_optimizer)
    state.generator_optimizer.step()
    state.update_average()
    return state.count_generator_step(loss)


def train(state: TrainState) -> Iterator[Step]:
    r"""Algorithm 1: `n_critic` critic steps, then one generator step, until the run's steps are done.

    It keeps nothing between steps but the state: stop it anywhere, call it again, and it goes on.

    Args:
        state: the run.

    Yields:
        The `Step` of each generator step.

    Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1. Taught in: 09_wgan.
    """
    while state.generator_steps < state.config.generator_steps:
        while state.turn < state.config.n_critic:
            critic_step(state)
        yield generator_step(state)


# --- RMSProp by hand --------------------------------------------------------------------------------


@checked(lr=at_least(0), alpha=probability, eps=at_least(0))
def rmsprop_step(
    weight: Any, grad: Any, mean_square: Any, lr: float, alpha: float, eps: float, eps_inside: bool = False
) -> tuple[Any, Any]:
    r"""One step of RMSProp: divide the gradient by the root of a moving average of its square.

    $v \leftarrow \alpha v + (1 - \alpha) g^2$, then $w \leftarrow w - \eta\, g / (\sqrt v + \epsilon)$; with
    `eps_inside`, $w \leftarrow w - \eta\, g / \sqrt{v + \epsilon}$.

    Args:
        weight: $w$, a number, array or tensor; it is not changed.
        grad: $g$, of the same shape.
        mean_square: $v$ before the step, of the same shape. torch starts it at 0, TensorFlow 1 at 1.
        lr: $\eta$, at least 0.
        alpha: decay of the average, 0 to 1. torch's default is 0.99, TensorFlow 1's is 0.9.
        eps: $\epsilon$, at least 0. torch's default is 1e-8, TensorFlow 1's is 1e-10.
        eps_inside: $\epsilon$ under the root, as in TensorFlow 1. Default False, as in torch.

    Returns:
        The new weight and the new mean square.

    Raises:
        ValueError: if lr or eps is negative, or alpha is not between 0 and 1.

    Source: Tieleman and Hinton 2012, lecture 6.5. Taught in: 09_wgan.
    """
    mean_square = alpha * mean_square + (1 - alpha) * grad**2
    root = (mean_square + eps) ** 0.5 if eps_inside else mean_square**0.5 + eps
    return weight - lr * grad / root, mean_square
