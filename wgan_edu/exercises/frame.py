r'''How an exercise is declared, and what happens when a learner checks, asks for a hint, or looks it up.

An exercise stands in one place, `chNN.py`, and needs no other registration; its task is a Markdown cell of
the chapter's notebook, with a stub cell after it (`tests/test_notebooks.py` holds the two together):

    @exercise("05.2", kind="code", seeds=("S0.2",), title="Is it a plan?", hints=("...", "..."))
    def is_plan(plan: Array, a: Array, b: Array) -> bool:
        """Shown by `.solution()`, as it stands here."""
        return ...

    @is_plan.checker
    def _(answer: Any) -> None:  # the learner's function, handed copies of what you pass
        expect(not answer(plan, a, b), "You looked at the rows only: ...")

    @is_plan.wrong(says="rows only")  # at least three; tests want each to fail with its own message
    def _(plan: Array, a: Array, b: Array) -> bool: ...

Kinds "by hand" and "prediction" take numbers: the function has no arguments and computes the answer, its
docstring is the reasoning, and `name.wrong(9.4, says="...")` names a wrong number and what to say of it (a
checker is needed only where more is to be tested). Kinds "proof" and "concept" take a text: the docstring is
the model answer, `rubric` and `slips` are what a program looks for first. Used in every chapter.
'''

import ast
import functools
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from wgan_edu.display_mode import display_mode
from wgan_edu.exercises import learner, records
from wgan_edu.exercises.learner import Learner, Mistake, NotYet, expect, first_line, is_missing, plain, same
from wgan_edu.exercises.outcome import Outcome, Page
from wgan_edu.exercises.printed import printed_text

__all__ = [
    "FORMS",
    "NOT",
    "PLAIN",
    "Exercise",
    "Point",
    "Slip",
    "chapters",
    "ex",
    "exercise",
    "exercises_of",
    "expect",
    "same",
]

FORMS = {"by hand": "value", "prediction": "value", "code": "function", "proof": "text", "concept": "text"}
TWO_DECIMALS = 0.005  # how exact a number found by hand has to be
LOOK = re.IGNORECASE | re.DOTALL

# For slips, as a right text may name a misconception to deny it: a denial, and a clause without any.
NOT = (
    r"(?:\bnot?\b|n't|n’t|"
    r"\b(?:never|cannot|nor|neither|nothing|none|nobody|without|fails?|only|unlike|rather)\b)"
)
PLAIN = rf"(?:^|[.;:,])(?![^.;:,]*{NOT})[^.;:,]*?"

A = TypeVar("A")

TO_DO = {
    "value": "Put your answer where the dots `...` are, then run the cell again.",
    "function": learner.TO_DO,
    "text": "Write your answer first, in words and formulas as they come to you.",
}
FIRST_LOOK = (
    "This is only a first look, by a program that knows words and not their meaning. The rubric decides: "
    "hold your text against it (`.solution()`), and if it fits, say so (`.accept()`), and it counts."
)


class Point(NamedTuple):
    """One point of a rubric: what a good text says, a pattern that finds a trace of it, a hint if none is."""

    says: str
    pattern: str
    hint: str


class Slip(NamedTuple):
    """A misconception in a text: a pattern that finds it, and what to say of it."""

    pattern: str
    says: str


