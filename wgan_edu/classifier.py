r"""A small classifier of pictures, trained here: the judge of conditional samples, and a slope to follow.

A perceptron from pixels to one number a class, its logits, whose softmax are the probabilities. The last
hidden layer gives the features in which chapter 11 compares real pictures with generated ones. Pixel noise
during training keeps it from reading single pixels, and from being surer than it should be.

Taught in: 12_conditional_and_controllable; used in 11_images_on_gpu.
Source: the log-likelihood of a softmax, as in Bishop 2006, Pattern Recognition and Machine Learning, 4.3.4.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from wgan_edu.checking import Array, at_least, checked, greater_than, labels_of, points, whole_number
from wgan_edu.looking import off_torch, tensor_for, values_at
from wgan_edu.seeding import counter_generator, hashed_seed

__all__ = ["Classifier", "train_classifier"]

Labels = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


class Classifier(nn.Sequential):
    r"""Points (B, d) to logits (B, k), one a class: $P(y = c \mid x) = \mathrm{softmax}(h(x))_c$.

    Called on tensors it is an ordinary torch module, which passes gradients on to its input. The methods
    below look at it from NumPy's side.

    Taught in: 12_conditional_and_controllable.
    """

    @checked(points=points)
    def features(self, points: Array) -> Array:
        """Units of the last hidden layer after their ReLU, float64.

        Args:
            points: (n, d) pictures as flattened rows.

        Returns:
            (n, units) numbers, none negative.

        Taught in: 11_images_on_gpu.
        """
        with torch.no_grad():
            return np.asarray(off_torch(self[:-1](tensor_for(self, points))))

    @checked(points=points)
    def probabilities(self, points: Array) -> Array:
        """How likely each class is, float64.

        Args:
            points: (n, d) pictures as flattened rows.

        Returns:
            (n, k) probabilities, each row of sum 1.

        Taught in: 12_conditional_and_controllable.
        """
        return np.asarray(torch.softmax(torch.as_tensor(values_at(self, points)), dim=1))

    @checked(images=points, labels=labels_of("images"))
    def accuracy(self, images: Array, labels: Labels) -> float:
        """The share of pictures whose likeliest class is their label.

        Args:
            images: (n, d) pictures as flattened rows.
            labels: (n,) class of each, from 0.

        Returns:
            A number from 0 to 1.

        Taught in: 12_conditional_and_controllable.
        """
        return float((self.probabilities(images).argmax(axis=1) == labels).mean())


@checked(
    images=points,
    labels=labels_of("images"),
    steps=whole_number(1),
    batch_size=whole_number(1),
    lr=greater_than(0),
    noise=at_least(0),
)
def train_classifier(
    images: Array,
    labels: Labels,
    seed: int = 0,
    hidden: Sequence[int] = (128,),
    steps: int = 500,
    batch_size: int = 128,
    lr: float = 5e-3,
    noise: float = 0.2,
) -> Classifier:
    r"""Train a perceptron by Adam on $-\log P(y_i \mid x_i + \sigma \epsilon_i)$, $\epsilon_i \sim N(0, I)$.

    On the training part of `digits().split()` it takes half a second of CPU time, and knows about 97 % of
    the 600 held-out digits. Like a GAN's run it is a function of its seed.

    Args:
        images: (n, d) pictures as flattened rows.
        labels: (n,) class of each, whole numbers from 0.
        seed: any integer; the global random streams are left as they are. Default 0.
        hidden: units of each hidden layer, at least one layer. Default one of 128.
        steps: of Adam. Default 500.
        batch_size: pictures a step, drawn with replacement. Default 128.
        lr: learning rate. Default 5e-3.
        noise: $\sigma$, standard deviation of the noise on every pixel, at least 0. Default 0.2.

    Returns:
        A `Classifier` of max(labels) + 1 classes, in eval mode, its weights fixed.

    Raises:
        ValueError: if there is no hidden layer, or an argument is out of its range.

    Taught in: 12_conditional_and_controllable.
    """
    if not hidden:
        raise ValueError("hidden must name at least one layer, as its units are the features; got none.")
    x, y = torch.as_tensor(images, dtype=torch.float32), torch.as_tensor(labels)
    classifier = _untrained([x.shape[1], *hidden, int(y.max()) + 1], seed)
    optimizer = torch.optim.Adam(classifier.parameters(), lr=lr, fused=True)
    for step in range(steps):
        stream = counter_generator(seed, 0, "classifier", step)
        batch = torch.randint(len(x), (batch_size,), generator=stream)
        noisy = x[batch] + noise * torch.randn(batch_size, x.shape[1], generator=stream)
        loss = nn.functional.cross_entropy(classifier(noisy), y[batch])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return classifier.eval().requires_grad_(False)


def _untrained(sizes: Sequence[int], seed: int) -> Classifier:
    """Linear layers of these sizes with ReLU between them, from a stream of their own."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(hashed_seed(seed, 0, "Classifier", 0))
        layers: list[nn.Module] = []
        for n_in, n_out in pairwise(sizes):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        return Classifier(*layers[:-1])
