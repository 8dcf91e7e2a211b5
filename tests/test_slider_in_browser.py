"""The divergence slider as a learner meets it: JupyterLab, a real browser, mouse and keyboard."""

import math
import statistics
import time

import pytest
from playwright.sync_api import expect

from wgan_edu.families import DISTANCES, FAMILIES, values

pytestmark = pytest.mark.browser

SLIDER = "from wgan_edu.widgets import DivergenceSlider\nslider = DivergenceSlider()\nslider"

# From the event of the slider to the first picture after it, in ms: two animation frames later it is on
# the screen. What the browser needs for a frame is in the number.
TIMED = """async view => {
  const slider = view.querySelector('input[type=range]'), took = [];
  const frame = () => new Promise(ready => requestAnimationFrame(ready));
  for (let k = 0; k < 40; k++) {
    await frame();
    const before = view.dataset.painted, began = performance.now();
    slider.value = (37 * k) % 400;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    if (view.dataset.painted === before) throw new Error('nothing was painted');
    await frame(); await frame();
    took.push(performance.now() - began);
  }
  return took;
}"""


class Slider:
    """The view in the output of a cell."""

    def __init__(self, learner, cell=0):
        self.page = learner.page
        self.view = learner.cell(cell).locator(".wgan-edu")
        self.view.scroll_into_view_if_needed()
        self.theta = self.view.get_by_role("slider", name="θ")
        self.family = self.view.get_by_role("combobox", name="Two laws")

    def place(self):
        return self.view.get_attribute("data-family"), float(self.view.get_attribute("data-theta"))

    def numbers(self):
        """What the table on the page says, as the package's `values` would."""
        rows = {}
        for row in self.view.locator("tbody tr").all():
            name, value, slope, _ = (cell.inner_text().strip() for cell in row.locator("th, td").all())
            value, slope = value.replace("−", "-"), slope.replace("−", "-")
            rows[name] = (
                math.inf if value == "∞" else float(value),
                None if slope == "none" else float(slope),
            )
        return rows

    def agrees(self):
        """The page says what the package says."""
        shown, right = self.numbers(), values(*self.place())
        assert list(shown) == list(right)
        for name, (value, slope) in right.items():
            assert shown[name][0] == pytest.approx(value, abs=6e-4), name
            assert (shown[name][1] is None) == (slope is None), name
            assert slope is None or shown[name][1] == pytest.approx(slope, abs=6e-4), name
        return True


@pytest.fixture
def opened(learner):
    someone = learner(SLIDER, "print('at', slider.family, slider.theta)", "slider.theta = -0.3", "...")
    someone.run_cell(0)
    yield someone
    assert someone.errors == []


def test_every_family_shows_the_package_s_numbers(opened):
    slider = Slider(opened)
    assert slider.place() == ("point masses", 1.5)
    assert [row.inner_text() for row in slider.view.locator("tbody th").all()] == list(DISTANCES)
    assert slider.agrees()
    for family in FAMILIES:
        slider.family.select_option(family)
        last = int(slider.theta.get_attribute("max"))
        for share in (0, 0.13, 0.5, 0.77, 1):
            slider.theta.fill(str(round(share * last)))
            assert slider.place()[0] == family
            assert slider.agrees()
    slider.family.select_option("discrete piles")
    slider.theta.fill("50")
    assert slider.place() == ("discrete piles", 0.0)
    assert slider.numbers()["KL"] == (0.0, 0.0)
    assert slider.numbers()["EMD"] == (0.0, None)


def test_the_picture_follows_the_slider_at_once(opened):
    slider = Slider(opened)
    pictures = [slider.view.locator("canvas").nth(k).screenshot() for k in range(2)]
    slider.theta.fill("30")
    for k, before in enumerate(pictures):
        assert slider.view.locator("canvas").nth(k).screenshot() != before
    for family in FAMILIES:
        slider.family.select_option(family)
        took = slider.view.evaluate(TIMED)
        print(f"{family}: slider to picture, median {statistics.median(took):.0f} ms of {len(took)}")
        assert statistics.median(took) < 100


def test_the_keyboard_suffices(opened):
    slider = Slider(opened)
    keys = opened.page.keyboard
    slider.family.focus()
    keys.press("ArrowDown")  # the next family
    assert slider.place() == ("parallel lines", 1.5)
    keys.press("Tab")
    assert slider.theta.evaluate("e => e === document.activeElement")
    keys.press("ArrowLeft")
    assert slider.place() == ("parallel lines", 1.49)
    assert slider.theta.get_attribute("aria-valuetext") == "theta 1.49"
    keys.press("Home")
    assert slider.place() == ("parallel lines", -2.0)
    keys.press("End")
    assert slider.place() == ("parallel lines", 2.0)
    assert slider.agrees()
    chart = slider.view.locator("canvas[role=img]").nth(1)
    assert "EMD 2.000, slope 1.000" in chart.get_attribute("aria-label")
    for letter in "dd", "x", "m", "a":  # a notebook's commands, which would delete or change its cells
        for key in letter:
            keys.press(key)
    assert opened.page.locator(".jp-Notebook .jp-CodeCell").count() == 4


def test_notebook_and_page_tell_each_other(opened):
    slider = Slider(opened)
    slider.family.select_option("overlapping uniforms")
    slider.theta.fill("225")
    assert slider.place() == ("overlapping uniforms", 0.25)
    opened.run_cell(1)
    opened.page.wait_for_function("document.body.innerText.includes('at overlapping uniforms 0.25')")
    opened.run_cell(2)
    opened.page.wait_for_function("document.querySelector('.wgan-edu').dataset.theta === '-0.30'")
    assert slider.agrees()
    opened.save()
    opened.open(reset=False)  # a page that is loaded again finds the slider where it was
    slider = Slider(opened)
    assert slider.place() == ("overlapping uniforms", -0.3)
    assert slider.agrees()


def test_it_answers_while_a_cell_runs(learner):
    someone = learner(SLIDER, "import time\nfor _ in range(60): time.sleep(0.1)\nprint('well')")
    someone.run_cell(0)
    slider = Slider(someone)
    someone.run_cell(1, wait=False)
    time.sleep(0.5)
    slider.theta.fill("120")
    assert slider.place() == ("point masses", -0.8)
    assert slider.agrees()
    assert "*" in someone.cell(1).locator(".jp-InputPrompt").inner_text(), "the cell still runs"
    someone.cell(1).locator(".jp-OutputArea").get_by_text("well").wait_for()
    assert someone.errors == []


def test_running_the_cell_again_leaves_one_view(opened):
    slider = Slider(opened)
    slider.theta.fill("10")
    opened.run_cell(0)
    expect(opened.page.locator(".wgan-edu")).to_have_count(1)
    assert Slider(opened).place() == ("point masses", 1.5)
    expect(opened.page.locator(".wgan-edu")).to_have_count(1)


def test_without_anywidget_a_sentence_says_so(learner):
    someone = learner("import os\nos.environ['WGAN_EDU_WIDGETS'] = 'core'\n" + SLIDER)
    someone.run_cell(0)
    someone.cell(0).get_by_text("DivergenceSlider needs the package anywidget").wait_for()
    assert someone.errors == []
