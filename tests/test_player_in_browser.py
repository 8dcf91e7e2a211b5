"""The training player as a learner meets it: JupyterLab, a real browser, mouse and keyboard."""

import json
import re
import shutil
import time

import pytest
from browser import ROOT, View

pytestmark = pytest.mark.browser

PLAYER = "from wgan_edu.widgets import TrainingPlayer\nplayer = TrainingPlayer()\nplayer"


@pytest.fixture
def opened(learner):
    someone = learner(PLAYER, "print('steps', player.run.state.generator_steps)", "...")
    someone.run_cell(0)
    yield someone
    assert someone.errors == []


def goes_on(player):
    """Whether it trains on after an interrupt, which has paused it if it came in the middle of a step."""
    before = player.number("step")
    for _ in range(600):
        play = player.paper.get_by_role("button", name="Play", exact=True)
        if play.is_visible():
            play.click()
        if player.number("step") > before:
            return True
        time.sleep(0.1)
    return False


def kernel_steps(someone):
    someone.run_cell(1)
    someone.page.wait_for_function("document.body.innerText.includes('steps ')")
    return int(re.search(r"steps (\d+)", someone.output(1)).group(1))


def test_play_pause_step_scrub_reset(opened):
    player = View(opened)
    assert player.number("step") == 0
    player.press("Play")
    player.wait("painted", lambda painted: painted > 12)
    player.press("Pause")
    assert player.stands_still()
    step, critic = player.number("step"), player.number("critic")
    assert step == kernel_steps(opened) > 10
    assert 0 < player.number("w1") < 2

    player.press("Step critic")
    player.wait("critic", lambda now: now == critic + 1)
    assert player.number("step") == step
    player.press("Step generator")
    player.wait("step", lambda now: now == step + 1)
    assert player.number("critic") == critic + 1

    scrub = player.paper.get_by_role("slider", name="Frame")
    last = int(scrub.get_attribute("max"))
    assert last > 10
    scrub.fill("0")
    player.wait("step", lambda now: now == 0)
    scrub.fill(str(last // 2))
    player.wait("step", lambda now: 0 < now < step)
    assert kernel_steps(opened) == step + 1, "looking at old frames leaves the run where it was"
    player.press("Step critic")
    player.wait("step", lambda now: now == step + 1)  # and stepping comes back to it

    player.press("Reset")
    player.wait("step", lambda now: now == 0)
    assert player.number("critic") == 0
    assert int(scrub.get_attribute("max")) == 0


CHOOSING = """from dataclasses import replace
from wgan_edu.lipschitz import WeightClipping
from wgan_edu.training import PRESETS
from wgan_edu.widgets import TrainingPlayer
live = PRESETS["live"]
player = TrainingPlayer(choices={"penalty": live, "clipping": replace(live, constraint=WeightClipping(0.1))})
player"""


def test_a_constraint_is_chosen_live(learner):
    someone = learner(CHOOSING, "print('steps', player.run.state.generator_steps, player.run.choice)")
    someone.run_cell(0)
    player = View(someone)
    choice = player.paper.get_by_role("combobox", name="Constraint")
    assert choice.input_value() == "penalty"
    player.press("Play")
    player.wait("step", lambda step: step > 10)
    choice.select_option("clipping")  # while it plays
    player.wait("step", lambda step: step == 0)
    assert player.stands_still(), "it waits for Play"
    player.press("Play")
    player.wait("step", lambda step: step > 10)
    player.press("Pause")
    assert player.stands_still()
    someone.run_cell(1)
    someone.page.wait_for_function("document.body.innerText.includes('steps ')")
    assert f"steps {player.number('step'):.0f} clipping" in someone.output(1)
    someone.save()
    someone.open(reset=False)  # a page that opens again shows what was chosen
    assert View(someone).paper.get_by_role("combobox", name="Constraint").input_value() == "clipping"
    assert someone.errors == []


def test_the_run_outlives_the_page(opened):
    player = View(opened)
    player.press("Play")
    player.wait("frames", lambda frames: frames > 3)
    player.press("Pause")
    assert player.stands_still()
    step, frames = player.number("step"), player.number("frames")
    opened.save()

    opened.open(reset=False)  # reload
    player = View(opened)
    assert player.number("step") == step
    assert int(player.paper.get_by_role("slider", name="Frame").get_attribute("max")) == frames - 1

    opened.page.get_by_role("menuitem", name="File", exact=True).click()  # close the notebook
    opened.page.get_by_text("Close Tab", exact=True).click()
    gone = "!document.querySelector('.jp-Notebook')"
    opened.page.wait_for_function(f"{gone} || document.querySelector('.jp-Dialog button')")
    if (discard := opened.page.get_by_role("button", name=re.compile("Discard"))).count():
        discard.click()
    opened.page.wait_for_function(gone)
    opened.open(reset=False)
    player = View(opened)
    assert player.number("step") == step
    player.press("Play")
    player.wait("step", lambda now: now > step)
    player.press("Pause")
    assert player.stands_still()


def test_twenty_runs_of_the_cell_leave_one_live_run(learner):
    count = (
        "from ipywidgets.widgets.widget import _instances\n"
        "live = [view for view in _instances.values() if isinstance(view, TrainingPlayer)]\n"
        "print('live', len(live), live[0] is player)"
    )
    someone = learner(PLAYER, count)
    someone.run_cell(0)
    for _ in range(20):
        player = View(someone)
        player.press("Play")  # each is left playing when its cell is run again
        someone.run_cell(0)
    someone.run_cell(1)
    someone.page.wait_for_function("document.body.innerText.includes('live ')")
    assert "live 1 True" in someone.output(1)
    assert someone.page.locator(".wgan-edu").count() == 1
    player = View(someone)
    assert player.number("step") == 0, "the new player does not play by itself"
    assert player.stands_still()
    assert someone.errors == []


def test_a_handler_that_raises_is_shown_and_recovers(learner):
    someone = learner(
        PLAYER,
        "good = player.run.advance\ndef bad(*_):\n    raise RuntimeError('the tap is closed')\n"
        "player.run.advance = bad",
        "player.run.advance = good",
    )
    someone.run_cell(0)
    player = View(someone)
    someone.run_cell(1)
    player.press("Play")
    alert = player.paper.get_by_role("alert")
    alert.get_by_text("RuntimeError: the tap is closed").first.wait_for()
    assert player.paper.get_by_role("button", name="Play", exact=True).is_visible(), "and it stops playing"
    alert.get_by_text("Where it happened").click()
    assert "Traceback" in alert.inner_text()
    someone.run_cell(2)
    player.press("Play")
    player.wait("step", lambda step: step > 5)
    assert alert.is_hidden()
    player.press("Pause")
    assert someone.errors == []


def test_an_interrupt_and_a_busy_kernel_do_no_harm(learner):
    someone = learner(PLAYER, "import time\nfor _ in range(100): time.sleep(0.1)", "print('well')")
    someone.run_cell(0)
    player = View(someone)
    player.press("Play")
    player.wait("step", lambda step: step > 5)
    for _ in range(3):
        someone.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        someone.page.get_by_text("Interrupt Kernel", exact=True).click()
        time.sleep(0.3)
    assert goes_on(player)

    someone.run_cell(1, wait=False)  # ten seconds of another cell
    time.sleep(1)
    someone.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    someone.page.get_by_text("Interrupt Kernel", exact=True).click()
    someone.cell(1).get_by_text("KeyboardInterrupt").first.wait_for()
    assert goes_on(player)
    player.press("Pause")
    assert player.stands_still()
    someone.run_cell(2)
    someone.cell(2).get_by_text("well").last.wait_for()
    assert someone.errors == []


def test_the_start_page_shows_a_wgan_that_learns(learner):
    """As after `make lab`: the start page, Run All, and one click, while the rest of the page still runs."""
    someone = learner()
    start = next((ROOT / "notebooks").glob("00_*.ipynb"))
    someone.name = f"of-this-test-{start.name}"
    shutil.copy(start, someone.lab.folder / "notebooks" / someone.name)
    someone.open()
    someone.page.get_by_role("menuitem", name="Run", exact=True).click()
    someone.page.get_by_text("Run All Cells", exact=True).click()
    player = View(someone, next(i for i, cell in enumerate(code_cells(start)) if "TrainingPlayer()" in cell))
    player.press("Play")
    player.wait("step", lambda step: step > 60)
    assert player.number("w1") < 1.2, "it has learned something"
    player.press("Pause")
    assert someone.errors == []


def code_cells(path):
    return [
        "".join(cell["source"])
        for cell in json.loads(path.read_text())["cells"]
        if cell["cell_type"] == "code"
    ]


def test_the_keyboard_suffices(opened):
    player = View(opened)
    keys = opened.page.keyboard
    player.paper.get_by_role("button", name="Play").focus()
    names = []
    for _ in range(6):
        focused = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
        tag = opened.page.evaluate("document.activeElement.tagName")
        label = opened.page.evaluate("document.activeElement.labels?.[0]?.textContent ?? ''")
        names.append(label.split()[0] if tag in ("SELECT", "INPUT") else opened.page.evaluate(focused))
        keys.press("Tab")
    assert names == ["Play", "Step critic", "Step generator", "Reset", "Speed", "Frame"]

    player.paper.get_by_role("button", name="Play").focus()
    keys.press("Space")
    player.wait("frames", lambda frames: frames > 8)
    keys.press("Enter")
    assert player.stands_still()
    for _ in range(2):
        keys.press("Tab")
    step = player.number("step")
    keys.press("Enter")
    player.wait("step", lambda now: now == step + 1)
    for _ in range(3):
        keys.press("Tab")
    keys.press("Home")
    player.wait("step", lambda now: now == 0)
    keys.press("ArrowRight")
    player.wait("step", lambda now: now > 0)
    keys.press("End")
    player.wait("step", lambda now: now == step + 1)
    for letter in "dd", "x", "y", "m", "a":  # a notebook's commands, which would delete or change its cells
        for key in letter:
            keys.press(key)
    assert opened.page.locator(".jp-Notebook .jp-CodeCell").count() == 3


def test_with_less_motion_it_is_slow(learner):
    someone = learner(PLAYER, reduced_motion="reduce")
    someone.run_cell(0)
    player = View(someone)
    assert player.paper.get_by_role("combobox", name="Speed").input_value() == "slow"
    player.press("Play")
    began, step = time.time(), player.number("step")
    player.wait("step", lambda now: now >= step + 3)
    assert time.time() - began > 1


def test_without_anywidget_a_picture_and_buttons_do(learner):
    someone = learner("import os\nos.environ['WGAN_EDU_WIDGETS'] = 'core'\n" + PLAYER)
    someone.run_cell(0)
    output = someone.cell(0).locator(".jp-OutputArea")
    output.get_by_text("generator steps 0 of").wait_for()
    output.get_by_role("button", name="Step critic").click()
    output.get_by_text("critic steps 1,").wait_for()
    output.get_by_role("button", name="Step generator").click()
    output.get_by_text("generator steps 1 of").wait_for()
    output.get_by_role("button", name="Play", exact=True).click()
    output.get_by_text(re.compile(r"generator steps \d\d+ of")).wait_for()
    output.get_by_role("button", name="Pause", exact=True).click()
    output.get_by_role("button", name="Reset").click()
    output.get_by_text("generator steps 0 of").wait_for()
    assert someone.errors == []
