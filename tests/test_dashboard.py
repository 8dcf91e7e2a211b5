"""The dashboard without a browser: its frames, its costs, saving, errors, and what goes to the page."""

import json
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
from ipywidgets import Widget

from wgan_edu import widgets
from wgan_edu.checkpoint import Diverged, checkpoints
from wgan_edu.images import digits_8, digits_28
from wgan_edu.looking import values_at
from wgan_edu.training import PRESETS, TrainState, train
from wgan_edu.widgets import image_run
from wgan_edu.widgets.base import HERE, packed
from wgan_edu.widgets.dashboard import Dashboard
from wgan_edu.widgets.image_run import N_POINTS, NOISE_SEED, REAL_SEED, ImageRun, memory_used

SMALL = replace(PRESETS["digits_conv"], hidden=(3, 4), batch_size=8, generator_steps=12, n_critic=2)


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


def bits(state):
    return [weight.tolist() for network in (state.generator, state.critic) for weight in network.parameters()]


def test_a_frame_says_what_the_run_is():
    run = ImageRun(SMALL)
    frame, state = run.advance(5), run.state
    fake = values_at(state.critic, state.sample(N_POINTS, NOISE_SEED, averaged=False)).mean()
    for gap, data in ((frame.gap, digits_8()), (frame.validation_gap, digits_8("test"))):
        assert gap == pytest.approx(values_at(state.critic, data.sample(N_POINTS, REAL_SEED)).mean() - fake)
    assert frame.gap != frame.validation_gap
    assert frame.step == state.generator_steps == 5
    assert np.array_equal(frame.pictures, state.sample(36, NOISE_SEED))
    alone = TrainState.create(SMALL, digits_8())
    last = [step for step, _ in zip(train(alone), range(5), strict=False)][-1]
    assert frame.critic_grad_norm == last.critic_grad_norm > 0
    assert frame.generator_grad_norm == last.generator_grad_norm > 0


def test_looking_changes_nothing():
    run, alone = ImageRun(SMALL), TrainState.create(SMALL, digits_8())
    while not run.done:
        run.advance(2)
    for _ in train(alone):
        pass
    assert bits(run.state) == bits(alone)
    assert run.trace().shape == (5, 7)
    assert run.trace()[0].tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert len(run.frames) == 7
    run.advance(2)
    assert len(run.frames) == 7, "after the last step it stands still"


def test_the_costs_are_those_of_the_latest_frame(monkeypatch):
    run = ImageRun(SMALL)
    first = run.frames[0]
    assert np.isnan([first.rate, first.seconds_left, first.critic_grad_norm]).all()
    run.advance(2)
    seconds = run.state.seconds
    frame = run.advance(4)
    seconds = run.state.seconds - seconds
    assert frame.rate == pytest.approx(4 * 2 * 8 / seconds)
    assert frame.seconds_left == pytest.approx(6 * seconds / 4)
    assert run.advance(100).seconds_left == 0


def test_memory_is_that_of_the_process():
    before = memory_used()
    assert 50e6 < before < 20e9
    ballast = np.ones(40_000_000)
    assert memory_used() - before > 0.9 * ballast.nbytes


