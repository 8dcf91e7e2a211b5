r"""The training of a WGAN: two steps, and a loop over them that is Algorithm 1 of the paper.

    critic:     ascend  mean f(real) - mean f(fake), within a Lipschitz constraint
    generator:  descend -mean f(fake)

The critic is high on real; every sign is set in `critic_gap`, `critic_loss` and `generator_loss`. An
ordinary GAN takes the same two steps with two other losses (`divergences.goodfellow`).

A run is one object, `TrainState`. `critic_step` and `generator_step` change it, each as a whole or not at
all, and `train` calls them in turn. What is random in a step depends on the seed and on how many steps
came before, on nothing else: stop a run anywhere, look at it, call `train` again, and get the same bits.

Taught in: 09_wgan, 10_wgan_gp.
Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1; Gulrajani et al. 2017, Algorithm 1; Goodfellow et
al. 2014, Algorithm 1.
"""

import copy
import functools
import json
import operator
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from wgan_edu.checking import (
    Array,
    at_least,
    checked,
    greater_than,
    one_of,
    points,
    probability,
    whole_number,
)
from wgan_edu.divergences import discriminator_loss, nonsaturating_loss, saturating_loss
from wgan_edu.fast_gradients import (
    FlatPerceptron,
    critic_gradients_,
    generator_gradients_,
    is_perceptron,
    penalizes_slope,
)
from wgan_edu.lipschitz import Constraint, GradientPenalty, WeightClipping
from wgan_edu.looking import eval_mode, off_torch
from wgan_edu.networks import NETWORKS, Generator
from wgan_edu.seeding import counter_generator

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
BLOCK = 16  # steps whose batches are drawn together


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


# --- configuration ----------------------------------------------------------------------------------

RULES: dict[str, Any] = {
    "loss": one_of(*LOSSES),
    "network": one_of(*NETWORKS),
    "batch_size": whole_number(1),
    "n_critic": whole_number(1),
    "generator_steps": whole_number(1),
    "optimizer": one_of("adam", "rmsprop"),
    "lr_critic": greater_than(0),
    "lr_generator": greater_than(0),
    "decay_from": probability,
    "ema_decay": probability,
    "z_dim": whole_number(1),
}


