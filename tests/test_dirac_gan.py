"""The Dirac-GAN's view without a browser: what the page may ask, and that it shows the game of `dirac`."""

import json
import re

import numpy as np
import pytest
from ipywidgets import Widget

from wgan_edu import widgets
from wgan_edu.dirac import VARIANTS, flow_matrix, step_matrix, trajectory, velocity
from wgan_edu.widgets.base import HERE, packed
from wgan_edu.widgets.dirac_gan import HALF_WIDTH, NAMES, SIDE, STEPS, DiracGan


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


def test_it_is_among_the_views():
    assert widgets.DiracGan is DiracGan
    assert list(NAMES) == list(VARIANTS), "the menu names every game"


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_shows_the_game(variant):
    view = DiracGan(variant)
    answer = view.portrait(theta=0.5, psi=-1.0, lr=0.2, n_critic=3)
    expected = trajectory(variant, [0.5, -1.0], STEPS, 0.2, 3)
    assert np.array_equal(view.path, expected)
    assert np.allclose(answer["path"], expected)
    assert answer["moves"].shape == (SIDE**2, 2)
    corner = np.array(
        [HALF_WIDTH, -HALF_WIDTH]
    )  # the first row is the lowest psi, its last place at the right
    move = trajectory(variant, corner, 1, 0.2, 3)[1] - corner
    assert np.allclose(answer["moves"][SIDE - 1], move / 0.2)
    tiny = view.portrait(lr=1e-6, n_critic=1, simultaneous=True)["moves"][SIDE - 1]
    if variant != "wgan_clip":  # which may not stay at the corner
        assert np.allclose(tiny, np.ravel(velocity(variant, *corner)), atol=1e-4)


def test_it_shows_the_eigenvalues():
    view = DiracGan("r1")
    answer = view.portrait(lr=0.2, n_critic=2)
    flow = np.linalg.eigvals(flow_matrix("r1"))
    step = np.linalg.eigvals(step_matrix("r1", 0.2, 2))
    assert answer["flow_real"] == pytest.approx(flow.real.max())
    assert answer["flow_imaginary"] == pytest.approx(flow.imag.max())
    assert answer["factor"] == pytest.approx(np.abs(step).max())
    assert answer["turn"] == pytest.approx(np.abs(np.angle(step)).max())
    overdamped = view.portrait(lr=0.1, n_critic=5)  # two real eigenvalues: the larger one is what lasts
    assert overdamped["factor"] == pytest.approx(np.abs(np.linalg.eigvals(step_matrix("r1", 0.1, 5))).max())
    kinked = packed(view.portrait("wgan_gp"))[0]
    assert [kinked[name] for name in ("flow_real", "flow_imaginary", "factor", "turn")] == 4 * [None]


def test_what_is_not_named_stays():
    view = DiracGan()
    view.portrait("gan", lr=0.3)
    answer = view.portrait(theta=-1.5)
    assert (answer["variant"], answer["lr"], answer["theta"], answer["psi"]) == ("gan", 0.3, -1.5, 0.0)
    assert view.now()["theta"] == -1.5


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"variant": "lsgan"}, "variant must be one of"),
        ({"lr": 0}, "lr must be greater than 0"),
        ({"n_critic": 0}, "n_critic must be a whole number"),
        ({"theta": float("nan")}, "start must be finite"),
        ({"speed": 3}, "settings must be of variant, theta, psi, lr, n_critic, simultaneous; got speed"),
    ],
)
def test_a_wrong_setting_changes_nothing(change, sentence):
    view = DiracGan("gan")
    before, path = view.settings, view.path
    with pytest.raises(ValueError, match=sentence):
        view.portrait(**change)
    assert view.settings == before
    assert view.path is path
    with pytest.raises(ValueError, match="variant must be one of"):
        DiracGan("lsgan")


def test_every_answer_can_be_sent():
    view = DiracGan()
    for variant in VARIANTS:
        for simultaneous in (False, True):  # at the ends of the sliders it flies off, by powers of ten
            answer = view.portrait(variant, theta=2, psi=2, lr=0.5, n_critic=10, simultaneous=simultaneous)
            content, buffers = packed(answer)
            json.dumps(content, allow_nan=False)
            assert all(np.isfinite(np.frombuffer(part, "<f4")).all() for part in buffers)
            assert sum(map(len, buffers)) < 10_000


def test_every_verb_of_the_page_is_one_that_it_may_ask():
    verbs = re.findall(r'(?:ask|newestOnly)\("(\w+)"', (HERE / "dirac_gan.js").read_text())
    assert {"now", "portrait"} == set(verbs)
    assert all(DiracGan.__dict__[verb].asked for verb in verbs)
