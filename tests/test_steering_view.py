"""The steering view without a browser: what the page may ask, and that it shows the walk of `steering`."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from ipywidgets import Widget

from wgan_edu import widgets
from wgan_edu.classifier import train_classifier
from wgan_edu.data import digits
from wgan_edu.steering import ATTRIBUTES, attributes, steer
from wgan_edu.training import PRESETS, TrainState
from wgan_edu.widgets.base import HERE, packed
from wgan_edu.widgets.steering import MEASURED, SHOWN, STEPS, Steering

CONFIG = replace(PRESETS["ring"], z_dim=4, hidden=(16, 16), ema_decay=0.0)
STATE = TrainState.create(CONFIG, digits().labeled())
CLASSIFIER = train_classifier(digits().images[:200], digits().labels[:200], steps=20)


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


@pytest.fixture
def view():
    return Steering(STATE, CLASSIFIER)


def pictures(noise, label):
    import torch

    z = torch.as_tensor(np.column_stack([noise, np.tile(np.eye(10)[label], (len(noise), 1))])).float()
    with torch.no_grad():
        return STATE.generator(z)[:, :64].double().numpy()


def noise_of(seed, n=SHOWN):
    return np.random.default_rng(seed).standard_normal((n, 4))


def test_it_is_among_the_views():
    assert widgets.Steering is Steering


def test_it_begins_with_digits_that_nobody_pushed(view):
    answer = view.now()
    assert answer["pictures"].shape == (2 * SHOWN, 64)
    np.testing.assert_array_equal(answer["pictures"][:SHOWN], answer["pictures"][SHOWN:])
    np.testing.assert_allclose(answer["pictures"][:SHOWN], pictures(noise_of(0), 7), atol=1e-6)
    assert answer["changes"] == [0.0] * 4
    assert answer["read_as"] == answer["read_before"]


@pytest.mark.parametrize(("goal", "strength"), [("thickness", 2.0), ("thickness", -2.0), ("slant", 1.5)])
@pytest.mark.parametrize("hold", [False, True])
def test_it_shows_the_walk(view, goal, strength, hold):
    answer = view.push(label=3, goal=goal, strength=strength, hold=hold, seed=5)
    sign = np.sign(strength)
    others = tuple(score for name, score in ATTRIBUTES.items() if name != goal) if hold else ()
    walked = steer(
        STATE.generator, noise_of(5), [3] * SHOWN, lambda x: sign * ATTRIBUTES[goal](x), abs(strength),
        STEPS, others,
    )  # fmt: skip
    before, after = pictures(noise_of(5), 3), pictures(walked, 3)
    np.testing.assert_allclose(answer["pictures"], np.concatenate([before, after]), atol=1e-5)
    unit = attributes(pictures(noise_of(3, MEASURED), 3))
    for name in ATTRIBUTES:
        expected = (attributes(after)[name] - attributes(before)[name]).mean() / unit[name].std()
        assert view.change[name] == pytest.approx(expected, abs=1e-3)
        size = np.abs(attributes(after)[name] - attributes(before)[name]).mean() / unit[name].std()
        assert answer["sizes"][list(ATTRIBUTES).index(name)] == pytest.approx(size, abs=1e-3)
    assert (np.array(answer["sizes"]) >= np.abs(answer["changes"]) - 1e-9).all()
    sure = [CLASSIFIER.probabilities(part)[:, 3].mean() for part in (before, after)]
    assert view.change["as asked"] == pytest.approx(sure[1] - sure[0], abs=1e-5)
    assert answer["likely"] == pytest.approx(sure, abs=1e-5)
    assert np.sign(view.change[goal]) == sign


def test_toward_another_class(view):
    answer = view.push(label=3, goal="looks like a 5", strength=3)
    sure = [
        CLASSIFIER.probabilities(answer["pictures"][part])[:, 5].mean() for part in (slice(12), slice(12, 24))
    ]
    assert sure[1] > sure[0]


def test_what_is_not_named_stays(view):
    view.push(label=4, goal="width", strength=1, seed=9)
    answer = view.push(hold=True)
    assert [answer[name] for name in ("label", "goal", "strength", "hold", "seed")] == [
        4,
        "width",
        1.0,
        True,
        9,
    ]
    assert view.now()["label"] == 4


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"label": 10}, "label must be below 10; got 10"),
        ({"label": 1.5}, "label must be a whole number"),
        ({"goal": "beauty"}, "goal must be one of thickness, slant, width, looks like a 0"),
        ({"strength": 4.5}, "strength must be from -4 to 4; got 4.5"),
        ({"strength": float("nan")}, "strength must be finite"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"speed": 3}, "settings must be of label, goal, strength, hold, seed; got speed"),
    ],
)
def test_a_wrong_setting_changes_nothing(view, wanted, sentence):
    view.push(label=2, strength=1)
    before, change = view.settings, view.change
    with pytest.raises(ValueError, match=sentence):
        view.push(**wanted)
    assert view.settings == before
    assert view.change is change


def test_a_generator_without_labels_is_refused():
    with pytest.raises(ValueError, match="takes no labels"):
        Steering(TrainState.create(CONFIG, digits()), CLASSIFIER)


def test_looking_does_not_change_the_run(view):
    state = STATE.generator.state_dict()
    before = {name: value.clone() for name, value in state.items()}
    view.push(label=1, strength=4, hold=True)
    assert all((before[name] == value).all() for name, value in STATE.generator.state_dict().items())
    assert all(weight.requires_grad for weight in STATE.generator.parameters())
    assert all(weight.grad is None or not weight.grad.any() for weight in STATE.generator.parameters())


def test_every_answer_can_be_sent(view):
    for goal in view.goals:
        for strength in (-4, 0, 4):
            content, buffers = packed(view.push(label=0, goal=goal, strength=strength, hold=True))
            json.dumps(content, allow_nan=False)
            assert all(np.isfinite(np.frombuffer(part, "<f4")).all() for part in buffers)
            assert sum(map(len, buffers)) < 10_000


def test_every_verb_of_the_page_is_one_that_it_may_ask():
    verbs = re.findall(r'(?:ask|newestOnly)\("(\w+)"', (HERE / "steering.js").read_text())
    assert {"now", "push"} == set(verbs)
    assert all(Steering.__dict__[verb].asked for verb in verbs)