@dataclass(frozen=True)
class TrainConfig:
    r"""Everything that defines a run, apart from the data. The defaults are `PRESETS["wgan_gp"]`.

    Attributes:
        loss: "wgan", or "gan" (saturating) or "gan_nonsaturating". Default "wgan": Arjovsky 2017.
        constraint: how the critic is held. Default `GradientPenalty(10)`: $\lambda = 10$, Gulrajani 2017.
        batch_size: $m$. Default 64: both papers' Algorithm 1.
        n_critic: $n_{critic}$, critic steps for each generator step. Default 5: both papers.
        generator_steps: $T$, the length of the run. Default 5,000: this course.
        optimizer: "adam" or "rmsprop". Default "adam": Gulrajani 2017.
        lr_critic: $\alpha$ of the critic. Default 1e-4: Gulrajani 2017.
        lr_generator: $\alpha$ of the generator. Default 1e-4: Gulrajani 2017.
        betas: $\beta_1, \beta_2$ of Adam; RMSProp has no first and decays by the second. Default (0.0, 0.9):
            Gulrajani 2017.
        decay_from: the share of the run after which both learning rates fall linearly to 0. Default 1, not
            at all: both papers' Algorithm 1.
        ema_decay: decay of the moving average of the generator, a step; 0 for none. Default 0: the papers
            have none.
        network: "mlp", by name from `networks.NETWORKS`. Default "mlp": the toy networks of the papers.
        z_dim: dimension of the noise $z$. Default 2: the toy networks of the WGAN-GP repository.
        hidden: units of each hidden layer of both networks. Default three of 64: this course (512 there).
        seed: any integer; the run is a function of it. Default 0: this course.

    Taught in: 09_wgan.
    """

    loss: str = "wgan"
    constraint: Constraint = field(default_factory=GradientPenalty)
    batch_size: int = 64
    n_critic: int = 5
    generator_steps: int = 5_000
    optimizer: str = "adam"
    lr_critic: float = 1e-4
    lr_generator: float = 1e-4
    betas: tuple[float, float] = (0.0, 0.9)
    decay_from: float = 1.0
    ema_decay: float = 0.0
    network: str = "mlp"
    z_dim: int = 2
    hidden: tuple[int, ...] = (64, 64, 64)
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every value, and turn lists into tuples and integers into floats where they belong."""
        values = {name: rule(name, getattr(self, name), {}) for name, rule in RULES.items()}
        if not isinstance(self.constraint, Constraint):
            raise TypeError(f"constraint must be a Constraint; got {type(self.constraint).__name__}.")
        first, second = (float(beta) for beta in self.betas)  # Adam refuses integers
        if not (0 <= first < 1 and 0 <= second < 1):
            raise ValueError(f"betas must be two numbers from 0 to below 1; got {self.betas}.")
        values["betas"] = first, second
        values["hidden"] = tuple(whole_number(1)("hidden", units, {}) for units in self.hidden)
        values["seed"] = operator.index(self.seed)
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def to_json(self) -> str:
        """Write the configuration as JSON; the constraint goes in by the name of its class."""
        named = {"name": type(self.constraint).__name__, **asdict(self.constraint)}
        return json.dumps({**asdict(self), "constraint": named}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "TrainConfig":
        """Read what `to_json` wrote.

        Raises:
            ValueError: if no constraint of that name has been defined.
        """
        values = json.loads(text)
        name = values["constraint"].pop("name")
        kinds: list[type[Constraint]] = [Constraint, *Constraint.__subclasses__()]
        known = {kind.__name__: kind for kind in kinds}
        one_of(*known)("constraint", name, {})
        return cls(**{**values, "constraint": known[name](**values["constraint"])})


_CLASSROOM = TrainConfig(
    constraint=GradientPenalty(0.1, at="data"), batch_size=256, n_critic=1, lr_critic=4e-3, lr_generator=3e-3,
    decay_from=0.5, ema_decay=0.995,
)  # fmt: skip
_DIGITS = replace(
    _CLASSROOM, batch_size=128, lr_generator=2e-3, generator_steps=1_500, z_dim=16, hidden=(256, 256)
)
_GAN = TrainConfig(
    constraint=Constraint(), batch_size=256, n_critic=1, lr_critic=1e-3, lr_generator=1e-3, betas=(0.5, 0.999)
)
_CLIPPED = TrainConfig(
    constraint=WeightClipping(0.01), optimizer="rmsprop", lr_critic=5e-5, lr_generator=5e-5, betas=(0.0, 0.99)
)
PRESETS = {
    # Arjovsky, Chintala and Bottou 2017, Algorithm 1. The decay 0.99 is that of their code (torch's).
    "wgan_clip": _CLIPPED,
    # Gulrajani et al. 2017, Algorithm 1.
    "wgan_gp": TrainConfig(),
    # Tuned for this course: eight and twenty-five Gaussians in seconds on one core.
    "ring": replace(_CLASSROOM, generator_steps=2_000),
    "grid": _CLASSROOM,
    # The 8x8 handwritten digits, in seconds on one core too.
    "digits": _DIGITS,
    # The digits again, each with its label: for asking for one of them.
    "conditional_digits": replace(_DIGITS, lr_generator=7e-4, generator_steps=2_400, ema_decay=0.99),
    # The same ring with a critic held near slope 1, so that its gap can stand beside W1: for the live player.
    "live": replace(_CLASSROOM, constraint=GradientPenalty(0.3), generator_steps=1_500, ema_decay=0.0),
    # Tuned for this course: convolutions on the bundled 8x8 digits, in a quarter of a minute on one core.
    "digits_conv": replace(
        _CLASSROOM,
        constraint=GradientPenalty(0.5, at="data"),
        network="conv",
        z_dim=16,
        hidden=(24, 48),
        batch_size=32,
        n_critic=2,
        generator_steps=600,
        ema_decay=0.99,
    ),  # fmt: skip
    # Goodfellow et al. 2014, with Adam at the first beta of Radford et al. 2016.
    "gan": replace(_GAN, loss="gan"),
    "gan_nonsaturating": replace(_GAN, loss="gan_nonsaturating"),
}


# --- the state of a run -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    r"""What one generator step reports: plain numbers. Those of the critic are of its latest step.

    Attributes:
        step: how many generator steps are done, this one included.
        critic_gap: mean f(real) - mean f(fake) before the critic's update; for a GAN, of the logits.
        critic_loss: what the critic descended.
        penalty: the constraint's part of it, weight included.
        generator_loss: what the generator descended.
        critic_grad_norm: Euclidean norm of the loss's gradient with respect to all the critic's weights.
        generator_grad_norm: likewise for the generator.
        seconds: spent in the steps of this run so far, looking not included. Not compared by `==`.
    """

    step: int
    critic_gap: float
    critic_loss: float
    penalty: float
    generator_loss: float
    critic_grad_norm: float
    generator_grad_norm: float
    seconds: float = field(compare=False)


@dataclass(eq=False)
class TrainState:
    r"""A run: networks, optimizers, configuration, data and counters. Make one with `create`.

    To save a run, save the state dicts of `generator`, `critic`, `average` and both optimizers, the
    configuration, and the fields from `critic_steps` to `seconds`. There are no random streams to save.

    Attributes:
        config: the `TrainConfig`.
        data: what is learned; anything with `sample(n, seed)`, see `create`.
        device: where the networks are.
        generator: $g_\theta$.
        critic: $f_w$, as wrapped by the constraint.
        average: moving average of the generator, or the generator itself if there is none.
        engine: what fills `.grad`, "autograd" or "written_out"; see `ENGINES`.
        critic_optimizer: a torch optimizer.
        generator_optimizer: a torch optimizer.
        critic_steps: done so far.
        generator_steps: done so far.
        turn: critic steps since the last generator step.
        attempt: raise it after a rollback, and what follows is random anew.
        critic_numbers: (4,) gap, loss, penalty and gradient norm of the latest critic step.
        seconds: spent in steps.
        flat: by name, the networks as the written-out engine sees them.
        weights: by name, what the optimizers and the average change: each network's tensors, or the flat one.
        blocks: by kind of step, what the next few steps draw; made again from the counters when it is missing.
        report_every: on a GPU, read the numbers only every so many generator steps, as reading waits for
            the device; the reports between repeat the latest ones.
        lock: held during a step and while looking.

    Taught in: 09_wgan.
    """

    config: TrainConfig
    data: Any
    device: torch.device
    generator: Generator
    critic: nn.Module
    average: nn.Module
    engine: str
    critic_optimizer: torch.optim.Optimizer
    generator_optimizer: torch.optim.Optimizer
    critic_steps: int = 0
    generator_steps: int = 0
    turn: int = 0
    attempt: int = 0
    critic_numbers: Tensor = field(default_factory=lambda: torch.full((4,), torch.nan))
    seconds: float = 0.0
    report_every: int = 1
    flat: dict[str, FlatPerceptron] = field(default_factory=dict, repr=False)
    weights: dict[str, list[Tensor]] = field(default_factory=dict, repr=False)
    blocks: dict[str, Any] = field(default_factory=dict, repr=False)
    latest: list[float] = field(default_factory=list, repr=False)
    lock: Any = field(default_factory=threading.RLock, repr=False)

    @classmethod
    def create(
        cls, config: TrainConfig, data: Any, device: str | torch.device = "cpu", engine: str = "auto"
    ) -> "TrainState":
        """Start a run: fresh networks and optimizers, no step done.

        Args:
            config: a `TrainConfig`, such as `PRESETS["ring"]`.
            data: anything with `sample(n, seed)` that gives n samples (n, d) for an integer seed, as a
                NumPy array or a torch tensor. A tensor that is on the device already is not copied. Data with
                an attribute `n_labels` ends each sample with that many columns of a one-hot label, and the
                networks are conditional.
            device: where to train. Default the CPU.
            engine: "autograd", or "written_out" for ReLU perceptrons with no penalty or a gradient penalty.
                Default "auto": written out where that can be, except under `torch.distributed`, whose hooks
                autograd alone calls.

        Returns:
            A `TrainState`.

        Raises:
            TypeError: if the data cannot be sampled.
            ValueError: if its samples are not finite points of shape (n, d), or the engine does not fit.

        Taught in: 09_wgan.
        """
        device = torch.device(device)
        if not hasattr(data, "sample"):
            raise TypeError(f"data must have a method sample(n, seed); got {type(data).__name__}.")
        d = points("data.sample(1, 0)", data.sample(1, 0), {}).shape[1]
        n_labels = getattr(data, "n_labels", 0)
        build = NETWORKS[config.network]
        generator, plain = build(config.z_dim, d - n_labels, config.hidden, config.seed, n_labels)
        generator, critic = generator.to(device), config.constraint.wrap(plain.to(device))
        average = copy.deepcopy(generator).requires_grad_(False) if config.ema_decay > 0 else generator
        engine = _engine_for(engine, config, generator, critic)
        networks = {"critic": critic, "generator": generator}
        if average is not generator:
            networks["average"] = average
        flat = {}
        if engine == "written_out":
            flat = {name: FlatPerceptron(network) for name, network in networks.items()}
        weights: dict[str, list[Tensor]] = {
            name: [flat[name].flat] if flat else list(network.parameters())
            for name, network in networks.items()
        }
        descent_f = _optimizer(config, weights["critic"], config.lr_critic)
        descent_g = _optimizer(config, weights["generator"], config.lr_generator)
        state = cls(config, data, device, generator, critic, average, engine, descent_f, descent_g)
        state.flat, state.weights = flat, weights
        return state

    def sample(self, n: int, seed: int = 0, averaged: bool = True, labels: Any = None) -> Array:
        """Look at n generated points (n, d), from the moving average; the run does not notice.

        Args:
            n: how many.
            seed: any integer; the same seed gives the same noise throughout a run. Default 0.
            averaged: from the moving average, if the run keeps one, and not from the generator itself, which
                the critic sees. Default True.
            labels: (n,) the label of each point, from 0, for data with labels. Default as the data has them.

        Returns:
            (n, d) points, float64; with their one-hot labels for data with labels.

        Taught in: 09_wgan.
        """
        stream = counter_generator(seed, 0, "sample", 0)
        noise = torch.randn(n, self.config.z_dim, generator=stream).to(self.device)
        if labels is not None:
            one_hot = torch.eye(self.generator.n_labels, device=self.device)
            noise = torch.cat([noise, one_hot[torch.as_tensor(labels, device=self.device)]], dim=1)
        else:
            noise = self._labeled(noise, stream)
        network = self.average if averaged else self.generator
        with self.lock, eval_mode(network), torch.no_grad():
            return np.asarray(off_torch(network(noise)))

    def draw_critic_batch(self) -> tuple[Tensor, Tensor, Tensor]:
        """All that is random in the next critic step: real (m, d), noise (m, z_dim), mix (m,).

        For data with labels, each noise ends with the label of its real sample, so that the points between
        real and fake have a label too.
        """
        real, noise, mix = self._drawn("critic", self.critic_steps)
        return real, noise, mix

    def draw_noise(self) -> Tensor:
        """All that is random in the next generator step: noise (m, z_dim), and labels of the data if any."""
        [noise] = self._drawn("generator", self.generator_steps)
        return noise

    def set_learning_rate(self, optimizer: torch.optim.Optimizer) -> None:
        """Constant for the first part of the run, then linear to 0 at its end; after it 0 too."""
        start, share = self.config.decay_from, 1.0
        if start < 1:
            left = 1 - self.generator_steps / self.config.generator_steps
            share = min(1.0, max(0.0, left / (1 - start)))
        for group in optimizer.param_groups:
            group["lr"] = share * optimizer.defaults["lr"]

    def update_average(self) -> None:
        """Move the average toward the generator by a share of 1 - ema_decay."""
        if self.average is not self.generator:
            update = get_ema_multi_avg_fn(self.config.ema_decay)  # type: ignore[no-untyped-call]
            update(self.weights["average"], self.weights["generator"], 0)

    def count_critic_step(self, gap: Tensor, loss: Tensor, penalty: Tensor) -> None:
        """Note the numbers of a critic step, still on the device, and count it."""
        norm = _grad_norm(self.weights["critic"])
        self.critic_numbers = torch.stack([gap, loss, penalty, norm]).detach()
        self.critic_steps += 1
        self.turn += 1

    def count_generator_step(self, loss: Tensor) -> Step:
        """Count a generator step, and report it with the latest critic step."""
        self.generator_steps += 1
        self.turn = 0
        if not self.latest or self.generator_steps % self.report_every == 0:
            own = torch.stack([loss.detach(), _grad_norm(self.weights["generator"])])
            self.latest = torch.cat([self.critic_numbers.to(own), own]).tolist()
        gap, c_loss, penalty, c_norm, g_loss, g_norm = self.latest
        seconds = self.seconds + time.perf_counter()  # the step's start has been taken off already
        return Step(self.generator_steps, gap, c_loss, penalty, g_loss, c_norm, g_norm, seconds)

    def _drawn(self, kind: str, step: int) -> tuple[Tensor, ...]:
        """What a step draws, out of a block: one draw for many steps costs little more than for one."""
        m, (block, place) = self.config.batch_size, divmod(step, BLOCK)
        key = self.config.seed, self.attempt, block, m
        if kind not in self.blocks or self.blocks[kind][0] != key:
            stream = counter_generator(self.config.seed, self.attempt, kind, block)
            noise = self._tensor(torch.randn(BLOCK * m, self.config.z_dim, generator=stream))
            if kind == "generator":
                parts = [self._labeled(noise, stream)]
            else:
                mix = self._tensor(torch.rand(BLOCK * m, generator=stream))
                real = self._real(BLOCK * m, stream)
                labels = real[:, real.shape[1] - self.generator.n_labels :]
                parts = [real, torch.cat([noise, labels], dim=1), mix]
            self.blocks[kind] = key, list(zip(*(torch.split(part, m) for part in parts), strict=True))
        drawn: tuple[Tensor, ...] = self.blocks[kind][1][place]
        return drawn

    def _real(self, n: int, stream: torch.Generator) -> Tensor:
        return self._tensor(self.data.sample(n, int(torch.randint(2**32, (), generator=stream))))

    def _labeled(self, noise: Tensor, stream: torch.Generator) -> Tensor:
        """Noise with labels drawn as the data has them, or as it is if the data has none."""
        if not self.generator.n_labels:
            return noise
        return torch.cat([noise, self._real(len(noise), stream)[:, -self.generator.n_labels :]], dim=1)

    def _tensor(self, values: Any) -> Tensor:
        return torch.as_tensor(values, dtype=torch.float32, device=self.device)


def _optimizer(config: TrainConfig, weights: list[Any], lr: float) -> torch.optim.Optimizer:
    if config.optimizer == "adam":
        return torch.optim.Adam(weights, lr=lr, betas=config.betas, fused=True)
    return torch.optim.RMSprop(weights, lr=lr, alpha=config.betas[1])


def _engine_for(engine: str, config: TrainConfig, generator: nn.Module, critic: nn.Module) -> str:
    """Resolve "auto", and refuse what an engine cannot do."""
    one_of("auto", *ENGINES)("engine", engine, {})
    perceptrons = is_perceptron(generator) and is_perceptron(critic)
    known = config.loss == "wgan" and penalizes_slope(config.constraint)
    if engine == "written_out" and not (perceptrons and known):
        raise ValueError(
            "engine must be 'autograd' unless both networks are ReLU perceptrons, the loss is 'wgan' and the "
            f"constraint has no penalty but a gradient penalty; got {engine!r} with {config.loss!r} and "
            f"{type(config.constraint).__name__}."
        )
    distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
    if engine == "auto":
        return "written_out" if perceptrons and known and not distributed else "autograd"
    return engine


def _grad_norm(weights: list[Tensor]) -> Tensor:
    grads = [weight.grad for weight in weights if weight.grad is not None]
    return torch.linalg.vector_norm(grads[0]) if len(grads) == 1 else torch.nn.utils.get_total_norm(grads)


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
    """Hold the state's lock for one step, let an interrupt wait for its end, and count its seconds."""

    @functools.wraps(step)
    def whole(state: TrainState) -> T:
        with state.lock, _interrupts_wait():
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
