"""The sheet and the thread as a learner meets them: JupyterLab, a real browser, mouse and keyboard."""

import pytest
from browser import View

pytestmark = pytest.mark.browser

VIEW = "from wgan_edu.widgets import SheetAndThread\nview = SheetAndThread()\nview"


class Room(View):
    def slider(self, name):
        return self.paper.get_by_role("slider", name=name)


@pytest.fixture
def opened(learner):
    someone = learner(VIEW, "print('tilt', view.scene.tilt, 'bend', view.scene.bend)")
    someone.run_cell(0)
    yield someone
    assert someone.errors == []


def test_sliders_positions_and_dragging(opened):
    view = Room(opened)
    assert (view.number("crossings"), view.number("tilt")) == (1, 60)
    assert 0 < view.number("thread") < 100

    view.slider("Height of the thread").fill("0.96")
    view.slider("Tilt of the thread").fill("10")
    view.wait("tilt", lambda tilt: tilt == 10)
    assert (view.number("crossings"), view.number("thread")) == (0, 0)
    view.paper.get_by_text("They are disjoint").wait_for()

    view.paper.get_by_role("combobox", name="Go to").select_option("two crossings")
    view.wait("crossings", lambda count: count == 2)
    view.paper.get_by_role("combobox", name="Go to").select_option("aligned")
    view.wait("thread", lambda count: count == 300)
    view.paper.get_by_text("perfectly aligned").wait_for()
    near = view.number("sheet")
    view.slider("Near means within").fill("0.2")
    view.wait("epsilon", lambda epsilon: epsilon == 0.2)
    assert view.number("sheet") > 1.5 * near

    painted, turn, lift = view.number("painted"), view.number("turn"), view.number("lift")
    picture = view.paper.locator("canvas").bounding_box()
    x, y = picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2
    opened.page.mouse.move(x, y)
    opened.page.mouse.down()
    opened.page.mouse.move(x + 60, y - 30, steps=5)
    opened.page.mouse.up()
    opened.page.mouse.move(x, y + 100, steps=5)  # let go: this turns nothing
    assert view.number("turn") == pytest.approx(turn + 30, abs=3)
    assert view.number("lift") == pytest.approx(lift - 15, abs=3)
    assert view.number("painted") == painted, "turning asks the kernel nothing"

    label = view.paper.get_by_role("img").get_attribute("aria-label")
    assert "300 of 300 points of the thread" in label
    opened.run_cell(1)
    opened.page.wait_for_function("document.body.innerText.includes('tilt 0')")
    assert "tilt 0.0 bend 0.0" in opened.output(1)


def test_the_keyboard_suffices(opened):
    view, keys = Room(opened), opened.page.keyboard
    view.paper.get_by_role("combobox", name="Go to").focus()
    labels = []
    for _ in range(7):
        label = opened.page.evaluate("document.activeElement.labels?.[0]?.firstChild?.textContent ?? ''")
        labels.append(label.split()[0] if label else "")
        keys.press("Tab")
    assert labels == ["Go", "Tilt", "Bend", "Height", "Near", "Turn", "Look"]

    view.slider("Tilt of the thread").focus()
    keys.press("Home")
    view.wait("tilt", lambda tilt: tilt == 0)
    keys.press("ArrowRight")
    view.wait("tilt", lambda tilt: tilt == 1)
    assert view.slider("Tilt of the thread").get_attribute("aria-valuetext") == "1°"
    keys.press("Tab")
    keys.press("End")
    view.wait("bend", lambda bend: bend == 1.5)
    view.slider("Turn the room").focus()
    keys.press("ArrowLeft")
    assert view.number("turn") == 34
    for letter in "ddxyma":  # a notebook's commands, which would delete or change its cells
        keys.press(letter)
    assert opened.page.locator(".jp-Notebook .jp-CodeCell").count() == 2


def test_the_scene_outlives_the_page_and_a_second_run_begins_anew(opened):
    view = Room(opened)
    view.slider("Tilt of the thread").fill("30")
    view.wait("tilt", lambda tilt: tilt == 30)
    opened.save()
    opened.open(reset=False)  # reload
    view = Room(opened)
    assert view.number("tilt") == 30
    assert view.slider("Tilt of the thread").input_value() == "30"
    opened.run_cell(0)
    view = Room(opened)
    assert view.number("tilt") == 60
    assert opened.page.locator(".wgan-edu").count() == 1


def test_an_error_is_shown_and_recovers(learner):
    someone = learner(
        VIEW,
        "good = view.move\ndef bad(**_):\n    raise RuntimeError('the paper is wet')\nbad.asked = True\n"
        "view.move = bad",
        "view.move = good",
    )
    someone.run_cell(0)
    view = Room(someone)
    someone.run_cell(1)
    view.slider("Tilt of the thread").fill("20")
    alert = view.paper.get_by_role("alert")
    alert.get_by_text("RuntimeError: the paper is wet").first.wait_for()
    someone.run_cell(2)
    view.slider("Tilt of the thread").fill("25")
    view.wait("tilt", lambda tilt: tilt == 25)
    assert alert.is_hidden()
    assert someone.errors == []
