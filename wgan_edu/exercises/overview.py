"""The tables of chapters and of progress; the latter in a notebook with a download and an upload.

Used in every chapter.
"""

import base64
import html
import json

from wgan_edu.display_mode import display_mode
from wgan_edu.exercises import records
from wgan_edu.exercises.course import CHAPTERS, builds_on
from wgan_edu.exercises.frame import chapters, exercises_of
from wgan_edu.exercises.inventory import summary
from wgan_edu.exercises.outcome import Table, to_html
from wgan_edu.exercises.quizzes import quiz
from wgan_edu.exercises.writing import upload_box

__all__ = ["Overview", "contents", "progress"]

ABOUT = ("Chapter", "Question", "Builds on", "Runs on", "Minutes", "Done")
NO_KERNEL = "This page keeps no progress: in the notebook, this table fills as you go."
COLUMNS = ("Chapter", "Passed", "Tried", "Quiz", "Still open")


class Overview:
    """What is done, chapter by chapter, as it stood when this was made."""

    def __init__(self) -> None:
        """Read the record."""
        self.record, self.note = records.current()
        self.rows = [_row(chapter, self.record) for chapter in chapters()]
        self.table = Table("Your progress, as of now", COLUMNS, self.rows)

    def __repr__(self) -> str:
        """The table as plain text."""
        return "\n".join([repr(self.table), summary(self.record), *([self.note] if self.note else [])])

    def _repr_html_(self) -> str:
        data = base64.b64encode(json.dumps(self.record, indent=1).encode()).decode()
        return (
            f"{self.table._repr_html_()}{to_html(summary(self.record))}"
            f"<p>Kept in <code>{html.escape(str(records.progress_file()))}</code>. Binder and Colab forget: "
            f'<a download="{records.SAVED}" href="data:application/json;base64,{data}">download your '
            "progress</a> as it is now, and restore it below. Where the link does nothing, "
            "<code>export_progress()</code> writes the same file beside this notebook, and "
            f"<code>restore_progress()</code> reads it.</p><p>{html.escape(self.note)}</p>"
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        kernel = display_mode() != "recorded"
        shown = self._repr_html_() if kernel else f"{self.table._repr_html_()}<p>{NO_KERNEL}</p>"
        page = {"text/html": shown, "text/plain": repr(self)}
        display(page, raw=True)  # type: ignore[no-untyped-call]
        if kernel:
            display(upload_box())  # type: ignore[no-untyped-call]


def progress() -> Overview:
    """Show what you have passed and tried, the quizzes, and a file to keep or to restore."""
    return Overview()


def contents() -> Table:
    """All chapters: what each asks, builds on and takes, and a tick for each exercise that you passed."""
    record, note = records.current()
    rows = [
        (
            f"{key} {it.name}",
            it.question,
            builds_on(key),
            it.device,
            str(it.minutes or ""),
            _ticks(key, record),
        )
        for key, it in CHAPTERS.items()
    ]
    return Table(f"The chapters, and what you have done so far. {note}".strip(), ABOUT, rows)


def _ticks(chapter: str, record: records.Record) -> str:
    if chapter not in chapters():
        return "to come"
    passed = [record["exercises"].get(one.key, {}).get("passed") is True for one in exercises_of(chapter)]
    marks, questions = "".join("✓" if done else "·" for done in passed), quiz(chapter)
    of_quiz = f"quiz {questions.score(record)} of {len(questions.questions)}"
    return f"{marks} {sum(passed)} of {len(passed)}, {of_quiz}"


def _row(chapter: str, record: records.Record) -> tuple[str, ...]:
    exercises, questions = exercises_of(chapter), quiz(chapter)
    entries = {exercise.key: record["exercises"].get(exercise.key, {}) for exercise in exercises}
    still_open = [key for key, entry in entries.items() if not entry.get("passed")]
    tried = sum(entry.get("tried", 0) > 0 for entry in entries.values())
    return (
        chapter,
        f"{len(exercises) - len(still_open)} of {len(exercises)}",
        str(tried),
        f"{questions.score(record)} of {len(questions.questions)}",
        ", ".join(still_open) or "nothing",
    )
