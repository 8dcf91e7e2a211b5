"""Drag the earth in a real browser: solves a second while dragging, and the round trip of one move.

Forty points a side with random masses. The mouse drags one point over the canvas for a few seconds, ten
moves every tenth of a second; each answer holds the optimal plan, its potential on a grid, a second plan if
there is one, and KL, JS and TV. JupyterLab and its kernel share one core, the browser has the others.

    python benchmarks/bench_drag.py [--seconds 5] [--rounds 5]

Aims: at least 10 solves a second, and a median round trip under 100 ms.
"""

import argparse
import math
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import browser

CELL = """
from wgan_edu.widgets import DragTheEarth
from wgan_edu.widgets.transport_scene import Scene
view = DragTheEarth(Scene.random(40, 40, seed=1))
view
"""


def one_round(learner: browser.Learner, seconds: float) -> tuple[float, float]:
    """Solves a second, and the median round trip in milliseconds."""
    time.sleep(0.5)  # the answer to the last move of the round before
    paper = learner.cell(0).locator(".wgan-edu")
    box = paper.get_by_role("img").first.bounding_box()
    x, y = (float(paper.get_attribute(f"data-{name}")) for name in ("px", "py"))
    mouse = learner.page.mouse
    mouse.move(box["x"] + (x + 2) / 4 * box["width"], box["y"] + (2 - y) / 4 * box["height"])
    mouse.down()
    began, first = time.perf_counter(), int(paper.get_attribute("data-painted"))
    while (spent := time.perf_counter() - began) < seconds:
        share = 0.5 + 0.4 * math.cos(3 * spent), 0.5 + 0.4 * math.sin(2 * spent)
        mouse.move(box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"])
        time.sleep(0.01)
    solved = int(paper.get_attribute("data-painted")) - first
    mouse.up()
    return solved / spent, float(paper.get_attribute("data-trip"))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()
    with browser.pinned_lab() as (lab, chromium):
        lab.write("drag.ipynb", CELL)
        learner = browser.Learner(
            lab, chromium.new_page(viewport={"width": 1280, "height": 1000}), "drag.ipynb"
        )
        learner.run_cell(0)
        learner.page.wait_for_selector(".wgan-edu[data-painted]")
        rounds = [one_round(learner, chosen.seconds) for _ in range(chosen.rounds)]
    print(browser.machine())
    for name, values in zip(
        ("solves a second", "round trip, median ms"), zip(*rounds, strict=True), strict=True
    ):
        print(f"  {name}: {statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})")


if __name__ == "__main__":
    main()
