"""Drag the earth as a learner does: mouse, wheel and keyboard in JupyterLab, and the numbers that follow."""

import math

import pytest
from browser import View

pytestmark = pytest.mark.browser

VIEW = "from wgan_edu.widgets import DragTheEarth\nview = DragTheEarth()\nview"
FORTY = "from wgan_edu.widgets.transport_scene import Scene\nview.scene = Scene.random(40, 40)"


class Canvas(View):
    seconds = 30

    def __init__(self, learner):
        super().__init__(learner)
        self.canvas = self.paper.get_by_role("img").first
        self.canvas.scroll_into_view_if_needed()

    def at(self, x, y):
        box = self.canvas.bounding_box()
        return box["x"] + (x + 2) / 4 * box["width"], box["y"] + (2 - y) / 4 * box["height"]

    def drag(self, start, end, steps=10):
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(*end), steps=steps)
        self.page.mouse.up()


@pytest.fixture
def opened(learner):
    someone = learner(
        VIEW, "from wgan_edu.widgets.transport_scene import Scene\nview.scene = Scene.random(40, 40)"
    )
    someone.run_cell(0)
    yield someone
    assert someone.errors == []


def test_with_the_mouse(opened):
    view = Canvas(opened)
    leg = math.hypot(2, 0.8)
    view.wait("cost", leg)
    assert view.number("js") == pytest.approx(math.log(2))
    view.drag((1.0, 0.8), (-1.0, 0.0))  # 0.7 of the mass is now where it has to be
    view.wait("cost", 0.3 * leg)
    view.paper.get_by_text("Chosen: generated point 1 of 2, at (−1.00, 0.00)").wait_for()
    assert view.number("tv") == pytest.approx(0.3)
    assert view.number("kl") == pytest.approx(-math.log(0.7))
    view.drag((1.0, -0.8), (-1.0, 0.0))
    view.wait("cost", 0)
    assert view.number("js") == pytest.approx(0, abs=1e-9)

    view.paper.get_by_role("combobox", name="Scene").select_option("parallel lines")
    view.wait("cost", 1)
    view.paper.get_by_role("combobox", name="Scene").select_option("ties")
    view.wait("cost", 1.4)
    assert view.paper.get_attribute("data-tied") == "true"
    view.paper.get_by_text("Another plan costs the same").wait_for()

    view.page.mouse.move(*view.at(0.7, -0.7))
    view.page.mouse.wheel(0, -100)
    view.wait("mass", 0.55)
    view.paper.get_by_text("were multiplied by 0.900").wait_for()
    view.page.mouse.wheel(0, 100)
    view.wait("mass", 0.5)
    view.paper.get_by_role("button", name="Add real").click()
    view.wait("n", 3)
    view.paper.get_by_role("button", name="Remove").click()
    view.wait("n", 2)


def test_with_the_keyboard_alone(opened):
    view = Canvas(opened)
    keys = view.page.keyboard
    view.paper.get_by_role("combobox", name="Scene").focus()
    for _ in range(8):
        keys.press("Tab")
    assert view.page.evaluate("document.activeElement.tagName") == "CANVAS"
    assert (view.paper.get_attribute("data-side"), view.number("index")) == ("fake", 0)
    for _ in range(4):
        keys.press("ArrowLeft")
    view.wait("px", 0.8)
    keys.press("Shift+ArrowUp")
    view.wait("py", 1.05)
    view.wait("cost", 0.7 * math.hypot(1.8, 1.05) + 0.3 * math.hypot(2, 0.8))
    keys.press("+")
    view.wait("mass", 0.7 * 1.15)
    keys.press("-")
    view.wait("mass", 0.7)
    keys.press("n")
    assert view.number("index") == 1
    keys.press("n")
    assert view.paper.get_attribute("data-side") == "real"
    keys.press("Insert")
    view.wait("n", 2)
    keys.press("Delete")
    view.wait("n", 1)
    keys.press("Delete")  # the last one stays, and the page says why
    view.paper.get_by_role("alert").get_by_text(
        "the last point of the real side cannot be removed"
    ).first.wait_for()
    keys.press("ArrowRight")
    view.wait("px", -0.95)
    assert view.paper.get_by_role("alert").is_hidden()
    view.paper.get_by_text("Chosen: real point 1 of 1").wait_for()
    assert opened.page.locator(".jp-Notebook .jp-CodeCell").count() == 2, "no key reached the notebook"


def test_forty_points_follow_the_mouse(opened):
    """No clock here, that is for the benchmark: every place is reached, and the last one is shown."""
    opened.run_cell(1)
    view = Canvas(opened)
    view.paper.get_by_role("button", name="Next point").click()
    view.page.keyboard.press("Tab")  # any change fetches the new scene
    view.paper.get_by_role("button", name="More mass").click()
    view.wait("m", 40)
    start = view.number("px"), view.number("py")
    before = view.number("painted")
    view.drag(start, (1.5, -1.5), steps=60)
    view.wait("px", 1.5)
    view.wait("py", -1.5)
    assert view.number("painted") > before + 5


def test_a_reload_keeps_the_scene(opened):
    view = Canvas(opened)
    view.drag((1.0, 0.8), (-1.0, 0.0))
    view.wait("tv", 0.3)
    opened.save()
    opened.open(reset=False)
    view = Canvas(opened)
    view.wait("tv", 0.3)
