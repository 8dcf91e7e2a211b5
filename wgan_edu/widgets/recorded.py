"""A view without a kernel: what its methods would answer, recorded once, in a page that replays it.

A `Recording` holds answers of a view, each from the method that a button or a slider asks for, and says which
of them comes next. `as_page` makes one self-contained piece of HTML of a view and its recording: no import,
nothing fetched, so it also works from a file and in a hall without network. `replay.js` is its other half.

Arrays are kept as whole numbers of steps too small to be seen, as differences from neighbor to neighbor and
from answer to answer: most of these are near 0, and `zlib` makes little of them. Used in
every chapter with a widget.
"""

import base64
import hashlib
import html
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["PATH", "SHADES", "SURFACE", "Film", "Kept", "Recording", "as_page", "grid", "nearest"]

REPLAY = (Path(__file__).parent / "replay.js").read_text()
DIGITS = 7  # of a number: as many as the float32 of a live answer has
Answer = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """How arrays of one name are kept: in steps of one size, or in so many steps between the ends of each.

    Attributes:
        step: the size of a step.
        levels: the number of steps from the lowest value of an array to its highest, in place of a size.
        along: the axes along which differences are taken; axis 0 goes from answer to answer.
        most: what is beyond it counts as it, as the page paints no difference.
        spiral: for rows (x, y) of a path, at any distance from the origin: steps of log distance and angle.
    """

    step: float = 0.0
    levels: int = 0
    along: tuple[int, ...] = (0,)
    most: float = np.inf
    spiral: bool = False


SHADES = Kept(1 / 64)  # of small pictures in gray
SURFACE = Kept(levels=255, along=(2, 1, 0))  # values on a grid, painted in eleven bands
PATH = Kept(1 / 250, along=(1, 1), spiral=True)
TINY = 1e-30  # a distance that counts as none


@dataclass
class Recording:
    """Answers of a view, and which of them comes next.

    Attributes:
        says: a line on what was recorded, shown under the view.
        answers: what the methods of the view have answered; all have the same names.
        next: how `replay.js` goes from answer to answer, as JSON: its `kind`, and what that kind needs.
        kept: by name of an array, how to keep it; others are kept as they are, as float32.
        traits: what the page reads of the view itself.
        without: the controls that cannot work, by what stands on them.
        sliders: by name, the least value, the largest and the step that were recorded.
    """

    says: str
    answers: list[Answer] = field(default_factory=list)
    next: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    traits: dict[str, Any] = field(default_factory=dict)
    without: Sequence[str] = ()
    sliders: dict[str, tuple[float, float, float]] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """All of it, compressed: the length of the JSON, the JSON, then numbers that it refers to."""
        store = _Store()
        names = dict.fromkeys(name for answer in self.answers for name in answer)
        columns = {
            n: store.column([answer.get(n) for answer in self.answers], self.kept.get(n)) for n in names
        }
        rest = {"next": self.next, "traits": self.traits, "without": list(self.without)}
        head = json.dumps(store.plain({**rest, "sliders": self.sliders, "columns": columns}), allow_nan=False)
        head += " " * (-len(head.encode()) % 4)  # so that the numbers begin at a multiple of four
        packed = struct.pack("<I", len(head.encode())) + head.encode() + bytes(store.blob)
        return bytes(zlib.compress(packed, 9))


class Film:
    """Answers one after another, in reels: one of each choice, and beside it steps of one kind alone.

    Args:
        clock: the name of the number that counts steps.
        grows: by name, the numbers that the page wants as rows of all frames up to this one.
    """

    def __init__(self, clock: str, **grows: Sequence[str]) -> None:
        self.clock, self.grows = clock, grows
        self.answers: list[Answer] = []
        self.reels: list[dict[str, Any]] = []

    def reel(self, choice: str, stride: int, first: Answer, **more: Any) -> None:
        """Begin the main reel of a choice; what follows is a frame every `stride` steps."""
        start = {"frames": [len(self.answers)], "sides": []}
        self.reels.append({"choice": choice, "stride": stride, **more, **start})
        self._add(first)

    def frame(self, answer: Answer) -> None:
        """The next frame of the main reel."""
        self.reels[-1]["frames"].append(len(self.answers))
        self._add(answer)

    def side(self, verb: str, answers: Sequence[Answer]) -> None:
        """What so many steps of one kind alone make of the latest frame of the main reel."""
        if not answers:
            return
        frames = list(range(len(self.answers), len(self.answers) + len(answers)))
        at = len(self.reels[-1]["frames"]) - 1
        self.reels[-1]["sides"].append({"verb": verb, "at": at, "frames": frames})
        for answer in answers:
            self._add(answer)

    def _add(self, answer: Answer) -> None:
        self.answers.append({name: value for name, value in answer.items() if name not in self.grows})

    def next(self) -> dict[str, Any]:
        """As `Recording` takes it."""
        grows = {name: list(names) for name, names in self.grows.items()}
        return {"kind": "film", "clock": self.clock, "grows": grows, "reels": self.reels}


def grid(ranges: Mapping[str, tuple[float, float, float]]) -> list[dict[str, float]]:
    """All combinations of some numbers, by name: each from its least value to its largest, in steps."""
    numbers = [np.arange(low, high + step / 2, step).round(9).tolist() for low, high, step in ranges.values()]
    return [dict(zip(ranges, place, strict=True)) for place in product(*numbers)]