def test_a_budget_and_a_limit(monkeypatch):
    run = ImageRun(SMALL)
    assert run.advance(50, budget=0).step == 1, "at least one step"
    assert run.advance(50, budget=60).step == 12
    assert run.done
    monkeypatch.setattr(image_run, "MOST_FRAMES", 6)
    run.reset()
    for _ in range(12):
        run.advance(1)
    assert len(run.frames) <= 6
    assert run.trace()[0, 0] == 0
    assert run.trace()[0, -1] == 12


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_stops_after_a_whole_step_and_the_run_goes_on(monkeypatch):
    run, alone = ImageRun(SMALL), TrainState.create(SMALL, digits_8())
    for _ in train(alone):
        pass
    draw = TrainState.draw_noise

    def interrupted(state):
        """Someone presses Interrupt in the middle of the fourth generator step."""
        if state.generator_steps == 3:
            signal.raise_signal(signal.SIGINT)
        return draw(state)

    with monkeypatch.context() as pressed:
        pressed.setattr(TrainState, "draw_noise", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run.advance(12)
    assert run.state.generator_steps == 4
    for _ in range(3):
        run.advance(3)
    assert run.done
    assert bits(run.state) == bits(alone)


def test_a_saved_run_is_resumed(tmp_path):
    run = ImageRun(SMALL, folder=tmp_path)
    run.advance(5)
    run._saved.save()
    again = ImageRun(SMALL, folder=tmp_path)
    assert again.frames[0].step == 5
    assert bits(again.state) == bits(run.state)
    again.advance(100)
    assert checkpoints(tmp_path)[-1].name.endswith("step-12.pt"), "saved at its end"
    assert again.reset().step == 12, "a saved run is not thrown away"
    with pytest.raises(ValueError, match="use another folder"):
        ImageRun(replace(SMALL, z_dim=5), folder=tmp_path)


def test_a_disk_that_takes_nothing_is_told_of(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wgan_edu.checkpoint.write_whole", full)
    board = Dashboard(SMALL, folder=tmp_path)
    with pytest.warns(UserWarning, match="cannot be saved"):
        answer = board.tick(2, 10.0)
    assert answer["step"] == 2
    assert "No space left" in answer["problem"]
    assert "training goes on" in answer["problem"] or "It goes on" in answer["problem"]


def test_an_error_leaves_a_run_that_goes_on(monkeypatch):
    run = ImageRun(SMALL)
    run.advance(2)
    with monkeypatch.context() as broken:
        broken.setattr("wgan_edu.training.TrainState.draw_noise", None)
        with pytest.raises(TypeError):
            run.advance(1)
    assert run.advance(1).step == 3


@pytest.mark.filterwarnings("ignore:The loss was not finite")
def test_a_run_that_diverges_says_so(tmp_path):
    board = Dashboard(replace(SMALL, lr_critic=1e30), folder=tmp_path)
    sent = []
    board.send = lambda content, buffers=None: sent.append(content)
    board._asked(None, {"ask": "1", "verb": "tick", "values": {"steps": 10, "budget": 10}})
    assert sent[0]["answer"] == "1"
    assert Diverged.__name__ in sent[0]["error"]


def test_other_pictures_of_another_size():
    with pytest.raises(
        ValueError, match=r"held_out must have the shape of pictures; got \(28, 28\) and \(8, 8\)"
    ):
        ImageRun(SMALL, digits_28(50))
    run = ImageRun(SMALL, digits_28(50), digits_28(60))
    assert run.advance(1).pictures.shape == (36, 784)


def test_the_view_answers_what_the_run_says():
    assert widgets.Dashboard is Dashboard
    board = Dashboard(SMALL)
    for answer in (board.now(), board.tick(2, 10.0), board.reset()):
        content, buffers = packed(answer)
        json.dumps(content, allow_nan=False)
        assert sum(map(len, buffers)) < 40_000
    assert board.tick(2, 10.0)["step"] == 2
    answer, frame = board.now(), board.run.frames[-1]
    assert (answer["gap"], answer["validation_gap"]) == (frame.gap, frame.validation_gap)
    assert (answer["side"], answer["last_step"], answer["saved"], answer["device"]) == (8, 12, False, "cpu")


def test_the_page_asks_only_what_there_is():
    script = (HERE / "dashboard.js").read_text()
    for verb in ("now", "tick", "reset"):
        assert f'ask("{verb}"' in script
        assert Dashboard.__dict__[verb].asked


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_on_a_gpu():
    board = Dashboard(SMALL, digits_8(device="cuda"), digits_8("test", "cuda"), "cuda")
    assert board.tick(3, 10.0)["memory"] > 0
