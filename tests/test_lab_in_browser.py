"""The critic lab as a learner meets it: JupyterLab, a real browser, mouse and keyboard."""

import time

import pytest

pytestmark = pytest.mark.browser

LAB = 'from wgan_edu.widgets import CriticLab\nlab = CriticLab("shift")\nlab'


class View:
    def __init__(self, learner, cell=0):
        self.view = learner.cell(cell).locator(".wgan-edu")
        self.view.scroll_into_view_if_needed()
        self.wait("painted", lambda painted: painted >= 1)

    def number(self, name):
        value = self.view.get_attribute(f"data-{name}")
        return float(value) if value not in (None, "", "null", "true", "false") else float("nan")

    def wait(self, name, holds, seconds=60):
        for _ in range(int(20 * seconds)):
            if holds(self.number(name)):
                return self.number(name)
            time.sleep(0.05)
        raise AssertionError(f"{name} stayed {self.number(name)}; the view says: {self.view.inner_text()}")

    def press(self, name):
        self.view.get_by_role("button", name=name, exact=True).click()


def test_choose_play_pause_step_reset(learner):
    someone = learner(LAB, "print('steps', lab.run.step, lab.run.choice)")
    someone.run_cell(0)
    lab = View(someone)
    assert lab.number("step") == 0
    choice = lab.view.get_by_role("combobox", name="Constraint")
    choice.select_option("orthonormal, GroupSort")
    lab.wait("painted", lambda painted: painted >= 2)
    lab.press("Play")
    lab.wait("step", lambda step: step > 30)
    lab.press("Pause")
    time.sleep(0.8)
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
    lab.view.get_by_role("button", name="Step", exact=True).focus()
    someone.page.keyboard.press("Enter")
    lab.wait("step", lambda now: now == 1)
    assert someone.errors == []