def nearest(
    where: Sequence[Answer],
    settings: Sequence[str] | None = None,
    jumps: Mapping[str, Mapping[str, int]] | None = None,
    links: Mapping[str, Sequence[tuple[int, str]]] | None = None,
    grows: Mapping[str, Sequence[str]] | None = None,
    **verbs: dict[str, str],
) -> dict[str, Any]:
    """Say what comes next where a page asks for a place: the nearest one that was recorded.

    Args:
        where: of each answer, where it is; the answers themselves, where they say so.
        settings: the names of the numbers and words that count. Default all of them.
        jumps: by name of another thing that the page may ask for, the answer to go to for each value.
        links: by name and value of yet another, from each answer the one it leads to, and what is said of it.
        grows: by name, the numbers that the page wants as rows, one of each answer it has come by.
        verbs: what the page asks for; by name of a value that comes with it, the setting that it stands for,
            if that has another name. `{side}` in a setting's name is the value of that name.

    Returns:
        As `Recording.next` takes it.
    """
    names = sorted({name for place in where for name in place}) if settings is None else settings
    places = {name: [place.get(name) for place in where] for name in names}
    more = {"jumps": dict(jumps or {}), "grows": dict(grows or {})}
    ways = {
        key: {"to": [to for to, _ in way], "says": _Store().column([says for _, says in way], None)}
        for key, way in (links or {}).items()
    }
    return {"kind": "nearest", "places": places, **more, "links": ways, "verbs": verbs}


class _Store:
    """Numbers behind each other, as bytes."""

    def __init__(self) -> None:
        self.blob = bytearray()

    def column(self, values: list[Any], kept: Kept | None) -> dict[str, Any]:
        """All values of one name: once if they are all the same."""
        places: dict[bytes, int] = {}
        which = [places.setdefault(_key(value), len(places)) for value in values]
        different = list(dict(zip(which, values, strict=True)).values())
        if len(different) == 1:
            return {"same": self.plain(different[0])}
        if kept is None:
            each = [self.plain(value) for value in different]
            return {"each": each} if len(each) == len(values) else {"each": each, "which": which}
        rows = [value for value in different if value is not None]
        missing = [value is None for value in different]  # of another kind of answer
        row = np.where(missing, -1, np.cumsum(np.logical_not(missing)) - 1)
        return {"which": row[which].tolist(), **self.steps(np.stack(rows), kept)}

    def steps(self, rows: Any, kept: Kept) -> dict[str, Any]:
        """Arrays of one shape as whole numbers: differences, folded to be positive, byte by byte."""
        if kept.spiral:
            x, y = rows[..., 0], rows[..., 1]
            rows = np.stack([np.log(np.hypot(x, y) + TINY), np.unwrap(np.arctan2(y, x))], axis=-1)
        rows, low, step = np.clip(rows, -kept.most, kept.most), np.zeros(1), np.full(1, kept.step)
        if kept.levels:
            low, high = (
                end(rows, axis=tuple(range(1, rows.ndim)), keepdims=True) for end in (np.min, np.max)
            )
            step = np.where(high > low, high - low, 1) / kept.levels
        whole = np.rint((rows - low) / step).astype(np.int64)
        for axis in kept.along:
            whole = np.diff(whole, axis=axis, prepend=0)
        folded = np.where(whole < 0, -2 * whole - 1, 2 * whole)
        if folded.max() >= 1 << 24:
            raise ValueError(f"differences must fit into three bytes; got one of {whole.max()} steps.")
        at = len(self.blob)
        for byte in range(3):
            self.blob += (folded >> 8 * byte & 255).astype(np.uint8).tobytes()
        self.blob += bytes(-len(self.blob) % 4)
        scale = {"low": low.ravel().tolist(), "step": step.ravel().tolist()}
        return {
            "at": at,
            "shape": list(rows.shape),
            "along": list(kept.along),
            "spiral": kept.spiral,
            **scale,
        }

    def plain(self, value: Any) -> Any:
        """As JSON; arrays and bytes as references to the numbers behind it."""
        if isinstance(value, bytes):
            value = np.frombuffer(value, "<f4")
        if isinstance(value, np.ndarray):
            at = len(self.blob)
            self.blob += np.ascontiguousarray(value, dtype="<f4").tobytes()
            return {"numbers": at, "shape": list(value.shape)}
        if isinstance(value, dict):
            return {name: self.plain(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.plain(part) for part in value]
        if isinstance(value, float):
            return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
        return value


def _key(value: Any) -> bytes:
    return (
        str(value.shape).encode() + value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
    )


def as_page(name: str, script: str, css: str, recording: Recording) -> str:
    """A view and its recording as one piece of HTML.

    Args:
        name: of the view.
        script: its module, which ends with a default export of `render`.
        css: its style.
        recording: what it replays.

    Returns:
        HTML to be put anywhere into a page, also several times.
    """
    data = base64.b64encode(recording.to_bytes()).decode()
    mark = hashlib.sha256(f"{name}{data}".encode()).hexdigest()[:16]
    says = html.escape(recording.says)
    told = ", ".join(json.dumps(text) for text in (mark, css, recording.says, data))
    return (
        f'<div class="wgan-edu-recorded" data-view="{name}" data-recording="{mark}"><noscript>'
        f"<p>{says} It needs scripts to move; the figures of this page show the same.</p></noscript></div>\n"
        f'<script type="module">\n{script}\n{REPLAY}\nreplay(render, {told});\n</script>'
    )
