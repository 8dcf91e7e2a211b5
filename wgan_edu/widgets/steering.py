"""Ask a conditional generator for a digit, push one attribute through its noise, and see what else changes.

The drawing is in `steering.js`; the walk itself in `wgan_edu.steering`.

Taught in: 12_conditional_and_controllable.
"""

from itertools import product
from typing import Any

import numpy as np
import torch

from wgan_edu.checking import Array, finite, whole_number
from wgan_edu.classifier import Classifier
from wgan_edu.steering import ATTRIBUTES, Score, attributes, pictures_of, steer
from wgan_edu.training import TrainState
from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.recorded import SHADES, Recording, grid, nearest

__all__ = ["Steering"]

Answer = dict[str, Any]
SHOWN, STEPS, STRONGEST, MEASURED = 12, 8, 4.0, 200  # digits a row, parts of the way, noises for the unit
# What a recording holds: every label, pushed toward these goals, so strongly.
GOALS = [*ATTRIBUTES, "looks like a 9"]
RECORDED = {"strength": (-4.0, 4.0, 1.0)}


class Steering(PulledWidget):
    r"""Twelve generated digits of one label above, the same after a walk through the noise below.

    Choose the label, what to push, how far, and whether the other attributes are held. In a cell,
    `view.push(label=7, goal="slant", strength=2)` and `view.change` do the same.

    Args:
        state: a finished run on labeled digits.
        classifier: what judges the pictures, and what is followed toward "looks like a ...".

    Raises:
        ValueError: if the generator knows no labels.

    Attributes:
        settings: what is shown, as `push` takes it.
        change: by how much each attribute changed, the mean over the digits in standard deviations of the
            generated digits of that label; "as asked" is the probability of the label, in points of 0 to 1.

    Taught in: 12_conditional_and_controllable.
    """

    _esm = joined("shared.js", "steering.js")

    def __init__(self, state: TrainState, classifier: Classifier) -> None:
        if not state.generator.n_labels:
            raise ValueError("state must be a run on labeled data; this generator takes no labels.")
        self.state, self.classifier = state, classifier
        labels = range(state.generator.n_labels)
        self.goals = {name: ("attribute", name) for name in ATTRIBUTES}
        self.goals |= {f"looks like a {label}": ("class", str(label)) for label in labels}
        self.settings: dict[str, Any] = {
            "label": 7, "goal": "slant", "strength": 0.0, "hold": False, "seed": 0
        }  # fmt: skip
        self.change: dict[str, float] = {}
        self._units: dict[int, dict[str, float]] = {}
        self.push()
        super().__init__()

    @asked
    def now(self) -> Answer:
        """What is shown, for a page that has just opened."""
        return self.push()

    @asked
    def push(self, **wanted: Any) -> Answer:
        """Change any of label, goal, strength, hold and seed; the others stay.

        Args:
            wanted: label, a digit; goal, an attribute or "looks like a 3"; strength, the length of the walk
                from -4 to 4, where a negative one lowers the goal; hold, whether the other attributes are
                held; seed, of the noise.

        Raises:
            ValueError: on another name, or a value out of range; then everything stays as it was.
        """
        if set(wanted) - set(self.settings):
            raise ValueError(f"settings must be of {', '.join(self.settings)}; got {', '.join(wanted)}.")
        settings = self._checked({**self.settings, **wanted})
        label, network = settings["label"], self.state.average
        noise = np.random.default_rng(settings["seed"]).standard_normal((SHOWN, self.state.config.z_dim))
        sign, others = np.sign(settings["strength"]), self._others(settings)
        walked = noise
        if sign:
            goal = self._score(settings["goal"])
            walked = steer(
                network,
                noise,
                [label] * SHOWN,
                lambda x: sign * goal(x),
                abs(settings["strength"]),
                STEPS,
                others,
            )
        before, after = self._pictures(noise, label), self._pictures(walked, label)
        sure = [self.classifier.probabilities(pictures) for pictures in (before, after)]
        unit, starts, ends = self._unit(label), attributes(before), attributes(after)
        change = {name: float((ends[name] - starts[name]).mean() / unit[name]) for name in ATTRIBUTES}
        change["as asked"] = float((sure[1] - sure[0])[:, label].mean())
        sizes = [float(np.abs(ends[name] - starts[name]).mean() / unit[name]) for name in ATTRIBUTES]
        sizes.append(float(np.abs(sure[1] - sure[0])[:, label].mean()))
        self.settings, self.change = settings, change
        return {
            **settings,
            "goals": list(self.goals),
            "names": list(change),
            "changes": list(change.values()),
            "sizes": sizes,
            "pictures": np.concatenate([before, after]),
            "read_as": [int(digit) for digit in sure[1].argmax(axis=1)],
            "read_before": [int(digit) for digit in sure[0].argmax(axis=1)],
            "likely": [float(part[:, label].mean()) for part in sure],
            "strongest": STRONGEST,
        }

    def recorded(self) -> Recording:
        """Every label with the same noise, pushed toward some of the goals."""
        settings = self.settings
        goals = [goal for goal in self.goals if goal in (*GOALS, settings["goal"])]
        places = product(range(self.state.generator.n_labels), (False, True), goals, grid(RECORDED))
        pushed = (self.push(label=label, hold=hold, goal=goal, **how) for label, hold, goal, how in places)
        answers = [answer | {"goals": goals} for answer in (self.now(), *pushed)]
        self.push(**settings)
        return Recording(
            says="Recorded for some goals and strengths. Open the notebook for all, and for other noise.",
            answers=answers,
            next=nearest(answers, list(settings), push={}),
            kept={"pictures": SHADES},
            without=["New noise"],
            sliders=RECORDED,
        )

    def _checked(self, settings: dict[str, Any]) -> dict[str, Any]:
        label, strength = (
            whole_number(0)("label", settings["label"], {}),
            finite("strength", settings["strength"], {}),
        )
        if label >= self.state.generator.n_labels:
            raise ValueError(f"label must be below {self.state.generator.n_labels}; got {label}.")
        if settings["goal"] not in self.goals:
            raise ValueError(f"goal must be one of {', '.join(self.goals)}; got {settings['goal']!r}.")
        if abs(strength) > STRONGEST:
            raise ValueError(f"strength must be from -{STRONGEST:g} to {STRONGEST:g}; got {strength:g}.")
        seed = whole_number(0)("seed", settings["seed"], {})
        return {
            **settings,
            "label": label,
            "strength": strength,
            "hold": bool(settings["hold"]),
            "seed": seed,
        }

    def _score(self, goal: str) -> Score:
        """The function that is followed: an attribute, or the logarithm of a class's probability."""
        kind, name = self.goals[goal]
        if kind == "attribute":
            return ATTRIBUTES[name]
        return lambda x: torch.log_softmax(self.classifier(x), dim=1)[:, int(name)]

    def _others(self, settings: dict[str, Any]) -> tuple[Score, ...]:
        """The attributes that are held."""
        if not settings["hold"]:
            return ()
        return tuple(score for name, score in ATTRIBUTES.items() if name != settings["goal"])

    def _pictures(self, noise: Array, label: int) -> Array:
        with torch.no_grad():
            z = torch.as_tensor(noise, dtype=torch.float32, device=self.state.device)
            return np.asarray(pictures_of(self.state.average, z, [label] * len(noise)).double().cpu())

    def _unit(self, label: int) -> dict[str, float]:
        """The standard deviation of each attribute among generated digits of a label."""
        if label not in self._units:
            noise = np.random.default_rng(label).standard_normal((MEASURED, self.state.config.z_dim))
            found = attributes(self._pictures(noise, label))
            self._units[label] = {name: float(values.std()) + 1e-9 for name, values in found.items()}
        return self._units[label]
