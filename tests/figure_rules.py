"""What every figure must keep to so that it can be read without color, from the last row and on a beamer.

`faults(figure)` lists what is wrong. `watch()` makes `show` look at each figure of a notebook before it is
shown; `found()` then gives what it saw.
"""

import itertools

import matplotlib.image
from colors import contrast, on
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.contour import QuadContourSet
from matplotlib.lines import Line2D
from matplotlib.quiver import Quiver
from matplotlib.text import Text

SLIDE = 12.5, 6.4  # inches: what a slide of 1280 x 720 pixels has left for a figure
SMALLEST = 10  # points there, where 12 is usual: a letter "x" of 1/100 of the height of the hall's screen
OF_TEXT, OF_LINES = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11
_seen: list[tuple[str, list[str]]] = []


def faults(figure) -> list[str]:
    """What is wrong with a figure, a sentence each."""
    figure.canvas.draw()
    rules = (_lines, _marks, _twice)
    said = [f"{where(ax)}: {fault}" for ax in figure.axes for rule in rules for fault in rule(ax)]
    shrunk = min(1, SLIDE[0] / figure.get_figwidth(), SLIDE[1] / figure.get_figheight())
    for text in figure.findobj(Text):
        if _visible(text) and text.get_text().strip():
            said += _text(text, shrunk)
    return said


def faults_of_words(alt: str, caption: str) -> list[str]:
    """What is wrong with the words for those who cannot see a figure."""
    said = []
    if len(alt) < 60 or not alt.endswith("."):
        said.append("the alternative is no sentence on what is drawn and what it shows")
    if alt.startswith(("Figure", "A figure", "Image", "Picture of", "A picture of", "Plot of", "A plot of")):
        said.append("the alternative begins with what every reader is told anyway")
    if alt.strip() == caption.strip():
        said.append("the alternative only repeats the caption")
    return said


def where(ax) -> str:
    return ax.get_title() or ax.get_ylabel() or ax.get_xlabel() or "axes"


def has_surface(ax) -> bool:
    """Whether there is ground of other colors than the paper under the lines."""
    return any(isinstance(thing, QuadContourSet | matplotlib.image.AxesImage) for thing in ax.get_children())


def _visible(thing) -> bool:
    axes = getattr(thing, "axes", None)
    return thing.get_visible() and (axes is None or axes.axison or isinstance(thing, Text))


def _drawn(ax) -> list[Line2D]:
    caps = {cap for bars in ax.containers if isinstance(bars, ErrorbarContainer) for cap in bars[1]}
    lines = [line for line in ax.lines if line not in caps and line.get_visible() and len(line.get_xdata())]
    return [line for line in lines if line.get_linestyle() != "None" or line.get_marker() not in ("None", "")]


def _dash(line: Line2D):
    """What tells a line from others without its color."""
    return str(line._unscaled_dash_pattern), line.get_linestyle() == "None", str(line.get_marker())


def _lines(ax):
    lines = _drawn(ax)
    for one, other in itertools.combinations(lines, 2):
        if to_hex(one.get_color()) != to_hex(other.get_color()) and _dash(one) == _dash(other):
            yield f"{one.get_label()!r} and {other.get_label()!r} differ by color alone"
    for line in lines:
        if has_surface(ax):
            if not line.get_path_effects():
                yield f"the line {line.get_label()!r} has no white edge to be seen over a surface"
        elif contrast(on("white", line.get_color(), line.get_alpha()), "white") < OF_LINES:
            yield f"the line {line.get_label()!r} is too pale: {line.get_color()}"


def _marks(ax):
    marks = [thing for thing in ax.collections if isinstance(thing, PathCollection | Quiver)]
    for mark in marks:
        colors = {to_hex(color, keep_alpha=True) for color in mark.get_facecolor()}
        palest = min(colors, key=lambda color: contrast(on("white", color), "white"))
        if contrast(on("white", palest), "white") < OF_LINES:
            yield f"marks are too pale: {palest}"
        if has_surface(ax) and isinstance(mark, PathCollection):
            edges = [contrast(edge, fill) for edge in mark.get_edgecolor() for fill in colors]
            if not edges or min(edges) < OF_LINES or max(mark.get_linewidths()) <= 0:
                yield "marks have no white edge to be seen over a surface"
    plain = [mark for mark in marks if isinstance(mark, PathCollection)]
    for one, other in itertools.combinations(plain, 2):
        shapes = [mark.get_paths()[0].vertices.round(3).tolist() for mark in (one, other)]
        colors = [{to_hex(color) for color in mark.get_facecolor()} for mark in (one, other)]
        if shapes[0] == shapes[1] and colors[0] != colors[1]:
            yield "two kinds of marks differ by color alone"


def _twice(ax):
    """One color, two names in the legend."""
    named = {}
    for line in _drawn(ax):
        if not line.get_label().startswith("_"):
            named.setdefault(to_hex(line.get_color()), set()).add(line.get_label())
    for container in ax.containers:
        patches = getattr(container, "patches", [])
        if patches and not str(container.get_label()).startswith("_"):
            named.setdefault(to_hex(patches[0].get_facecolor()), set()).add(container.get_label())
    for color, names in named.items():
        if len(names) > 1:
            yield f"{color} stands for {' and '.join(sorted(names))}"


def _text(text: Text, shrunk: float):
    words = text.get_text()
    if text.get_fontsize() * shrunk < SMALLEST - 1e-9:
        yield f"{words!r} is too small: {text.get_fontsize() * shrunk:.1f} points on a slide"
    ground = _ground(text)
    if ground is not None and contrast(on(ground, text.get_color(), text.get_alpha()), ground) < OF_TEXT:
        yield f"{words!r} is too pale: {text.get_color()} on {ground}"


def _ground(text: Text):
    """The color under a text: of its box, of the picture it is written on, else of the paper."""
    if text.get_bbox_patch() is not None:
        return to_hex(text.get_bbox_patch().get_facecolor())
    ax = text.axes
    if ax is not None and text in ax.texts and text.get_transform() == ax.transData:
        for image in ax.images:
            column, row = (round(float(place)) for place in text.get_position())
            return to_hex(image.cmap(image.norm(image.get_array()[row, column])))
    return "white"


def watch() -> None:
    """From here on, `show` looks at each figure first."""
    from wgan_edu import style

    shown = style.show

    def show(figure, *, alt, caption):
        _seen.append((alt, faults(figure) + faults_of_words(alt, caption)))
        shown(figure, alt=alt, caption=caption)

    style.show = show


def found() -> list[tuple[str, list[str]]]:
    """For each figure that was shown, its text and what is wrong with it."""
    return _seen