# --- an exercise --------------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class Exercise:
    """One exercise. In a notebook: `.check(answer)`, `.hint()`, `.solution()`, and for texts `.write()`."""

    reference: Callable[..., Any]
    key: str
    kind: str
    title: str
    hints: tuple[str, ...]
    seeds: tuple[str, ...]
    moral: str
    rubric: tuple[Point, ...]
    slips: tuple[Slip, ...]
    wrongs: list[tuple[Any, str]] = field(default_factory=list)
    _hints_shown: int = 0

    def __post_init__(self) -> None:
        """Texts have a check from the start, and so have numbers."""
        self.form = FORMS[self.kind]
        self._check: Callable[[Any], None] = self._look_at_text if self.form == "text" else self._compare

    def __repr__(self) -> str:
        """Say what can be done with it."""
        return f"Exercise {self.key}, {self.title} ({self.kind}): .check(answer), .hint(), .solution()" + (
            ", .write()" if self.form == "text" else ""
        )

    # In chNN.py.

    def __call__(self, *arguments: Any) -> Any:
        """Call the reference solution."""
        return self.reference(*arguments)

    def checker(self, function: Callable[[Any], None]) -> Callable[[Any], None]:
        """Register the check: a function of the answer that calls `expect`."""
        self._check = function
        return function

    def wrong(self, answer: Any = ..., *, says: str) -> Callable[[A], A]:
        """Register a mistake that learners make, and the message that it must get, or words of it.

        Above a function, or called with a text or numbers; `[3, ..., ...]` is any answer that begins with 3.
        """

        def register(mistake: A) -> A:
            self.wrongs.append((mistake, says))
            return mistake

        if answer is not ...:
            register(answer)
        return register

    # In a notebook.

    def check(self, answer: Any = None) -> Outcome:
        """Say whether an answer is right, and if not, which mistake it looks like."""
        try:
            self._judge(answer)
        except NotYet as missing:
            return Outcome("Not yet", f'{missing} Stuck? `ex("{self.key}").hint()`')
        except Mistake as mistake:
            return self._recorded("First look" if self.form == "text" else "Not right", str(mistake), answer)
        except Exception as error:  # an answer of a form that the check did not foresee
            reason = f"{type(error).__name__}: {first_line(error)}"
            message = (
                f"The check cannot read your answer ({reason}). Compare its type and shape with the task."
            )
            return self._recorded("Not right", message, answer)
        return self._recorded("Passed", self.moral or self._after_text(), answer)

    def hint(self) -> Outcome:
        """Show the next hint, from a nudge to nearly everything."""
        shown = min(self._hints_shown, len(self.hints) - 1)
        self._hints_shown = shown + 1
        left = len(self.hints) - self._hints_shown
        more = f"({left} left)" if left else f'(The last one; `ex("{self.key}").solution()` is next.)'
        return Outcome(f"Hint {self._hints_shown} of {len(self.hints)}", f"{self.hints[shown]} {more}")

    def solution(self) -> Page:
        """Show the reference solution; for numbers with the reasoning, for texts with the rubric."""
        lead = f"**Solution of {self.key}, {self.title}**"
        words = inspect.getdoc(self.reference)
        if self.form == "text":
            return Page(f"{lead}\n\n{words}\n\n**Rubric**\n\n{self._points()}")
        code = f"```python\n{_source(self.reference, with_words=self.form == 'function')}\n```"
        if self.form == "value":
            value = np.array2string(
                np.asarray(self.reference()), separator=", ", formatter={"all": "{:.4g}".format}
            )
            return Page(f"{lead}: `{value}`\n\n{words}\n\nThe same, computed:\n\n{code}")
        return Page(f"{lead}\n\n{code}\n\n{self.moral}")

    def write(self) -> Any:
        """Show a box to write a text in, with buttons; the text is kept with your progress."""
        if self.form != "text":
            raise TypeError(f"{self.key} takes no text; use `ex('{self.key}').check(your_answer)`.")
        if display_mode() == "recorded":
            return printed_text(self)
        from wgan_edu.exercises.writing import text_box

        return text_box(self)

    def accept(self) -> Outcome:
        """Count your own text as passed, after you have held it against the rubric yourself."""
        if self.form != "text" or not self.draft():
            return Outcome("Not yet", "Check a text of yours first, then compare it with `.solution()`.")
        return self._recorded("Passed", "By your own judgment, the one that counts for a text.", self.draft())

    def draft(self) -> str:
        """The text that was last checked or left in the box, also before this kernel was started."""
        return str(records.current()[0]["exercises"].get(self.key, {}).get("text", ""))

    def save(self, text: str) -> str:
        """Keep a text without checking it. Returns a message if that is not possible, mostly empty."""
        return records.update(lambda record: _entry(record, self.key).update(text=text))

    # Judging.

    def _recorded(self, headline: str, message: str, answer: Any) -> Outcome:
        passed = headline == "Passed"

        def change(record: records.Record) -> None:
            entry = _entry(record, self.key)
            entry["tried"] += 1
            entry["passed"] |= passed
            entry["text"] = answer if self.form == "text" and isinstance(answer, str) else ""

        note = records.update(change)
        return Outcome(headline, f"{message}\n\n{note}".strip(), passed)

    def _judge(self, answer: Any) -> None:
        if is_missing(answer):
            raise NotYet(TO_DO[self.form])
        if self.form == "function":
            expect(callable(answer), "Hand over the function itself, by its name, without calling it.")
            function = Learner(answer)
            self._check(function)
            expect(not function.changed, function.remark())
        elif self.form == "value":
            expect(not callable(answer), "Give the answer itself, not a function.")
            self._check(plain(answer))
        else:
            expect(isinstance(answer, str), 'Give your answer as a text, in quotes: `check("...")`.')
            self._check(answer)

    def _points(self) -> str:
        return "\n".join(f"- {point.says}" for point in self.rubric)

    def _after_text(self) -> str:
        found = "The program found a trace of every point; whether the argument holds, it cannot say."
        return f"{found} Hold your text against the rubric:\n\n{self._points()}"

    def _compare(self, answer: Any) -> None:
        """The check of a number that has no check of its own: right, a known mistake, or neither."""
        want = self.reference()
        shape, count = np.shape(want), np.size(want)
        wanted = "one number" if count == 1 else f"{count} numbers"
        expect(
            np.shape(answer) == shape or count == np.size(answer) == 1,
            f"This takes {wanted}; yours has shape {np.shape(answer)}.",
        )
        given, wanted_parts = np.ravel(answer), np.ravel(want)
        for wrong, says in self.wrongs:
            parts = zip(given, np.ravel(np.array(wrong, dtype=object)), strict=True)
            slips = [same(got, bad, TWO_DECIMALS) for got, bad in parts if bad is not ...]
            expect(not all(slips), says)
        right = sum(same(got, good, TWO_DECIMALS) for got, good in zip(given, wanted_parts, strict=True))
        so_far = f" {right} of {count} numbers are right." if count > 1 else ""
        expect(right == count, f'That is not it.{so_far} `ex("{self.key}").hint()` gives a start.')

    def _look_at_text(self, text: str) -> None:
        for slip in self.slips:
            expect(not re.search(slip.pattern, text, LOOK), f"{slip.says}\n\n{FIRST_LOOK}")
        missing = [point.hint for point in self.rubric if not re.search(point.pattern, text, LOOK)]
        found = f"{len(self.rubric) - len(missing)} of {len(self.rubric)} points found so far."
        expect(not missing, f"{next(iter(missing), '')} ({found})\n\n{FIRST_LOOK}")


