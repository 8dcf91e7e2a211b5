"""Steering a generator as a learner meets it: menus, slider and keyboard in JupyterLab."""

import pytest
from browser import View

pytestmark = pytest.mark.browser

VIEW = """
from dataclasses import replace
from wgan_edu.classifier import train_classifier
from wgan_edu.data import digits
from wgan_edu.training import PRESETS, TrainState, train
from wgan_edu.widgets import Steering
part = digits().labeled()
config = replace(PRESETS["ring"], z_dim=8, hidden=(64, 64), batch_size=64, generator_steps=150, ema_decay=0.0)
state = TrainState.create(config, part)
for _ in train(state):
    pass
view = Steering(state, train_classifier(part.images, part.labels, steps=150))
view
"""
ASKED = "print('change', {name: round(value, 3) for name, value in view.change.items()})"


@pytest.fixture
def opened(learner):
    someone = learner(VIEW, ASKED)
    someone.run_cell(0)
    yield someone
    assert someone.errors == []


def test_choose_and_slide(opened):
    view = View(opened)
    assert view.number("label") == 7
    assert view.number("slant") == 0
    slider = view.paper.get_by_role("slider", name="Strength")
    slider.fill("3")
    view.wait("strength", 3)
    far = view.wait("slant", lambda change: change > 0.2)
    view.paper.get_by_text("pushed slant by 3.00").wait_for()
    opened.run_cell(1)
    opened.cell(1).get_by_text(f"'slant': {far:.2f}"[:-1]).wait_for()  # the kernel has it too
    slider.fill("-2")
    view.wait("slant", lambda change: change < -0.1)

    view.paper.get_by_role("combobox", name="Ask for a").select_option("3")
    view.wait("label", 3)
    view.paper.get_by_role("combobox", name="Push").select_option("thickness")
    view.wait("thickness", lambda change: change < -0.1)
    slider.fill("2")
    free = abs(view.wait("width", lambda _: view.number("thickness") > 0.1))
    view.paper.get_by_role("checkbox", name="Hold the other attributes").check()
    view.paper.get_by_text("the others held").wait_for()
    assert abs(view.number("width")) <= free + 0.05
    view.press("New noise")
    view.wait("seed", 1)
    view.paper.get_by_role("combobox", name="Push").select_option("looks like a 5")
    view.paper.get_by_text("pushed looks like a 5").wait_for()


def test_the_keyboard_suffices(opened):
    view = View(opened)
    keys = view.page.keyboard
    view.paper.get_by_role("combobox", name="Ask for a").focus()
    keys.press("ArrowDown")
    view.wait("label", 8)
    keys.press("Tab")
    keys.press("ArrowDown")
    view.page.wait_for_selector(".wgan-edu[data-goal=width]")
    keys.press("Tab")
    keys.press("Space")
    view.page.wait_for_selector(".wgan-edu[data-hold=true]")
    keys.press("Tab")
    keys.press("Enter")
    view.wait("seed", 1)
    keys.press("Tab")
    for _ in range(4):
        keys.press("ArrowRight")
    view.wait("strength", 1)
    view.wait("width", lambda change: change > 0)
    assert "width" in view.paper.get_by_role("img").first.get_attribute("aria-label")
    assert opened.page.locator(".jp-Notebook .jp-CodeCell").count() == 2


def test_a_reload_keeps_the_settings(opened):
    view = View(opened)
    view.paper.get_by_role("combobox", name="Ask for a").select_option("2")
    view.paper.get_by_role("slider", name="Strength").fill("1.5")
    view.wait("strength", 1.5)
    view.wait("label", 2)
    opened.save()
    opened.open(reset=False)
    view = View(opened)
    view.wait("strength", 1.5)
    assert view.paper.get_by_role("combobox", name="Ask for a").input_value() == "2"
    assert view.paper.get_by_role("slider", name="Strength").input_value() == "1.5"
