"""One color and one marker for each role, the same in every figure and widget of the course.

Every color of a role carries text on white paper (4.5 to 1), and any two of them stay 10 CIEDE2000 apart for
eyes without red, green or blue cones and on a beamer in a lit hall; `tests/test_accessibility.py` computes
both. The hues are those of M. Okabe and K. Ito (Color Universal Design, 2008), darkened to that end; brown
stands for their orange, which no darkening keeps apart from vermilion. Nothing hangs on color alone: markers
and dashes differ too. Taught in: 00_start_here.
"""

__all__ = ["COLORS", "CYCLE", "MARKERS", "TINTS"]

COLORS = {
    "real": "#0072B2",  # blue
    "fake": "#C74E00",  # vermilion
    "plan": "#00694C",  # green
    "critic": "#6A1A6E",  # purple
    "extra": "#724414",  # brown
    "exact": "#000000",
    "quiet": "#767676",  # a gray that can carry text
}
MARKERS = {"real": "o", "fake": "^", "plan": "s", "critic": "D", "extra": "P", "exact": "x"}

# What has no role of its own takes these in turn; blue and vermilion come last, as they mean real and fake.
CYCLE = [COLORS[role] for role in ("plan", "critic", "extra", "exact", "quiet", "real", "fake")]

# What lies under the roles, or beside them, in the widgets. None of it says anything that a word, an edge or
# a dash does not say too.
TINTS = {
    "paper": "#FFFFFF",
    "face": "#F2F2F2",  # of buttons and of messages
    "ink": "#222222",  # words and thin lines
    "guide": "#C8C8C8",  # lines that only lead the eye
    "hill": "#C896CE",  # where a critic is highest; paler bands below
    "flat": "#8A8A8A",  # where it is flatter than 1
    "steep": "#B8802B",  # and where it is steeper
    "veil": "#E8DAEA",  # where a function may still go
    "glow": "#FFD54A",  # around a route along which f falls by the full way
    "alarm": "#B00020",  # a function that is too steep, and what went wrong
    "near_real": "#00375C",  # real points near generated ones
    "near_fake": "#7A3300",  # and the reverse
}
