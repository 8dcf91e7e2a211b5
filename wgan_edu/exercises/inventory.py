"""The concept inventory: twenty short questions on what the sources get wrong, to take before and after.

The reasons are shown only when all is answered, so that the second take measures something. Each finished
take goes into the record of progress with its date; `progress()` shows the first and the latest. Taught in:
00_start_here.
"""

import time
from typing import Any

from wgan_edu.display_mode import display_mode
from wgan_edu.exercises import records
from wgan_edu.exercises.outcome import Outcome
from wgan_edu.exercises.printed import printed_questions
from wgan_edu.exercises.quizzes import option_of
from wgan_edu.exercises.trap_questions import QUESTIONS, UNSURE, Item

__all__ = ["Inventory", "inventory", "summary", "takes"]


class Inventory:
    """One take: `answer` all questions in any order, then `finish`; `explain` gives the reasons then."""

    def __init__(self, questions: list[Item] | None = None) -> None:
        """Begin with nothing answered."""
        self.questions = QUESTIONS if questions is None else questions
        self.answers: dict[int, str] = {}
        self.finished = False

    def answer(self, question: int, option: str) -> None:
        """Choose an option, or change your choice; nothing is said about it before the end.

        Args:
            question: its number, from 1.
            option: its letter, "a", "b", ...

        Raises:
            ValueError: if there is no such question or option, or the take is finished.
        """
        if self.finished:
            raise ValueError("This take is finished and kept. Run the cell again to take the inventory anew.")
        option_of(self.questions, question, option)
        self.answers[question] = option

    def still_open(self) -> list[int]:
        """The numbers of the questions without an answer."""
        return [number for number in range(1, len(self.questions) + 1) if number not in self.answers]

    def score(self) -> int:
        """How many answers are right."""
        return sum(option_of(self.questions, *chosen).is_right for chosen in self.answers.items())

    def finish(self) -> Outcome:
        """Keep the take with its date, once all questions are answered."""
        if self.finished:
            return Outcome("Done", "This take is kept already.")
        if left := self.still_open():
            which = ", ".join(map(str, left))
            return Outcome("Not yet", f"Still open: {which}. “I do not know yet” is an answer, too.")
        take = {
            "date": time.strftime("%Y-%m-%dT%H:%M:%S"),
            "score": self.score(),
            "of": len(self.questions),
            "answers": {str(number): option for number, option in sorted(self.answers.items())},
        }
        note = records.update(lambda record: record.setdefault("inventory", []).append(take))
        self.finished = True
        kept = summary(records.current()[0])
        message = f"{take['score']} of {take['of']}. The reasons now stand under the questions."
        return Outcome("Done", f"{message}\n\n{kept}\n\n{note}".strip(), passed=True)

    def explain(self, question: int) -> Outcome:
        """Why your option is right or wrong, what is right, and which chapter shows it."""
        if not self.finished:
            return Outcome("Not yet", "The reasons come when all questions are answered.")
        item = self.questions[question - 1]
        chosen = option_of(self.questions, question, self.answers[question])
        place = f"See chapter {' and '.join(item.chapters)}."
        if chosen.is_right:
            return Outcome("Right", f"{chosen.why} {place}", passed=True)
        letter, answer = next((letter, one) for letter, one in item.options.items() if one.is_right)
        headline = "Not yet" if chosen is UNSURE else "Not right"
        right = f"Right is {letter}, “{answer.text.removesuffix('.')}”. {answer.why} {place}"
        return Outcome(headline, f"{chosen.why}\n\n{right}")

    def box(self) -> Any:
        """The take as a widget; where there will be no kernel, as a page."""
        if display_mode() == "recorded":
            lead = "Concept inventory. Choose an option of each question in your mind, then open it."
            return printed_questions(lead, self.questions)
        from wgan_edu.exercises.writing import inventory_box

        return inventory_box(self)


_under_way = Inventory()


def inventory() -> Any:
    """Show the concept inventory: a box with twenty questions and one button at the end.

    Run it again, and it goes on where you were; after a finished take it begins a new one.
    """
    global _under_way
    if _under_way.finished:
        _under_way = Inventory()
    return _under_way.box()


def takes(record: records.Record) -> list[dict[str, Any]]:
    """The finished takes in a record, oldest first; what cannot be read as a take is left out."""
    there = [take for take in record.get("inventory", []) if _is_take(take)]
    return sorted(there, key=lambda take: str(take["date"]))


def summary(record: records.Record) -> str:
    """The first take and the latest, in a sentence."""
    there = takes(record)
    if not there:
        return "Concept inventory: not taken yet. `inventory()` in chapter 00 shows it."
    before = f"Concept inventory: before, {_one(there[0])}"
    if len(there) == 1:
        return f"{before}. Take it again after chapter 13."
    more = f" Taken {len(there)} times." if len(there) > 2 else ""
    return f"{before}; after, {_one(there[-1])}.{more}"


def _one(take: dict[str, Any]) -> str:
    return f"{take['score']} of {take['of']} ({take['date'][:10]})"


def _is_take(take: Any) -> bool:
    if not isinstance(take, dict):
        return False
    numbers = [take.get("score"), take.get("of")]
    return isinstance(take.get("date"), str) and all(type(number) is int for number in numbers)
