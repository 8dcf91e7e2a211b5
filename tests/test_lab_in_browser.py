"""The critic lab as a learner meets it: JupyterLab, a real browser, mouse and keyboard."""

import pytest
from browser import View

pytestmark = pytest.mark.browser

LAB = 'from wgan_edu.widgets import CriticLab\nlab = CriticLab("shift")\nlab'


def test_choose_play_pause_step_reset(learner):
    someone = learner(LAB, "print('steps', lab.run.step, lab.run.choice)")
    someone.run_cell(0)
    lab = View(someone)
    assert lab.number("step") == 0
    choice = lab.paper.get_by_role("combobox", name="Constraint")
    choice.select_option("orthonormal, GroupSort")
    lab.wait("painted", lambda painted: painted >= 2)
    lab.press("Play")
    lab.wait("step", lambda step: step > 30)
    lab.press("Pause")
    assert lab.stands_still()
    step = lab.number("step")
    assert 0.5 * lab.number("w1") < lab.number("raw") <= lab.number("certified") * 1.00001
    assert lab.number("certified") <= lab.number("w1")
    someone.run_cell(1)
    someone.page.wait_for_function("document.body.innerText.includes('steps ')")
    assert f"steps {step:.0f} orthonormal, GroupSort" in someone.output(1)
    lab.press("Step")
    lab.wait("step", lambda now: now == step + 1)
    lab.press("Reset")
    lab.wait("step", lambda now: now == 0)
    assert choice.input_value() == "orthonormal, GroupSort"
    lab.paper.get_by_role("button", name="Step", exact=True).focus()
    someone.page.keyboard.press("Enter")
    lab.wait("step", lambda now: now == 1)
    assert someone.errors == []
