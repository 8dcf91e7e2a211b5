"""What the learner gave, read kindly: copies go in, arrays come out, and errors become sentences.

Used in every chapter.
"""

import copy
import inspect
import linecache
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from wgan_edu.looking import off_torch

__all__ = ["Learner", "Mistake", "NotYet", "expect", "first_line", "is_missing", "plain", "same"]

PACKAGE = str(Path(__file__).parents[1])
TO_DO = "Write your code where the dots `...` are, end with `return`, then run the cell again."


class Mistake(Exception):
    """What a check tells the learner."""


class NotYet(Exception):
    """There is no answer to check yet."""


def expect(condition: object, message: str) -> None:
    """Go on if the condition holds, else tell the learner the message."""
    if not condition:
        raise Mistake(message)


def same(got: object, want: object, tolerance: float = 1e-6) -> bool:
    """Whether two numbers or arrays agree: equal shapes, but one number may come in any; NaN never agrees."""
    one, two = np.asarray(got, dtype=np.float64), np.asarray(want, dtype=np.float64)
    if one.size == two.size == 1:
        one, two = one.reshape(()), two.reshape(())
    return one.shape == two.shape and bool(np.allclose(one, two, rtol=tolerance, atol=tolerance))


class Learner:
    """The learner's function in a coat: it gets copies, and what goes wrong in it becomes a sentence."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Put the coat on."""
        self.function = function
        self.name = getattr(function, "__name__", "your function")
        self.changed: set[str] = set()

    def __call__(self, *arguments: Any) -> Any:
        """Call it with copies; arrays come back, whatever kind of number it returned."""
        copies = copy.deepcopy(arguments)
        try:
            result = self.function(*copies)
        except Exception as error:
            raise Mistake(self._stopped(error)) from None
        for position, (before, after) in enumerate(zip(arguments, copies, strict=True)):
            if not callable(before) and not np.array_equal(plain(before), plain(after)):
                self.changed.add(self._argument(position))
        if is_missing(result):
            raise NotYet(f"`{self.name}` returned nothing. {TO_DO}")
        return Learner(result) if callable(result) else plain(result)

    def remark(self) -> str:
        """What to say of a function that changes its input."""
        names = " and ".join(f"`{name}`" for name in sorted(self.changed))
        return (
            f"All answers are right, but `{self.name}` changes its input {names}: whoever calls it twice "
            "with the same arrays gets another answer. Work on a copy (`.copy()`)."
        )

    def _argument(self, position: int) -> str:
        try:
            return list(inspect.signature(self.function).parameters)[position]
        except (ValueError, TypeError, IndexError):
            return f"argument {position + 1}"

    def _stopped(self, error: Exception) -> str:
        """What stopped the learner's code, and the last line of it that was reached."""
        sentence = f"`{self.name}` stopped with {type(error).__name__}: {first_line(error)}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            line = linecache.getline(frame.filename, frame.lineno or 0).strip()
            if line and not _is_library(frame.filename):
                return f"{sentence}\n\nIt happened in line {frame.lineno} of your cell: `{line}`"
        return sentence


def _is_library(filename: str) -> bool:
    places = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return filename.startswith((*places, PACKAGE)) or "-packages" in filename


def first_line(error: Exception) -> str:
    """The first line of what an error says."""
    return next(iter(str(error).splitlines()), "no message")[:200]


def is_missing(answer: Any) -> bool:
    """Whether an answer is a stub, or has a stub in it."""
    if isinstance(answer, str):
        return answer.strip() in {"", "..."}
    if isinstance(answer, np.ndarray):
        return answer.dtype == object and is_missing(answer.tolist())
    if isinstance(answer, list | tuple):
        return any(is_missing(part) for part in answer)
    return answer is None or answer is ...


def plain(answer: Any) -> Any:
    """Tensors, lists, tuples and fractions as arrays of numbers; anything else as it came."""
    answer = off_torch(answer)
    try:
        array = np.asarray(answer)
        return array.astype(np.float64) if array.dtype == object else array
    except (ValueError, TypeError):  # rows of different lengths, or no numbers at all
        return tuple(plain(part) for part in answer) if isinstance(answer, list | tuple) else answer
