"""One color and one marker for each role, the same in every figure and widget of the course.

The colors are those of Okabe and Ito (2008), told apart with every common form of color blindness; the
orange is darkened, so that each stands out from white paper by 3 to 1. The markers differ too: nothing hangs
on color alone. Source: M. Okabe and K. Ito, Color Universal Design, 2008. Taught in: 00_start_here.
"""

__all__ = ["COLORS", "CYCLE", "MARKERS"]

COLORS = {
    "real": "#0072B2",  # blue
    "fake": "#D55E00",  # vermilion
    "plan": "#009E73",  # bluish green
    "critic": "#CC79A7",  # reddish purple
    "extra": "#A97400",  # orange, darkened
    "exact": "#000000",
    "quiet": "#767676",  # a gray that can carry text
}
MARKERS = {"real": "o", "fake": "^", "plan": "s", "critic": "D", "extra": "P", "exact": "x"}
CYCLE = [COLORS[role] for role in MARKERS]
