"""Recorded views as a reader meets them: a page opened from a file, no network, mouse and keyboard."""

import re
import time
from dataclasses import replace

import pytest
from browser import View
from ipywidgets import Widget

from wgan_edu import widgets
from wgan_edu.lipschitz import WeightClipping
from wgan_edu.training import PRESETS
from wgan_edu.widgets import gap_recording, training_player

pytestmark = pytest.mark.browser

# As on a page that nbconvert makes: RequireJS and its `define` are there before any output.
REQUIRE = """<script>
var define = (...what) => { throw new Error("define was called"); };
define.amd = {};
var require = (...what) => { throw new Error("require was called"); }, requirejs = require;
</script>"""


@pytest.fixture(scope="module")
def pages():
    """The HTML of some views, each recorded once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WGAN_EDU_WIDGETS", "recorded")
        patch.setattr(training_player, "BY_HAND", {0: (5, 5), 20: (3, 6)})
        patch.setattr(training_player, "FRAMES", 12)
        short = replace(PRESETS["live"], batch_size=32, hidden=(16, 16), generator_steps=60)
        choices = {"penalty": short, "clipping": replace(short, constraint=WeightClipping(0.1))}
        patch.setattr("wgan_edu.widgets.dirac_gan.RECORDED", {"lr": (0.1, 0.5, 0.4), "n_critic": (1, 4, 3)})
        few = {"bend": (0.0, 1.2, 1.2), "tilt": (0.0, 90.0, 10.0), "shift": (0.0, 0.2, 0.2)}
        patch.setattr("wgan_edu.widgets.sheet_and_thread.RECORDED", few | {"epsilon": (0.1, 0.1, 0.05)})
        patch.setattr(gap_recording, "LAST_STEP", 12)
        views = {
            "player": widgets.TrainingPlayer(short),
            "choices": widgets.TrainingPlayer(choices=choices),
            "slider": widgets.DivergenceSlider(),
            "sheet": widgets.SheetAndThread(),
            "dirac": widgets.DiracGan(),
            "earth": widgets.DragTheEarth(),
            "gap": widgets.GapCloses(),
        }
        yield {name: view._repr_mimebundle_()["text/html"] for name, view in views.items()}
        Widget.close_all()


@pytest.fixture
def reader(chromium, pages, tmp_path):
    """Give `reader("player", ...)`: a page with these views, opened from a file without any network."""
    contexts, complaints = [], []

    def opened(*names, head="", **settings):
        file = tmp_path / "page.html"
        body = "\n".join(f"<section>{pages[name]}</section>" for name in names)
        file.write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>{head}{body}'
        )
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 720}, **settings))
        page = contexts[-1].new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith("file:") or complaints.append(asked.url))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


class Replayed(View):
    """A recorded view: the one with a number on a page."""

    def __init__(self, page, number=0):
        self.page = page
        self.paper = page.locator(".wgan-edu").nth(number)
        self.paper.scroll_into_view_if_needed()
        self.wait("painted", lambda painted: painted >= 1)

    def says(self, words):
        for _ in range(600):
            if re.search(words, self.paper.inner_text()):
                return
            time.sleep(0.05)
        raise AssertionError(f"{words!r} is not in: {self.paper.inner_text()}")


# Press Pause in the very moment in which a step is shown; from here it might come too late.
PAUSE_AT = """(paper, step) => new MutationObserver((_, observer) => {
  if (paper.dataset.step !== step) return;
  observer.disconnect();
  [...paper.querySelectorAll("button")].find((button) => button.textContent === "Pause").click();
}).observe(paper, { attributes: true })"""


def test_play_pause_steps_reset_scrub(reader):
    player = Replayed(reader("player"))
    player.says("A recorded run, whole. Open the notebook to train it yourself.")
    assert player.number("step") == 0
    for count in (1, 2, 3):
        player.press("Step critic")
        player.wait("critic", count)
    assert player.number("step") == 0
    player.press("Step generator")  # the recording has no such step after three
    player.says("open the notebook to go on by hand")
    player.press("Reset")
    player.wait("critic", 0)
    player.press("Step critic")
    player.wait("critic", 1)
    player.press("Step generator")  # the algorithm's own turn
    player.wait("step", 1)
    assert player.number("critic") == 1

    player.paper.evaluate(PAUSE_AT, "20")  # where steps by hand were recorded
    player.press("Play")
    player.wait("step", 20)
    assert player.stands_still()
    player.press("Step generator")
    player.wait("step", lambda step: step == 21)
    assert player.number("critic") == 20, "the generator alone"
    player.press("Play")
    player.wait("done", lambda _: player.paper.get_attribute("data-done") == "true")
    player.says("The run is finished")
    assert player.number("step") == 60

    scrub = player.paper.get_by_role("slider", name="Frame")
    scrub.fill("0")
    player.wait("step", 0)
    scrub.fill(str(int(scrub.get_attribute("max")) // 2))
    player.wait("step", lambda step: 0 < step < 60)
    player.press("Reset")
    player.wait("step", 0)


def test_the_player_by_keyboard(reader):
    page = reader("choices")
    player = Replayed(page)
    speed = player.paper.get_by_role("combobox", name="Speed")
    speed.focus()
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    assert speed.input_value() == "slow"
    choice = player.paper.get_by_role("combobox", name="Constraint")
    player.paper.get_by_role("button", name="Play").focus()
    page.keyboard.press("Enter")
    player.wait("step", 1)
    player.wait("step", 2)
    page.keyboard.press("Enter")
    player.paper.get_by_role("button", name="Play").wait_for()
    choice.focus()
    page.keyboard.press("ArrowDown")
    player.wait("step", 0)
    assert choice.input_value() == "clipping"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.shadowRoot?.activeElement?.type") == "range":
            break
    page.keyboard.press("End")
    player.wait("step", 60)
    page.keyboard.press("Home")
    player.wait("step", 0)


def test_many_views_on_one_page_with_requirejs(reader):
    """Two of them alike: each has its own state; none touches the page's globals."""
    page = reader("player", "player", "slider", "gap", head=REQUIRE)
    one, two = Replayed(page, 0), Replayed(page, 1)
    one.press("Step critic")
    one.wait("critic", 1)
    assert two.number("critic") == 0
    slider = Replayed(page, 2)
    slider.paper.get_by_role("slider").fill("100")
    slider.wait("painted", lambda painted: painted >= 2)
    Replayed(page, 3)
    assert page.evaluate("typeof render + typeof replay + typeof COLORS") == "undefined" * 3
    assert page.locator("[data-recording]:not([data-alive])").count() == 0


