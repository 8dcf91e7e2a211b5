"""The critic lab without a browser: its frames, its choices, and what goes to the page."""

import numpy as np
import pytest
import torch
from ipywidgets import Widget

from wgan_edu import widgets
from wgan_edu.fixed_pairs import fixed_pair, judge, train_critic
from wgan_edu.lipschitz import WeightClipping, input_gradients, mean_grad_norm
from wgan_edu.networks import mlp_critic
from wgan_edu.widgets.base import HERE
from wgan_edu.widgets.critic_lab import CriticLab
from wgan_edu.widgets.critic_run import CHOICES, GRID, LAST_STEP, N_POINTS, CriticRun


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


def test_a_frame_says_what_the_critic_is():
    run = CriticRun("shift", "clipping at 0.1", seed=2)
    frame = run.advance(7)
    pair = fixed_pair("shift", 2, N_POINTS)
    verdict = judge(run.critic, pair)
    assert (frame.step, frame.raw, frame.certified) == (7, verdict.raw, verdict.certified)
    assert run.pair.w1 == pair.w1
    assert frame.mean_norm == pytest.approx(mean_grad_norm(run.critic, np.concatenate([pair.x, pair.y])))
    norms = np.linalg.norm(input_gradients(run.critic, run.grid), axis=1).reshape(GRID, GRID)
    assert np.allclose(frame.norms, norms)
    assert (np.diff(run.grid.reshape(GRID, GRID, 2)[:, 0, 1]) > 0).all(), "rows from bottom to top"


def test_looking_changes_nothing():
    watched = CriticRun("shift", "clipping at 0.1")
    for _ in range(4):
        watched.advance(3)
    plain = mlp_critic(2, CHOICES["clipping at 0.1"].hidden, 0)
    run = train_critic(plain, WeightClipping(0.1), watched.pair.x, watched.pair.y, LAST_STEP)
    for _ in range(12):
        next(run)
    assert all(
        torch.equal(a, b) for a, b in zip(plain.parameters(), watched.critic.parameters(), strict=True)
    )


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_trains(name):
    run = CriticRun("shift", name)
    first, last = run.frames[0], run.advance(15)
    assert (first.step, last.step) == (0, 15)
    assert np.isfinite([last.raw, last.certified, last.mean_norm]).all()
    assert last.certified <= run.pair.w1 * (1 + 1e-9)
    steep = {"none", "row norm 1", "clipping at 0.1", *(c for c in CHOICES if c.startswith("penalty"))}
    if name not in steep:
        assert last.norms.max() <= 1 + 1e-5
        assert last.raw <= run.pair.w1 * (1 + 1e-5)


def test_choosing_begins_again_on_the_same_points():
    run = CriticRun("grid")
    run.advance(5)
    x = run.pair.x
    frame = run.choose("cones")
    assert frame.step == 0
    assert run.pair.x is x
    assert run.trace().shape == (3, 1)
    run.advance(2)
    run.advance(2)
    assert run.trace()[0].tolist() == [0, 2, 4]


def test_a_budget_and_the_end(monkeypatch):
    run = CriticRun("shift")
    assert run.advance(50, budget=0).step == 1, "at least one step"
    monkeypatch.setattr("wgan_edu.widgets.critic_run.LAST_STEP", 4)
    run.choose("clipping at 0.1")
    assert not run.done
    assert run.advance(10).step == 4
    assert run.done
    frames = len(run.frames)
    assert run.advance(10).step == 4
    assert len(run.frames) == frames


def test_names_are_checked():
    with pytest.raises(
        ValueError, match=r"^pair must be one of 'shift', 'grid', 'shifted grid'; got 'digits'"
    ):
        CriticRun("digits")
    with pytest.raises(ValueError, match=r"^choice must be one of 'none'"):
        CriticRun(choice="weight decay")


def test_the_view_answers_what_the_run_says():
    assert widgets.CriticLab is CriticLab
    view = CriticLab("shift", "cones", seed=1)
    answer = view.tick(steps=3, budget=10)
    frame = view.run.frames[-1]
    assert (answer["step"], answer["raw"], answer["choice"]) == (3, frame.raw, "cones")
    assert answer["norms"] is frame.norms
    assert answer["choices"] == list(CHOICES)
    assert np.allclose(answer["real"] + answer["center"], view.run.pair.x)
    assert view.choose(name="clipping at 0.1")["step"] == 0
    assert view.now()["choice"] == "clipping at 0.1"
    with pytest.raises(ValueError, match="choice must be one of"):
        view.choose(name="x")


def test_the_page_asks_only_what_there_is():
    script = (HERE / "critic_lab.js").read_text()
    for verb in ("now", "tick", "choose"):
        assert f'ask("{verb}"' in script
        assert CriticLab.__dict__[verb].asked
