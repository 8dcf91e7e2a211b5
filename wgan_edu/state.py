r"""A run of training as one object: networks, optimizers, configuration, data and counters.

What is random in a step depends on the seed and on how many steps came before, on nothing else. So there are
no random streams to save, and looking at a run does not change it.

Taught in: 09_wgan.
Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1 (what a step draws).
"""

import copy
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from wgan_edu.checking import Array, one_of, points
from wgan_edu.configuration import TrainConfig
from wgan_edu.fast_gradients import FlatPerceptron, is_perceptron, penalizes_slope
from wgan_edu.looking import eval_mode, off_torch
from wgan_edu.networks import NETWORKS, Generator
from wgan_edu.seeding import counter_generator

__all__ = ["Step", "TrainState"]

Tensor = torch.Tensor
BLOCK = 16  # steps whose batches are drawn together
ENGINE_NAMES = ("autograd", "written_out")


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
        blocks: by kind of step, what the next few steps draw; made again from the counters if missing.
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
    one_of("auto", *ENGINE_NAMES)("engine", engine, {})
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