def test_without_scripts_a_sentence_stands_there(reader):
    page = reader("player", java_script_enabled=False)
    assert (
        "It needs scripts to move; the figures of this page show the same."
        in page.locator("body").inner_text()
    )


def test_a_browser_without_decompression_is_told(reader):
    page = reader(
        "player", head="<script>delete window.DecompressionStream; console.error = () => {}</script>"
    )
    page.wait_for_function("document.body.innerText.includes('It cannot be shown in this browser')")


def test_sliders_go_to_recorded_places(reader):
    page = reader("sheet", "dirac")
    sheet = Replayed(page)
    tilt = sheet.paper.get_by_role("slider", name="Tilt of the thread")
    assert tilt.get_attribute("step") == "10"
    tilt.focus()
    page.keyboard.press("ArrowRight")
    sheet.wait("tilt", 70)
    sheet.paper.get_by_role("combobox", name="Go to").select_option("two crossings")
    sheet.wait("crossings", 2)
    assert tilt.input_value() == "20"

    dirac = Replayed(page, 1)
    dirac.paper.get_by_role("combobox", name="Game").select_option("r1")
    dirac.wait("factor", lambda factor: factor < 1)
    dirac.paper.get_by_role("checkbox", name="Both at once").check()
    dirac.wait("factor", lambda factor: factor < 1)
    dirac.paper.locator("canvas").first.focus()
    page.keyboard.press("ArrowRight")
    dirac.wait("theta", 2)
    dirac.press("Reset start")
    dirac.wait("theta", 1)
    box = dirac.paper.locator("canvas").first.bounding_box()
    page.mouse.click(box["x"] + 45, box["y"] + box["height"] / 2 - 20)
    dirac.wait("theta", -2)


def test_earth_is_dragged_onto_the_pile(reader):
    page = reader("earth")
    earth = Replayed(page)
    for name in ("Add real", "Add generated", "Remove"):
        button = earth.paper.get_by_role("button", name=name)
        assert button.is_disabled()
        assert "open the notebook" in button.get_attribute("title")
    box = earth.paper.locator("canvas").first.bounding_box()
    at = lambda x, y: (box["x"] + (x + 2) / 4 * box["width"], box["y"] + (2 - y) / 4 * box["height"])  # noqa: E731
    page.mouse.move(*at(1, 0.8))
    page.mouse.down()
    for k in range(1, 21):
        page.mouse.move(*at(1 - 0.1 * k, 0.8 - 0.04 * k))
    earth.wait("px", -1)
    earth.wait("py", 0)
    page.mouse.up()
    assert earth.number("js") < 0.4
    page.keyboard.press("Delete")
    earth.paper.get_by_role("combobox", name="Scene").select_option("ties")
    earth.wait("tied", lambda _: earth.paper.get_attribute("data-tied") == "true")
    earth.paper.locator("canvas").first.focus()
    page.keyboard.press("ArrowUp")
    earth.wait("py", -0.35)


def test_the_gap_is_closed_in_a_recording(reader):
    page = reader("gap")
    gap = Replayed(page)
    gap.press("Raise prices")
    gap.wait("lower", 1.2)
    for place, price in (("3", "-1"), ("8", "-2")):
        entry = gap.paper.get_by_role("spinbutton", name=f"f at {place}", exact=True)
        entry.fill(price)
        gap.wait("open", 0)
    gap.press("Raise prices")
    gap.wait("lower", 1.5)
    for _ in range(5):
        gap.press("Improve the plan")
        gap.wait("open", 0)
    gap.says("The gap is closed")
    assert gap.number("moves") == 10, "the start, two transforms, two prices, five swaps"
    gap.press("Reset")
    gap.wait("moves", 1)
    gap.paper.get_by_role("combobox", name="Game").select_option("plane")
    gap.says("Train 10 steps")
    gap.press("Train 10 steps")
    gap.wait("steps", 10)


def test_a_player_fits_on_a_slide(reader):
    for name in ("player", "choices", "sheet", "dirac", "gap", "slider"):
        page = reader(name)
        Replayed(page)
        box = page.locator(".wgan-edu").bounding_box()
        assert box["height"] <= 620, (name, box)
        assert box["width"] <= 1000
