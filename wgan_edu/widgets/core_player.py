"""The training player from core ipywidgets, for pages where anywidget cannot be had: a picture and buttons.

It shows the same frames of the same `TrainingRun`, a few a second. The page's `Play` control asks for each
frame, so here too nothing runs when no page is open.

Taught in: 00_start_here.
"""

import base64
import html
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from ipywidgets import HTML, Dropdown, HBox, IntSlider, Label, Play, VBox
from ipywidgets import Button as CoreButton
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from wgan_edu.palette import COLORS, MARKERS, TINTS
from wgan_edu.training import TrainConfig
from wgan_edu.widgets.training_run import Frame, TrainingRun

__all__ = ["TrainingPlayer", "picture"]

BUDGET = 0.15  # seconds of training for each tick of `Play`
TICK = 400  # milliseconds from tick to tick; drawing a picture takes a good part of it


class TrainingPlayer(VBox):  # type: ignore[misc]
    """Play, step the critic, step the generator, reset, scrub: the one without anywidget.

    Args:
        config: a `TrainConfig`. Default the first of the choices, or `PRESETS["live"]`.
        data: two-dimensional data with `sample(n, seed)`. Default `ring_of_8()`.
        choices: configurations by name, such as one for each constraint, to choose from. Default none.

    Raises:
        ValueError: if the data is not two-dimensional, or is all one point.

    Attributes:
        run: the `TrainingRun`.

    Taught in: 00_start_here.
    """

    def __init__(
        self,
        config: TrainConfig | None = None,
        data: Any = None,
        choices: Mapping[str, TrainConfig] | None = None,
    ) -> None:
        self.run = TrainingRun(config, data, choices)
        self._picture, self._numbers, self._message = HTML(), Label(), Label()
        self._play = Play(interval=TICK, min=0, max=10**6, step=1, layout={"display": "none"})
        self._start = CoreButton(description="Play")  # those of `Play` have no words
        self._start.on_click(lambda _: setattr(self._play, self._playing, self._start.description == "Play"))
        self._play.observe(self._played, self._playing)
        self._scrub = IntSlider(description="Frame", min=0, max=0, continuous_update=False)
        self._following = False
        self._play.observe(lambda _: self._tick(), "value")
        self._scrub.observe(lambda change: self._scrubbed(change["new"]), "value")
        steps = [
            self._button("Step critic", lambda: self.run.critic_step()),
            self._button("Step generator", lambda: self.run.generator_step()),
            self._button("Reset", lambda: self.run.reset()),
        ]
        if self.run.choices:
            names = list(self.run.choices)
            chosen = Dropdown(description="Constraint", options=names, value=self.run.choice or None)
            chosen.observe(lambda change: self._chosen(change["new"]), "value")
            steps.append(chosen)
        super().__init__(
            [
                HBox([self._start, *steps, self._play], layout={"flex_flow": "row wrap"}),
                self._picture,
                self._scrub,
                self._numbers,
                self._message,
            ]
        )
        self._show(self.run.current)

    def _button(self, text: str, work: Any) -> CoreButton:
        button = CoreButton(description=text)
        button.on_click(lambda _: self._do(work))
        return button

    def _do(self, work: Any) -> None:
        """Do what a control asks for and show the frame; what goes wrong is said where the learner looks."""
        try:
            self._show(work())
            self._message.value = "The run is finished. Scrub through it, or reset." if self.run.done else ""
        except KeyboardInterrupt:
            self._stop("Interrupted. Everything is as it was after the last whole step.")
        except Exception as error:
            self._stop(f"{type(error).__name__}: {error}")

    def _tick(self) -> None:
        """Advance, unless it is a tick from before a pause that comes late, perhaps after a reset."""
        if getattr(self._play, self._playing):
            self._do(lambda: self.run.advance(10**6, BUDGET))

    @property
    def _playing(self) -> str:
        """The trait of `Play` that says whether it plays: `playing` since ipywidgets 8, `_playing` before."""
        return "playing" if self._play.has_trait("playing") else "_playing"

    def _played(self, change: Any) -> None:
        self._start.description = "Pause" if change["new"] else "Play"

    def _stop(self, message: str) -> None:
        """Stop playing and say why."""
        setattr(self._play, self._playing, False)
        self._message.value = message

    def _chosen(self, name: str) -> None:
        self._stop("")
        self._do(lambda: self.run.choose(name))

    def _scrubbed(self, index: int) -> None:
        if not self._following:
            self._do(lambda: self.run.frames[index])

    def _show(self, frame: Frame) -> None:
        run = self.run
        modes = f", {frame.modes} of {run.mode_count} modes" if run.mode_count else ""
        self._numbers.value = (
            f"generator steps {frame.generator_steps} of {run.config.generator_steps}, critic steps "
            f"{frame.critic_steps}, gap {frame.gap:.3f}, mean push {frame.push:.2f}{modes}"
        )
        words = html.escape(f"Points over the critic, and its gap over time: {self._numbers.value}.")
        data = base64.b64encode(picture(run, frame)).decode()
        self._picture.value = (
            f'<img alt="{words}" src="data:image/png;base64,{data}" style="max-width: 820px">'
        )
        self._following = True  # the slider follows the run; it is not the learner who moves it
        self._scrub.max = len(run.frames) - 1
        if frame is run.current:
            self._scrub.value = self._scrub.max
        self._following = False


def picture(run: TrainingRun, frame: Frame) -> bytes:
    """Draw a frame as PNG, without pyplot, which knows no threads."""
    figure = Figure(figsize=(8.2, 4), layout="constrained")
    FigureCanvasAgg(figure)
    plane, chart = figure.subplots(1, 2)
    low, high = run.center - run.half_width, run.center + run.half_width
    extent = (low[0], high[0], low[1], high[1])
    hill = LinearSegmentedColormap.from_list("hill", [TINTS["paper"], TINTS["hill"]])
    plane.imshow(frame.surface, origin="lower", extent=extent, cmap=hill)
    for role, points, name in (("real", run.real, "real"), ("fake", frame.fake, "generated")):
        look = {"color": COLORS[role], "marker": MARKERS[role], "edgecolor": TINTS["paper"]}
        plane.scatter(*points.T, s=16, linewidth=0.5, label=name, **look)
    pushed = frame.fake[: len(frame.arrows)]
    plane.quiver(*pushed.T, *(0.3 * frame.arrows.T), angles="xy", scale_units="xy", scale=1, width=0.004)
    plane.set(xlim=extent[:2], ylim=extent[2:], title=f"after {frame.generator_steps} generator steps")
    plane.legend(loc="upper right", fontsize=10)
    steps, gap, w1, certified, _ = run.trace()
    solved = ~np.isnan(w1)
    chart.plot(steps, gap, color=COLORS["critic"], label="critic gap")
    for role, line, values, name in (("exact", "-", w1, "exact W1"), ("plan", "", certified, "certified")):
        look = {"color": COLORS[role], "marker": MARKERS[role], "linestyle": line}
        chart.plot(steps[solved], values[solved], markersize=4, label=name, **look)
    chart.axhline(run.floor, ls="--", color=COLORS["quiet"], label="floor")
    top = 1.15 * max(run.floor, *w1[solved])
    chart.set(
        xlabel="generator steps",
        xlim=(0, max(20, steps[-1])),
        ylim=(min(0.0, -0.3 * top * (gap.min() < 0)), top),
    )
    chart.legend(fontsize=10)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=100)
    return png.getvalue()
