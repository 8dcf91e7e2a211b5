"""The widgets without a browser: what the page may ask, what it gets, and that looking changes nothing."""

import gc
import json
import subprocess
import sys
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from ipywidgets import Widget

from wgan_edu import widgets
from wgan_edu.data import SwissRoll, digits, grid_of_25, ring_of_8
from wgan_edu.lipschitz import WeightClipping, input_gradients
from wgan_edu.training import PRESETS, TrainConfig, TrainState, critic_step, generator_step, train
from wgan_edu.transport import w1_exact
from wgan_edu.widgets import base, core_player, training_run
from wgan_edu.widgets.base import PulledWidget, asked, joined, packed
from wgan_edu.widgets.training_player import TrainingPlayer
from wgan_edu.widgets.training_run import TrainingRun

SMALL = TrainConfig(
    hidden=(8,), batch_size=16, n_critic=2, generator_steps=12, lr_critic=1e-2, lr_generator=1e-2
)


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


def bits(state):
    weights = [*state.generator.parameters(), *state.critic.parameters()]
    return [weight.detach().numpy().tobytes() for weight in weights]


# --- the run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [SMALL, replace(SMALL, loss="gan"), replace(SMALL, ema_decay=0.9)])
def test_watching_changes_no_bit(config):
    alone = TrainState.create(config, ring_of_8())
    for _ in train(alone):
        pass
    watched = TrainingRun(config)
    watched.advance(3)
    watched.advance(10**6, budget=0.0)
    watched.trace()
    while not watched.done:
        watched.advance(2)
    assert bits(watched.state) == bits(alone)
    assert watched.state.critic_steps == alone.critic_steps


def test_steps_by_hand_are_the_steps_of_the_algorithm():
    run, alone = TrainingRun(SMALL), TrainState.create(SMALL, ring_of_8())
    for _ in range(2):
        run.critic_step()
        critic_step(alone)
    frame = run.generator_step()
    generator_step(alone)
    assert bits(run.state) == bits(alone)
    assert (frame.critic_steps, frame.generator_steps) == (2, 1)


def test_a_frame_says_what_is_there():
    run = TrainingRun(SMALL)
    frame = run.advance(5)
    frame = run.critic_step()
    fake = run.state.sample(len(frame.fake), training_run.NOISE_SEED, averaged=False)
    np.testing.assert_array_equal(frame.fake, fake)
    critic = run.state.critic

    def f(x):
        with torch.no_grad():
            return critic(torch.as_tensor(x, dtype=torch.float32)).numpy()

    assert frame.gap == pytest.approx(f(run.real).mean() - f(fake).mean(), abs=1e-6)
    assert frame.w1 == w1_exact(run.real, fake)
    assert 0 <= frame.certified <= frame.w1 + 1e-12
    np.testing.assert_allclose(frame.arrows, input_gradients(critic, fake)[: len(frame.arrows)], atol=1e-6)
    assert frame.push == pytest.approx(np.linalg.norm(frame.arrows, axis=1).mean())
    corner = run.center - run.half_width  # the first value is that of the lower left corner
    assert frame.surface[0, 0] == pytest.approx(f(corner[None])[0], abs=1e-6)
    assert frame.surface[0, -1] == pytest.approx(f(corner[None] + [[2 * run.half_width, 0]])[0], abs=1e-6)


def test_the_arrows_of_a_gan_are_what_its_loss_does_to_the_samples():
    """Moving a sample by a small part of its arrow lowers the loss at the rate of the arrow's square."""
    for loss in ("gan", "gan_nonsaturating"):
        run = TrainingRun(replace(SMALL, loss=loss))
        frame = run.advance(5)
        logits = run.state.critic(torch.as_tensor(frame.fake, dtype=torch.float32)).detach().double()[:64]
        share = torch.sigmoid(logits) if loss == "gan" else torch.sigmoid(-logits)
        expected = share.numpy()[:, None] * input_gradients(run.state.critic, frame.fake)[:64]
        np.testing.assert_allclose(frame.arrows, expected, atol=1e-6)


def test_frames_are_thinned_and_the_first_stays(monkeypatch):
    monkeypatch.setattr(training_run, "MOST_FRAMES", 16)
    run = TrainingRun(replace(SMALL, generator_steps=200))
    for _ in range(100):
        run.advance(1)
    steps = [frame.generator_steps for frame in run.frames]
    assert len(steps) < 16
    assert steps[0] == 0
    assert steps == sorted(steps)
    gaps = np.diff(steps)
    assert gaps.max() <= 2 * gaps.min(), "even over the run"
    solved = [frame for frame in run.frames if not np.isnan(frame.w1)]
    assert len(solved) >= len(run.frames) // training_run.SOLVE_EVERY
    assert run.trace()[0, -1] == run.current.generator_steps == 100


