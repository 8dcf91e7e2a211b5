r"""What defines a run apart from its data, in one frozen object, and the settings of papers and classroom.

Taught in: 09_wgan, 10_wgan_gp.
Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1; Gulrajani et al. 2017, Algorithm 1.
"""

import json
import operator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from wgan_edu.checking import greater_than, one_of, probability, whole_number
from wgan_edu.lipschitz import Constraint, GradientPenalty, WeightClipping
from wgan_edu.networks import NETWORKS

__all__ = ["PRESETS", "TrainConfig"]

RULES: dict[str, Any] = {
    "loss": one_of("wgan", "gan", "gan_nonsaturating"),
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
        known = {kind.__name__: kind for kind in _kinds(Constraint)}
        one_of(*known)("constraint", name, {})
        return cls(**{**values, "constraint": known[name](**values["constraint"])})


def _kinds(kind: type[Constraint]) -> list[type[Constraint]]:
    """A class and all that was ever derived from it."""
    return [kind, *(one for child in kind.__subclasses__() for one in _kinds(child))]


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
    "ring": replace(_CLASSROOM, generator_steps=2_800),
    "grid": replace(_CLASSROOM, generator_steps=9_800),
    # The 8x8 handwritten digits, in seconds on one core too.
    "digits": _DIGITS,
    # The digits again, each with its label: for asking for one of them.
    "conditional_digits": replace(_DIGITS, lr_generator=7e-4, generator_steps=2_400, ema_decay=0.99),
    # The same ring with a critic held near slope 1, so that its gap can stand beside W1: for the live player.
    "live": replace(_CLASSROOM, constraint=GradientPenalty(0.3), generator_steps=1_500, ema_decay=0.0),
    # The digits by convolutions: slower, and meant for larger pictures; a quarter of a minute on one core.
    "digits_conv": replace(
        _CLASSROOM,
        constraint=GradientPenalty(0.5, at="data"),
        network="conv",
        z_dim=16,
        hidden=(32, 64),
        batch_size=32,
        n_critic=2,
        generator_steps=500,
        ema_decay=0.99,
    ),
    # Goodfellow et al. 2014, with Adam at the first beta of Radford et al. 2016.
    "gan": replace(_GAN, loss="gan"),
    "gan_nonsaturating": replace(_GAN, loss="gan_nonsaturating"),
}