def exercise(
    key: str,
    *,
    kind: str,
    title: str,
    hints: tuple[str, ...],
    seeds: tuple[str, ...] = (),
    moral: str = "",
    rubric: tuple[Point, ...] = (),
    slips: tuple[Slip, ...] = (),
) -> Callable[[Callable[..., Any]], Exercise]:
    """Declare an exercise; the function under it is the reference solution (see the top of this file).

    Args:
        key: chapter and number, such as "05.2".
        kind: "by hand", "prediction", "code", "proof" or "concept".
        title: as in the heading of its cell, `### 05.2 Is it a plan?`.
        hints: from a nudge to nearly everything.
        seeds: the questions of the source lectures that it answers, such as "S0.2".
        moral: what to take along, shown on passing (texts show the rubric instead).
        rubric: for texts, what a good answer says.
        slips: for texts, misconceptions that a pattern can find.
    """

    def declare(reference: Callable[..., Any]) -> Exercise:
        known = _exercises.get(key)
        if known and known.reference.__qualname__ != reference.__qualname__:
            raise ValueError(f"key must be new; {key} is {known.title!r} already.")
        if FORMS[kind] == "value":
            reference = functools.cache(reference)  # it may take a second to compute
        _exercises[key] = Exercise(reference, key, kind, title, hints, seeds, moral, rubric, slips)
        return _exercises[key]

    return declare


# --- finding exercises --------------------------------------------------------------------------------

_exercises: dict[str, Exercise] = {}


def ex(key: str) -> Exercise:
    """The exercise with a number, such as `ex("05.2")`.

    Raises:
        ValueError: if there is none.
    """
    if not isinstance(key, str) or not re.fullmatch(r"\d\d\.\d+", key):
        raise ValueError(f'key must be chapter and number in quotes, such as "05.2"; got {key!r}.')
    there = exercises_of(key[:2])
    if key not in _exercises:
        known = f"it has {there[0].key} to {there[-1].key}" if there else "it has no exercises yet"
        raise ValueError(f"key must be an exercise of chapter {key[:2]}; {known}, got {key!r}.")
    return _exercises[key]


def chapters() -> list[str]:
    """The chapters that have exercises."""
    return sorted(path.stem[2:] for path in Path(__file__).parent.glob("ch[0-9][0-9].py"))


def exercises_of(chapter: str) -> list[Exercise]:
    """The exercises of a chapter, such as "05", in order."""
    if chapter in chapters():
        importlib.import_module(f"wgan_edu.exercises.ch{chapter}")
    keys = [key for key in _exercises if key.startswith(f"{chapter}.")]
    return [_exercises[key] for key in sorted(keys, key=lambda key: int(key[3:]))]


def _entry(record: records.Record, key: str) -> dict[str, Any]:
    entry: dict[str, Any] = record["exercises"].setdefault(key, {"tried": 0, "passed": False, "text": ""})
    return entry


def _source(function: Callable[..., Any], with_words: bool) -> str:
    """The code of a function, ready to paste: no decorators, no types, its docstring if that is wanted."""
    source = textwrap.dedent(inspect.getsource(function))
    definition = cast(ast.FunctionDef, ast.parse(source).body[0])
    for argument in definition.args.args:
        argument.annotation = None
    first = definition.body[0 if with_words else 1].lineno
    head = f"def {definition.name}({ast.unparse(definition.args)}):"
    code = "\n".join([head, *source.splitlines()[first - 1 :]])
    return f"import wgan_edu\n\n\n{code}" if "wgan_edu." in code else code