def test_a_finished_run_stays_as_it_is():
    run = TrainingRun(SMALL)
    last = run.advance(10**6)
    assert run.done
    assert not np.isnan(last.w1), "the last frame of a run has its W1"
    assert run.advance(5) is last
    run.reset()
    assert run.state.generator_steps == 0
    assert len(run.frames) == 1


def test_reset_gives_the_same_run_again():
    run = TrainingRun(SMALL)
    first = run.advance(4)
    run.reset()
    again = run.advance(4)
    np.testing.assert_array_equal(first.fake, again.fake)


def test_the_floor_is_w1_of_the_data_against_itself():
    run = TrainingRun(SMALL)
    data = ring_of_8()
    n = training_run.N_POINTS
    a, b = data.sample(n, training_run.REAL_SEED), data.sample(n, training_run.OTHER_SEED)
    assert run.floor == w1_exact(a, b) > 0


@pytest.mark.parametrize("data", [grid_of_25(), SwissRoll()])
def test_any_data_of_the_plane_will_do(data):
    run = TrainingRun(SMALL, data)
    frame = run.advance(2)
    inside = np.abs(run.real - run.center).max()
    assert inside < run.half_width
    assert frame.modes == (-1 if isinstance(data, SwissRoll) else 0) or frame.modes > 0


def test_other_data_gets_a_sentence():
    with pytest.raises(ValueError, match=r"data must be points of the plane, .*got shape \(256, 64\)"):
        TrainingRun(SMALL, digits())

    class Point:
        def sample(self, n, seed):
            return np.zeros((n, 2))

    with pytest.raises(ValueError, match="spread over the plane"):
        TrainingRun(SMALL, Point())


def test_the_default_finds_seven_modes():
    """The benchmark without its clock: a number of steps that thirty seconds allow with ease."""
    run = TrainingRun(replace(PRESETS["live"], seed=77))
    modes = 0
    while modes < 7 and run.state.generator_steps < 1200:
        modes = run.advance(50).modes
    assert modes >= 7


# --- asking and answering ---------------------------------------------------------------------------


class Asked(PulledWidget):
    _esm = "export default { render() {} }"

    def __init__(self):
        super().__init__()
        self.sent = []
        self.trouble = None

    def send(self, content, buffers=None):
        self.sent.append((content, buffers))

    @asked
    def double(self, x):
        if self.trouble:
            raise self.trouble
        return {"twice": 2 * x, "row": np.arange(3.0), "nothing": float("nan")}

    def secret(self):
        return {"secret": 1}


def test_a_question_gets_its_answer():
    view = Asked()
    view._asked(view, {"ask": "a-1", "verb": "double", "values": {"x": 4}}, [])
    [(content, buffers)] = view.sent
    assert content["answer"] == "a-1"
    assert content["twice"] == 8
    assert content["nothing"] is None
    assert content["row"] == {"buffer": 0, "shape": [3]}
    assert np.frombuffer(buffers[0], "<f4").tolist() == [0, 1, 2]
    json.dumps(content, allow_nan=False)


@pytest.mark.parametrize("verb", ["secret", "close", "_asked", "nowhere", None, 3, "trouble"])
def test_only_marked_methods_may_be_asked(verb):
    view = Asked()
    view._asked(view, {"ask": 1, "verb": verb}, [])
    assert view.sent[0][0]["error"].startswith("ValueError: verb must be one that the page may ask for")


def test_what_goes_wrong_is_sent_and_the_next_question_is_answered():
    view = Asked()
    view.trouble = RuntimeError("the tap is closed")
    view._asked(view, {"ask": 1, "verb": "double", "values": {"x": 1}}, [])
    view.trouble = KeyboardInterrupt()
    view._asked(view, {"ask": 2, "verb": "double", "values": {"x": 1}}, [])
    view.trouble = None
    view._asked(view, {"ask": 3, "verb": "double", "values": {"y": 1}}, [])
    view._asked(view, {"ask": 4, "verb": "double", "values": {"x": 1}}, [])
    first, second, third, fourth = (content for content, _ in view.sent)
    assert first["error"] == "RuntimeError: the tap is closed"
    assert "Traceback" in first["traceback"]
    assert second["interrupted"]
    assert third["error"].startswith("TypeError")
    assert fourth["twice"] == 2


