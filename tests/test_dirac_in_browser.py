"""The Dirac-GAN's phase portrait as a learner meets it: mouse, menus and keyboard in JupyterLab."""

import numpy as np
import pytest
from browser import View

from wgan_edu.dirac import step_matrix, trajectory

pytestmark = pytest.mark.browser

VIEW = "from wgan_edu.widgets import DiracGan\nview = DiracGan()\nview"


class Portrait(View):
    seconds = 30

    def __init__(self, learner):
        super().__init__(learner)
        self.canvas = self.paper.get_by_role("img").first
        self.canvas.scroll_into_view_if_needed()

    def at(self, theta, psi):
        """Where a place is on the screen: of 420, the picture has margins of 40, 10, 10 and 44."""
        box = self.canvas.bounding_box()
        x, y = 40 + (theta + 2) / 4 * 370, 10 + (2 - psi) / 4 * 366
        return box["x"] + x / 420 * box["width"], box["y"] + y / 420 * box["height"]


def end(variant, start, **how):
    """The distance to the good place after the 300 steps that the view shows."""
    theta, psi = trajectory(variant, start, 300, **how)[-1]
    return float((theta**2 + psi**2) ** 0.5)


@pytest.fixture
def opened(learner):
    someone = learner(VIEW, "print('start', view.settings['theta'], view.settings['psi'])")
    someone.run_cell(0)
    yield someone
    assert someone.errors == []


def test_choose_and_slide(opened):
    view = Portrait(opened)
    view.wait("end", end("wgan", [1, 0], lr=0.1))
    view.paper.get_by_text("goes round").wait_for()
    view.paper.get_by_role("checkbox", name="Both at once").check()
    view.wait("end", end("wgan", [1, 0], lr=0.1, simultaneous=True), near=1e-4)
    view.paper.get_by_text("spirals out").wait_for()
    view.paper.get_by_role("checkbox", name="Both at once").uncheck()

    view.paper.get_by_role("combobox", name="Game").select_option("r1")
    view.wait("end", end("r1", [1, 0], lr=0.1))
    view.paper.get_by_text("converges").wait_for()
    view.paper.get_by_text("−0.2500 ± 0.4330 i").wait_for()
    view.paper.get_by_role("slider", name="Critic steps").fill("4")
    view.wait("critics", 4)
    view.paper.get_by_role("slider", name="Step size").fill("0.3")
    view.wait("lr", 0.3)
    view.wait("factor", np.abs(np.linalg.eigvals(step_matrix("r1", 0.3, 4))).max())

    view.paper.get_by_role("combobox", name="Game").select_option("wgan_gp")
    view.paper.get_by_text("none: a kink").wait_for()
    view.paper.get_by_text("driven away").wait_for()


def test_drag_the_start(opened):
    view = Portrait(opened)
    view.page.mouse.move(*view.at(1.0, 0.0))
    view.page.mouse.down()
    view.page.mouse.move(*view.at(-1.2, 1.4), steps=12)
    view.page.mouse.up()
    view.wait("theta", -1.2, near=0.02)
    view.wait("psi", 1.4, near=0.02)
    start = view.number("theta"), view.number("psi")
    view.wait("end", end("wgan", start, lr=0.1), near=1e-4)
    opened.run_cell(1)
    opened.cell(1).get_by_text(f"start {start[0]:.3f}"[:10]).wait_for()  # the kernel has it too
    view.page.mouse.move(*view.at(1.9, 0))
    view.page.mouse.down()
    view.page.mouse.move(*view.at(2.8, 0), steps=4)  # outside the square: the start stays inside
    view.page.mouse.up()
    view.wait("theta", 2)
    view.paper.get_by_role("button", name="Reset start").click()
    view.wait("theta", 1)
    view.wait("psi", 0)


def test_the_keyboard_suffices(opened):
    view = Portrait(opened)
    keys = view.page.keyboard
    view.paper.get_by_role("combobox", name="Game").focus()
    for _ in range(5):
        keys.press("Tab")
    assert view.page.evaluate("document.activeElement.tagName") == "CANVAS"
    for _ in range(3):
        keys.press("ArrowUp")
    view.wait("psi", 0.3)
    keys.press("Shift+ArrowLeft")
    view.wait("theta", 0.5)
    keys.press("ArrowRight")
    view.wait("theta", 0.6)
    view.paper.get_by_text("from θ = 0.60, ψ = 0.30").wait_for()
    assert "θ = 0.60" in view.canvas.get_attribute("aria-label")
    for letter in "dd", "x", "y", "m", "a":  # a notebook's commands, which would delete or change its cells
        for key in letter:
            keys.press(key)
    for _ in range(5):
        keys.press("Shift+Tab")
    keys.press("ArrowDown")  # the menu's next game
    view.page.wait_for_selector(".wgan-edu[data-variant=wgan_clip]")
    for _ in range(3):
        keys.press("Tab")
    keys.press("End")
    view.wait("lr", 0.5)
    keys.press("Tab")
    keys.press("ArrowRight")
    view.wait("critics", 2)
    assert opened.page.locator(".jp-Notebook .jp-CodeCell").count() == 2


def test_a_reload_keeps_the_settings(opened):
    view = Portrait(opened)
    view.paper.get_by_role("combobox", name="Game").select_option("gan")
    view.page.wait_for_selector(".wgan-edu[data-variant=gan]")
    view.paper.get_by_role("slider", name="Critic steps").fill("7")
    view.wait("critics", 7)
    opened.save()
    opened.open(reset=False)
    view = Portrait(opened)
    view.wait("critics", 7)
    assert view.paper.get_by_role("combobox", name="Game").input_value() == "gan"
