"""The dashboard as a learner meets it: JupyterLab, a real browser, mouse and keyboard."""

import pytest
from browser import View

pytestmark = pytest.mark.browser

BOARD = """
from dataclasses import replace
from wgan_edu.training import PRESETS
from wgan_edu.widgets import Dashboard
small = replace(PRESETS["digits_conv"], hidden=(3, 4), batch_size=8, generator_steps=200)
board = Dashboard(small{folder})
board
"""
BREAK = "board.run.state.data = None"
MEND = "from wgan_edu.images import digits_8\nboard.run.state.data = digits_8()"


def test_play_pause_step_reset(learner):
    someone = learner(BOARD.format(folder=""), "print('steps', board.run.state.generator_steps)")
    someone.run_cell(0)
    board = View(someone)
    assert board.number("step") == 0
    gray = board.number("ink")
    board.press("Play")
    board.wait("step", lambda step: step > 20)
    board.press("Pause")
    assert board.stands_still()
    step = board.number("step")
    assert step < 200
    assert board.number("ink") != gray, "the pictures have changed"
    assert board.number("gap") != board.number("validation")
    assert board.number("rate") > 0
    assert board.number("left") > 0
    assert board.number("memory") > 5e7
    assert f"step {step:.0f} of 200" in board.paper.inner_text()
    someone.run_cell(1)
    someone.page.wait_for_function("document.body.innerText.includes('steps ')")
    assert f"steps {step:.0f}" in someone.output(1)
    board.press("Step")
    board.wait("step", lambda now: now == step + 1)
    board.paper.get_by_role("button", name="Step", exact=True).focus()
    someone.page.keyboard.press("Enter")
    board.wait("step", lambda now: now == step + 2)
    board.press("Reset")
    board.wait("step", lambda now: now == 0)
    board.press("Play")
    board.wait("step", lambda now: now == 200)
    someone.page.wait_for_function("document.body.innerText.includes('The run is finished.')")
    assert someone.errors == []


def test_an_error_is_shown_where_the_learner_looks_and_the_run_goes_on(learner, tmp_path):
    someone = learner(BOARD.format(folder=f", folder={str(tmp_path / 'run')!r}"), BREAK, MEND)
    someone.run_cell(0)
    board = View(someone)
    assert not board.paper.get_by_role("button", name="Reset", exact=True).is_visible()
    board.press("Step")
    board.wait("step", 1)
    someone.run_cell(1)
    board.press("Play")
    board.paper.get_by_role("alert").wait_for()
    assert "AttributeError" in board.paper.get_by_role("alert").inner_text()
    assert board.paper.get_by_role("button", name="Play", exact=True).is_visible(), "it has stopped playing"
    someone.run_cell(2)
    step = board.number("step")
    board.press("Step")
    board.wait("step", lambda now: now > step)
    assert not board.paper.get_by_role("alert").is_visible()
    assert list((tmp_path / "run").glob("*.pt")), "and it has been saved"
