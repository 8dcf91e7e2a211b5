"""How colors differ: contrast (WCAG 2.2), CIEDE2000, and both as other eyes and a lit hall let them be seen.

Color blindness is simulated by the matrices of Machado, Oliveira and Fernandes (2009), at full severity.
"""

import numpy as np
from matplotlib.colors import to_hex, to_rgb, to_rgba

EYES = {  # on linear RGB; the last three lack one kind of cone altogether
    "all cones": np.eye(3),
    "no red cones": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green cones": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "no blue cones": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)


def linear(color):
    """The light of an sRGB color: red, green, blue, from 0 to 1."""
    parts = np.array(to_rgb(color))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(color):
    return float(np.dot([0.2126, 0.7152, 0.0722], linear(color)))


def contrast(one, other, stray=0.0):
    """Ratio of luminances, with stray light of so many parts of white added to both."""
    low, high = sorted((luminance(color) + stray) / (1 + stray) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def on(ground, color, alpha=None):
    """What is seen of a color that lets the ground through."""
    *top, share = to_rgba(color, alpha)
    return to_hex(share * np.array(top) + (1 - share) * np.array(to_rgb(ground)))


def lab(light):
    """CIE L*a*b* of linear sRGB."""
    share = TO_XYZ @ np.clip(light, 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ciede2000(one, other):
    """The color difference of CIE 142-2001, by the formulas of Sharma, Wu and Dalal (2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = np.arctan2(b1, stretch * a1) % (2 * np.pi), np.arctan2(b2, stretch * a2) % (2 * np.pi)
    gray = c1 * c2 == 0
    turn = 0.0 if gray else (h2 - h1 + np.pi) % (2 * np.pi) - np.pi
    around = 2 * np.sqrt(c1 * c2) * np.sin(turn / 2)
    hue = h1 + h2 if gray else (h1 + h2 + 2 * np.pi * (abs(h1 - h2) > np.pi)) / 2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    waves = zip((-0.17, 0.24, 0.32, -0.2), (1, 2, 3, 4), (-30, 0, 6, -63), strict=True)
    t = 1 + sum(size * np.cos(times * hue + np.radians(shift)) for size, times, shift in waves)
    by_light = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    by_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    by_hue = around / (1 + 0.015 * chroma * t)
    blue = 60 * np.exp(-(((np.degrees(hue) - 275) / 25) ** 2))
    mixed = -np.sin(np.radians(blue)) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    return float(np.sqrt(by_light**2 + by_chroma**2 + by_hue**2 + mixed * by_chroma * by_hue))


def apart(one, other, eyes="all cones", stray=0.0):
    """How different two colors look."""
    seen = [lab(EYES[eyes] @ ((linear(color) + stray) / (1 + stray))) for color in (one, other)]
    return ciede2000(*seen)
