"""The classifier: how good it is on digits it has not seen, its slopes, and that a seed fixes it."""

import numpy as np
import pytest
import torch
from torch import nn

from wgan_edu.classifier import Classifier, train_classifier
from wgan_edu.data import digits

TRAINING, HELD_OUT = digits().split()


@pytest.fixture(scope="module")
def classifier():
    return train_classifier(TRAINING.images, TRAINING.labels)


def small(**rest):
    return train_classifier(TRAINING.images[:50], TRAINING.labels[:50], **{"steps": 3, **rest})


def flat(network):
    return torch.cat([weight.flatten() for weight in network.parameters()])


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_it_knows_digits_it_has_not_seen(seed):
    classifier = train_classifier(TRAINING.images, TRAINING.labels, seed=seed)
    found = classifier.probabilities(HELD_OUT.images)
    assert classifier.accuracy(HELD_OUT.images, HELD_OUT.labels) > 0.955
    assert 0.87 < (found.max(axis=1) > 0.9).mean() < 0.95
    assert abs(found.max(axis=1).mean() - classifier.accuracy(HELD_OUT.images, HELD_OUT.labels)) < 0.03
    assert classifier.accuracy(TRAINING.images, TRAINING.labels) > 0.98


def test_it_has_learned_nothing_from_wrong_labels():
    mixed = np.random.default_rng(0).permutation(TRAINING.labels)
    fooled = train_classifier(TRAINING.images, mixed)
    assert fooled.accuracy(HELD_OUT.images, HELD_OUT.labels) < 0.2


def test_shapes_and_types(classifier):
    images = HELD_OUT.images[:7]
    found = {"features": classifier.features(images), "probabilities": classifier.probabilities(images)}
    assert {name: part.shape for name, part in found.items()} == {
        "features": (7, 128),
        "probabilities": (7, 10),
    }
    assert {part.dtype for part in found.values()} == {np.dtype(np.float64)}
    assert found["features"].min() >= 0
    np.testing.assert_allclose(found["probabilities"].sum(axis=1), 1, atol=1e-12)


def test_probabilities_are_the_softmax_of_the_last_layer_of_the_features(classifier):
    images = HELD_OUT.images[:9]
    weight, bias = (part.double().numpy() for part in classifier[-1].parameters())
    logits = classifier.features(images) @ weight.T + bias
    power = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = power / power.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(classifier.probabilities(images), expected, atol=1e-5)


def test_accuracy_counts(classifier):
    images, labels = HELD_OUT.images[:40], HELD_OUT.labels[:40]
    likeliest = classifier.probabilities(images).argmax(axis=1)
    assert classifier.accuracy(images, likeliest) == 1
    assert classifier.accuracy(images, (likeliest + 1) % 10) == 0
    assert classifier.accuracy(images, np.where(np.arange(40) < 10, likeliest, 10)) == 0.25
    assert classifier.accuracy(images, labels) == (likeliest == labels).mean()


def test_its_slopes_reach_the_picture(classifier):
    x = torch.tensor(HELD_OUT.images[:5], requires_grad=True)
    network = Classifier(*classifier).double()
    (slope,) = torch.autograd.grad(torch.log_softmax(network(x), 1)[:, 7].sum(), x)
    step = torch.zeros_like(x)
    step[:, 20] = 1e-6
    with torch.no_grad():
        up, down = (torch.log_softmax(network(x + sign * step), 1)[:, 7] for sign in (1, -1))
    torch.testing.assert_close(slope[:, 20], (up - down) / 2e-6, rtol=1e-5, atol=1e-7)
    assert slope.abs().sum() > 0
    classifier.float()


def test_it_is_fixed_when_done(classifier):
    assert not any(weight.requires_grad for weight in classifier.parameters())
    assert not classifier.training


def test_a_function_of_its_seed():
    torch.manual_seed(0)
    first = flat(small(seed=3))
    torch.manual_seed(1)
    assert torch.equal(first, flat(small(seed=3)))
    assert not torch.equal(first, flat(small(seed=4)))
    assert not torch.equal(flat(small(seed=5)), flat(small(seed=2**32 + 5)))


def test_the_global_stream_is_left_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    small()
    assert torch.equal(torch.rand(3), expected)


def test_layers_and_classes_as_asked():
    network = train_classifier(TRAINING.images[:50], TRAINING.labels[:50] % 3, hidden=(4, 5), steps=1)
    assert [layer.out_features for layer in network if isinstance(layer, nn.Linear)] == [4, 5, 3]
    assert network.features(HELD_OUT.images[:2]).shape == (2, 5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            {"labels": TRAINING.labels[:49]},
            r"labels must hold one number for each row of images, shape \(50,\)",
        ),
        ({"labels": TRAINING.labels[:50] - 1}, r"labels must be whole numbers from 0; got -1\."),
        ({"labels": TRAINING.labels[:50] + 0.5}, r"labels must be whole numbers from 0; got \d\.5\."),
        ({"images": np.full((50, 64), np.nan)}, "images must be finite"),
        ({"images": TRAINING.images[0]}, r"images must be points of shape \(n, d\)"),
        ({"hidden": ()}, "hidden must name at least one layer"),
        ({"steps": 0}, "steps must be a whole number, at least 1"),
        ({"batch_size": 0}, "batch_size must be a whole number, at least 1"),
        ({"lr": 0}, "lr must be greater than 0"),
        ({"noise": -0.1}, "noise must be at least 0"),
    ],
)
def test_bad_input(arguments, says):
    usual = {"images": TRAINING.images[:50], "labels": TRAINING.labels[:50]}
    with pytest.raises(ValueError, match=f"^{says}"):
        train_classifier(**{**usual, **arguments})


def test_bad_pictures(classifier):
    for look in (classifier.features, classifier.probabilities):
        with pytest.raises(ValueError, match="points must be finite"):
            look(np.full((2, 64), np.inf))
    with pytest.raises(ValueError, match="labels must hold one number for each row"):
        classifier.accuracy(HELD_OUT.images[:3], HELD_OUT.labels[:2])
