"""How this course shows itself, by the environment: with a live kernel, or as pages that work without one.

`WGAN_EDU_WIDGETS` may be `core`, for pages without anywidget, or `recorded`, for pages and slides that no
kernel stands behind: views are then recordings, quizzes and boxes to write in plain HTML.

Used in every chapter.
"""

import os

__all__ = ["display_mode"]


def display_mode() -> str:
    """`live`, `core` or `recorded`; anything else in the environment counts as live."""
    asked = os.environ.get("WGAN_EDU_WIDGETS", "")
    return asked if asked in ("core", "recorded") else "live"
