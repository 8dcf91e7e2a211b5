"""The training player in a real browser: frames a second, modes after 30 seconds, and from slider to picture.

JupyterLab and its kernel share one core, as on Binder; the browser has the others, as at a learner's desk.
Five starts with fresh seeds; each number is the median of the five, with the least and the most beside it.

    python benchmarks/bench_player.py [--starts 5] [--seconds 30]

Aims: at least 10 frames a second, 7 of 8 modes after 30 seconds, from slider to picture within 100 ms.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import browser

CELL = """
from dataclasses import replace
from wgan_edu.training import PRESETS
from wgan_edu.widgets import TrainingPlayer
player = TrainingPlayer(replace(PRESETS["live"], seed={seed}))
player
"""

# Move the slider to a place and wait until the page has painted the frame; in milliseconds.
SCRUB = """async (share) => {
    const paper = document.querySelector('.wgan-edu');
    const slider = paper.querySelector('input[type=range]');
    const painted = paper.dataset.painted;
    slider.value = Math.round(share * slider.max);
    const began = performance.now();
    slider.dispatchEvent(new Event('input'));
    while (paper.dataset.painted === painted) await new Promise((ready) => requestAnimationFrame(ready));
    return performance.now() - began;
}"""


def one_start(lab: browser.Lab, chromium, seed: int, seconds: float) -> dict[str, float]:
    name = f"start-{seed}.ipynb"
    lab.write(name, CELL.format(seed=seed))
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    learner = browser.Learner(lab, context.new_page(), name)
    learner.run_cell(0)
    view = learner.cell(0).locator(".wgan-edu")
    learner.page.wait_for_selector(".wgan-edu[data-painted]")
    view.get_by_role("button", name="Play", exact=True).click()
    began, first = time.perf_counter(), int(view.get_attribute("data-painted"))
    seven = float("nan")
    while (spent := time.perf_counter() - began) < seconds and view.get_attribute("data-done") != "true":
        if seven != seven and int(view.get_attribute("data-modes")) >= 7:
            seven = spent
        time.sleep(0.25)
    rate = (int(view.get_attribute("data-painted")) - first) / (time.perf_counter() - began)
    modes, steps = int(view.get_attribute("data-modes")), int(view.get_attribute("data-step"))
    if view.get_by_role("button", name="Pause", exact=True).is_visible():
        view.get_by_role("button", name="Pause", exact=True).click()
    time.sleep(1)
    scrubs = [learner.page.evaluate(SCRUB, k / 20) for k in range(20)]
    context.close()
    lab.shut_kernels_down()
    return {
        "frames a second": rate,
        "generator steps at the end": steps,
        "modes at the end": modes,
        "seconds until 7 modes": seven,
        "slider to picture, median ms": statistics.median(scrubs),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--starts", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=30)
    chosen = arguments.parse_args()
    with browser.pinned_lab() as (lab, chromium):
        runs = [one_start(lab, chromium, 100 + i, chosen.seconds) for i in range(chosen.starts)]
    print(browser.machine())
    print(
        f"{chosen.starts} starts of at most {chosen.seconds:.0f} s, seeds 100 and up: median (least to most)"
    )
    for name in runs[0]:
        values = [run[name] for run in runs]
        print(f"  {name}: {statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})")


if __name__ == "__main__":
    main()
