"""One color and one marker for each role, the same in every figure and widget of the course.

The colors are those of Okabe and Ito (2008), told apart with every common form of color blindness; the
markers differ too, so that nothing hangs on color alone. Source: https://jfly.uni-koeln.de/color/.
"""

__all__ = ["COLORS", "CYCLE", "MARKERS"]

COLORS = {
    "real": "#0072B2",  # blue
    "fake": "#D55E00",  # vermilion
    "plan": "#009E73",  # bluish green
    "critic": "#CC79A7",  # reddish purple
    "exact": "#000000",
    "extra": "#E69F00",  # orange
    "sky": "#56B4E9",
    "quiet": "#767676",  # a gray that still has contrast 4.5:1 on white
}
MARKERS = {"real": "o", "fake": "^", "plan": "s", "critic": "D", "exact": "x", "extra": "P"}
CYCLE = [COLORS[role] for role in ("real", "fake", "plan", "critic", "extra", "sky", "exact")]
