"""The gap closes as a learner plays it: mouse and keyboard in JupyterLab, each number held to the game's."""

import time

import numpy as np
import pytest
from browser import View

from wgan_edu.transport import solve_primal, w1_exact
from wgan_edu.widgets.bounds_game import LineGame, PlaneGame

pytestmark = pytest.mark.browser

VIEW = "from wgan_edu.widgets import GapCloses\nview = GapCloses()\nview"
BEST = dict(zip((0, 2, 3, 4, 5, 7, 8, 9, 10), (0, 2, 1, 0, -1, -1, 0, 1, 2), strict=True))


class Game(View):
    """The view in the output of the first cell, beside a game in this process that makes the same moves."""

    def __init__(self, learner):
        super().__init__(learner)
        self.street = self.paper.get_by_role("img").first
        self.street.scroll_into_view_if_needed()
        self.twin = LineGame()

    def data(self, name):
        return self.paper.get_attribute(f"data-{name}")

    def shows(self, game):
        """Wait until the page shows a game's numbers; those of a network may differ in the last digits."""
        bounds = game.bounds()
        lower = None if np.isnan(bounds.lower) else bounds.lower
        wanted = {"upper": bounds.upper, "w1": bounds.w1, "lower": lower, "lit": bounds.lit.sum()}
        wanted["closed"] = bounds.closed
        digits = 1e-12 if isinstance(game, LineGame) else 1e-7
        if isinstance(game, LineGame):
            wanted["steep"] = game.too_steep().sum()
        for _ in range(600):
            if all(self.says(name, value, digits) for name, value in wanted.items()):
                return bounds
            time.sleep(0.05)
        shown = {name: self.data(name) for name in wanted}
        raise AssertionError(f"the page shows {shown}, the game is at {wanted}: {self.paper.inner_text()}")

    def says(self, name, value, digits):
        text = self.data(name)
        if value is None or isinstance(value, bool):
            return text == ("" if value is None else str(value).lower())
        return text != "" and float(text) == pytest.approx(float(value), abs=digits)

    def at(self, place, price):
        """Where the dot of a price is, for the default street, whose axis goes from -5 to 5."""
        box = self.street.bounding_box()
        scale = box["width"] / 500
        return box["x"] + scale * (44 + 40 * (place + 0.5)), box["y"] + scale * (146 - 24 * price)

    def drag(self, place, start, end):
        self.page.mouse.move(*self.at(place, start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(place, end), steps=6)
        self.page.mouse.up()
        self.twin.set_price(list(BEST).index(place), end)


@pytest.fixture
def opened(learner):
    someone = learner(VIEW)
    someone.run_cell(0)
    yield someone
    assert someone.errors == []


def test_the_gap_closes_with_the_mouse(opened):
    view = Game(opened)
    twin = view.twin
    view.shows(twin)
    assert float(view.data("upper")) == 5.5
    view.drag(2, 0, 3)  # too steep on both sides
    view.shows(twin)
    assert view.data("steep") == "2"
    view.paper.get_by_text("no bound", exact=True).wait_for()
    view.paper.get_by_text("its gap, 0.600, proves nothing").wait_for()
    view.press("Nearest feasible f")
    twin.nearest()
    assert view.shows(twin).lower == pytest.approx(0.5)
    view.press("Raise prices")
    twin.raise_prices()
    assert view.shows(twin).lower == pytest.approx(1.3)
    view.paper.get_by_text("Two c-transforms: the bound rose by 0.8.").wait_for()
    view.press("Reset")
    twin.reset()
    view.shows(twin)

    for _ in range(5):
        view.press("Improve the plan")
        twin.improve_plan()
        view.shows(twin)
    assert float(view.data("upper")) == pytest.approx(solve_primal(twin.a, twin.b, twin.cost).value, abs=1e-9)
    view.press("Improve the plan")
    view.paper.get_by_text("no longer circle does: the plan is optimal").wait_for()
    assert view.data("closed") == "false"
    for place, price in BEST.items():
        if price:
            view.drag(place, 0, price)
            view.shows(twin)
    assert float(view.data("lower")) == pytest.approx(float(view.data("w1")), abs=1e-9)
    assert view.data("lit") == view.data("routes") == "7"
    view.paper.get_by_text("The gap is closed.").wait_for()
    view.paper.get_by_label("7 of 7 routes are lit").first.wait_for()  # for who cannot see it


def test_the_keyboard_suffices(opened):
    view = Game(opened)
    keys, twin = opened.page.keyboard, view.twin
    view.paper.get_by_role("combobox", name="Game").focus()
    names = []
    for _ in range(5):  # the button that has nothing to do is passed over
        keys.press("Tab")
        names.append(
            opened.page.evaluate(
                "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
            )
        )
    assert names == ["Improve the plan", "Raise prices", "Reset", "f at 0", "f at 2"]
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    twin.set_price(1, 0.2)
    view.shows(twin)
    for place, price in BEST.items():
        if place >= 2:
            keys.press("Control+a")
            keys.type(str(price))
            twin.set_price(list(BEST).index(place), price)
            view.shows(twin)
            keys.press("Tab")
    view.paper.get_by_role("button", name="Improve the plan").focus()
    while not twin.bounds().closed:
        keys.press("Enter")
        twin.improve_plan()
        view.shows(twin)
    assert view.data("closed") == "true"
    for letter in "dd", "x", "m", "a":  # a notebook's commands, which would delete or change its cells
        for key in letter:
            keys.press(key)
    assert opened.page.locator(".jp-Notebook .jp-CodeCell").count() == 1

    view.paper.get_by_role("combobox", name="Game").focus()
    keys.press("ArrowDown")
    view.shows(PlaneGame())
    assert view.paper.get_by_label("f at 2", exact=True).is_hidden()
    keys.press("Tab")
    keys.press("Space")
    plane = PlaneGame()
    plane.improve_plan()
    view.shows(plane)
    keys.press("Tab")
    keys.press("Enter")
    view.paper.get_by_text("Step 1: the bound").wait_for()


def test_in_the_plane_a_network_closes_it(opened):
    view = Game(opened)
    view.paper.get_by_role("combobox", name="Game").select_option("plane")
    twin = PlaneGame()
    exact = w1_exact(twin.x, twin.y)
    view.shows(twin)
    said = []
    while not said or not said[-1].endswith("optimal."):
        said.append(twin.improve_plan())
        view.press("Improve the plan")
        view.paper.get_by_role("status").get_by_text(said[-1], exact=True).wait_for()
        view.shows(twin)
    assert any("a circle of 3 piles" in text for text in said)
    assert float(view.data("upper")) == pytest.approx(exact, abs=1e-9)
    assert view.data("closed") == "false"
    for count in range(1, 31):  # about four presses; its weights may differ in the last digits elsewhere
        view.press("Train 10 steps")
        view.paper.get_by_text(f"Step {10 * count}: the bound").wait_for()
        assert float(view.data("lower")) <= exact + 1e-12
        if view.data("closed") == "true":
            break
    assert float(view.data("lower")) == pytest.approx(exact, abs=1e-9)
    assert view.data("lit") == view.data("routes") == "12"
    view.paper.get_by_text("The gap is closed.").wait_for()

    opened.save()
    opened.open(reset=False)  # the game is the kernel's, and outlives the page
    again = Game(opened)
    assert again.data("mode") == "plane"
    assert again.data("closed") == "true"
    again.paper.get_by_role("combobox", name="Game").select_option("line")
    again.shows(again.twin)


def test_what_goes_wrong_is_shown_and_nothing_is_left_running(learner):
    someone = learner(
        VIEW,
        "good = view.line.improve_plan\ndef bad():\n    raise RuntimeError('the wheel is off')\n"
        "view.line.improve_plan = bad",
        "view.line.improve_plan = good",
    )
    someone.run_cell(0)
    view = Game(someone)
    someone.run_cell(1)
    view.press("Improve the plan")
    alert = view.paper.get_by_role("alert")
    alert.get_by_text("RuntimeError: the wheel is off").first.wait_for()
    view.shows(view.twin)
    someone.run_cell(2)
    view.press("Improve the plan")
    view.twin.improve_plan()
    view.shows(view.twin)
    assert alert.is_hidden()
    painted = view.data("painted")
    time.sleep(1)
    assert view.data("painted") == painted, "it paints when something has happened"
    for _ in range(3):
        someone.run_cell(0)
    assert someone.page.locator(".wgan-edu").count() == 1
    Game(someone).shows(LineGame())
    assert someone.errors == []
