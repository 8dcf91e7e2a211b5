"""How figures look, and how a notebook shows one: with a caption, and words for those who cannot see it.

Used in every chapter.
"""

import base64
import html
import io

import matplotlib.pyplot as plt
from cycler import cycler
from IPython.display import display
from matplotlib.figure import Figure

from wgan_edu.palette import CYCLE

__all__ = ["show", "use_style"]

PIXELS_PER_INCH = 96  # of the page, so that 12-point type is 12-point type
SHARPNESS = 1.75  # drawn finer than shown, for high-resolution screens and projectors


def use_style() -> None:
    """Set Matplotlib's defaults: 7 x 4 inches, 12-point type, the course's palette, little ink.

    Taught in: 00_start_here.
    """
    plt.rcParams.update(
        {
            "figure.figsize": (7, 4),
            "figure.dpi": PIXELS_PER_INCH,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "font.size": 12,
            "axes.titlesize": 12,
            "axes.prop_cycle": cycler(color=CYCLE),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "legend.frameon": False,
            "lines.linewidth": 2,
            "image.cmap": "cividis",  # even steps of brightness, also for color-blind eyes
        }
    )


def show(fig: Figure, *, alt: str, caption: str) -> None:
    """Show a figure with its caption and its text alternative, then close it.

    Args:
        fig: the figure.
        alt: what a reader who cannot see the figure needs to know of it: what is drawn, and what it shows.
        caption: one or two sentences under the figure; formulas in dollar signs are typeset.

    Raises:
        ValueError: if `alt` or `caption` is empty.

    Taught in: 00_start_here.
    """
    for name, text in (("alt", alt), ("caption", caption)):
        if not text.strip():
            raise ValueError(f"{name} must say something about the figure; got an empty text.")
    picture = io.BytesIO()
    fig.savefig(picture, format="png", dpi=SHARPNESS * PIXELS_PER_INCH)
    width = round(fig.get_figwidth() * PIXELS_PER_INCH)
    plt.close(fig)
    data = base64.b64encode(picture.getvalue()).decode()
    page = (
        f'<figure style="margin: 0.5em 0; max-width: {width}px">'
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt)}" style="width: 100%">'
        f'<figcaption style="font-size: 0.95em; margin-top: 0.3em">{html.escape(caption, quote=False)}'
        "</figcaption></figure>"
    )
    display({"text/html": page, "text/plain": f"Figure: {alt}\n{caption}"}, raw=True)  # type: ignore[no-untyped-call]