def test_noise_is_not_answered():
    view = Asked()
    for question in (None, 3, "ask", {}, {"verb": "double"}):
        view._asked(view, question, [])
    assert view.sent == []


def test_a_view_brings_its_first_answer_along():
    """On Run All the kernel is busy with the cells below, and could not answer for a while."""
    player = TrainingPlayer(SMALL)
    assert player.first is None
    player.run.advance(3)  # in the same cell, before it is shown
    player._repr_mimebundle_()
    content = player.first["content"]
    assert content["generator_steps"] == 3
    fake = np.frombuffer(player.first["buffers"][content["fake"]["buffer"]], "<f4")
    np.testing.assert_allclose(fake.reshape(-1, 2) + player.run.center, player.run.current.fake, atol=1e-6)
    player._asked(player, {"ask": 1, "verb": "critic_step"}, [])
    assert player.first is None, "a page that reloads now has to ask"


def test_arrays_go_as_float32():
    content, buffers = packed({"a": np.eye(2), "b": 1, "c": float("inf"), "d": np.arange(3)})
    assert content == {
        "a": {"buffer": 0, "shape": [2, 2]}, "b": 1, "c": None, "d": {"buffer": 1, "shape": [3]},
    }  # fmt: skip
    assert len(buffers[0]) == 16


class Shell:
    """As much of IPython as tells one cell from another."""

    def __init__(self, cell):
        self.cell, self.execution_count = cell, 1

    def get_parent(self):
        return {"metadata": {"cellId": self.cell}, "content": {"code": "Asked()"}}


def test_a_cell_that_runs_again_closes_its_earlier_views(monkeypatch):
    shell = Shell("one")
    monkeypatch.setattr(base, "get_ipython", lambda: shell)
    first, second = Asked(), Asked()  # two views of one cell may live side by side
    assert first.comm is not None
    assert second.comm is not None
    shell.execution_count = 2
    third = Asked()
    assert first.comm is None
    assert second.comm is None
    shell.cell = "another"
    fourth = Asked()
    assert third.comm is not None
    assert fourth.comm is not None


# --- the player -------------------------------------------------------------------------------------


def test_every_button_has_a_method_and_every_answer_can_be_sent():
    player = TrainingPlayer(SMALL)
    for answer in (
        player.now(), player.tick(2, 1.0), player.critic_step(), player.generator_step(), player.show(0),
        player.show(10**6), player.show(-5), player.reset(),
    ):  # fmt: skip
        assert answer["choices"] == []
        content, buffers = packed(answer)
        json.dumps(content, allow_nan=False)
        assert sum(map(len, buffers)) < 20_000, "a frame is small, or a slow line would not keep up"
    assert player.run.state.generator_steps == 0


def test_every_verb_of_the_page_is_one_that_it_may_ask():
    source = (base.HERE / "training_player.js").read_text()
    for verb in ("now", "tick", "critic_step", "generator_step", "reset", "show", "choose"):
        assert f'"{verb}"' in source
        assert TrainingPlayer.__dict__[verb].asked


def test_scrubbing_leaves_the_run_alone():
    player = TrainingPlayer(SMALL)
    player.tick(3, 10.0)
    before = bits(player.run.state)
    assert player.show(0)["generator_steps"] == 0
    assert bits(player.run.state) == before
    assert player.now()["generator_steps"] == 3


def test_one_module_holds_the_palette_and_both_files():
    module = joined("shared.js", "training_player.js")
    assert module.startswith('const COLORS = {"real": "#0072B2"')
    assert module.count("export default") == 1
    assert "function connect" in module


CHOICES = {"penalty": SMALL, "clipping": replace(SMALL, constraint=WeightClipping(0.05))}


def test_choosing_a_constraint_begins_its_own_run():
    player = TrainingPlayer(choices=CHOICES)
    assert (player.now()["choice"], player.now()["choices"]) == ("penalty", ["penalty", "clipping"])
    player.tick(3, 10.0)
    chosen = player.choose("clipping")
    assert (chosen["choice"], chosen["generator_steps"], chosen["frames"]) == ("clipping", 0, 1)
    player.tick(3, 10.0)
    alone = TrainState.create(CHOICES["clipping"], ring_of_8())
    steps = train(alone)
    for _ in range(3):
        next(steps)
    assert bits(player.run.state) == bits(alone)
    assert max(weight.abs().max() for weight in player.run.state.critic.parameters()) <= 0.05 + 1e-7
    player.choose("penalty")
    player.tick(3, 10.0)
    assert bits(player.run.state) != bits(alone), "the other run is another run"
    with pytest.raises(ValueError, match="choice must be"):
        player.choose("spectral norm")
    assert player.run.choice == "penalty"
    assert TrainingPlayer(replace(SMALL, seed=5), choices=CHOICES).run.choice == "", "none of the choices"


def play(player):
    """Press the button of `Play`, whose trait has had two names."""
    setattr(player._play, "playing" if hasattr(player._play, "playing") else "_playing", True)


def test_the_core_player_chooses_as_well():
    player = core_player.TrainingPlayer(choices=CHOICES)
    [menu] = [part for part in player.children[0].children if type(part).__name__ == "Dropdown"]
    play(player)
    player._play.value += 1
    assert player.run.state.generator_steps > 0
    menu.value = "clipping"
    assert player.run.choice == "clipping"
    assert player.run.state.generator_steps == 0
    assert player._message.value == ""
    assert not any(
        type(part).__name__ == "Dropdown" for part in core_player.TrainingPlayer(SMALL).children[0].children
    )


# --- without anywidget ------------------------------------------------------------------------------


def test_the_core_player_shows_the_same_run(monkeypatch):
    player = core_player.TrainingPlayer(SMALL)
    first = player._picture.value
    assert 'alt="Points' in first
    assert "data:image/png;base64,iVBOR" in first
    buttons = player.children[0].children[1:]
    for button in buttons[:2]:
        button.click()
    assert player.run.state.critic_steps == 1
    assert player.run.state.generator_steps == 1
    assert player._picture.value != first
    player._play.value += 1  # a late tick of a pause
    assert player.run.state.generator_steps == 1
    play(player)
    player._play.value += 1
    assert player.run.state.generator_steps > 1
    last = player._scrub.max
    assert player._scrub.value == last >= 3
    steps = player.run.state.generator_steps
    player._scrub.value = 0
    assert "generator steps 0 of" in player._numbers.value
    assert player.run.state.generator_steps == steps
    monkeypatch.setattr(player.run, "critic_step", lambda: 1 / 0)
    play(player)
    buttons[0].click()
    assert "ZeroDivisionError" in player._message.value
    assert getattr(player._play, player._playing) is False
    buttons[2].click()
    assert player.run.state.generator_steps == 0
    assert player._message.value == ""


def test_the_picture_needs_no_pyplot(monkeypatch):
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "figure", lambda *_, **__: pytest.fail("pyplot knows no threads"))
    run = TrainingRun(replace(SMALL, constraint=WeightClipping(0.01)))
    assert core_player.picture(run, run.advance(2)).startswith(b"\x89PNG")


def test_the_fallback_is_chosen_where_anywidget_is_missing(monkeypatch):
    assert widgets.TrainingPlayer is TrainingPlayer
    monkeypatch.setattr(widgets, "find_spec", lambda name: None)
    assert widgets.TrainingPlayer is core_player.TrainingPlayer
    monkeypatch.undo()
    monkeypatch.setenv("WGAN_EDU_WIDGETS", "core")
    assert widgets.TrainingPlayer is core_player.TrainingPlayer
    with pytest.raises(AttributeError, match="no attribute 'Player'"):
        _ = widgets.Player


def test_other_views_say_in_a_sentence_what_they_miss(monkeypatch):
    monkeypatch.setenv("WGAN_EDU_WIDGETS", "core")
    for name in set(widgets.VIEWS) - {"TrainingPlayer"}:
        assert getattr(widgets, name)("anything", goes=True).value.startswith(f"{name} needs the package")


def test_every_view_is_where_the_table_says():
    for name in widgets.VIEWS:
        assert issubclass(getattr(widgets, name), PulledWidget)


def test_the_core_player_does_not_import_anywidget():
    code = (
        "import sys; sys.modules['anywidget'] = None; import os; os.environ['WGAN_EDU_WIDGETS'] = 'core'\n"
        "from wgan_edu.widgets import TrainingPlayer\n"
        "assert TrainingPlayer.__module__ == 'wgan_edu.widgets.core_player'"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_closed_players_leave_nothing_behind():
    """A player that nobody holds any more is collected, with its run."""
    player = TrainingPlayer(SMALL)
    player.tick(1, 1.0)
    run = weakref.ref(player.run)
    player.close()
    del player
    gc.collect()
    assert run() is None
