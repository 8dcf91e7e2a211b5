"""Boxes to answer in, from core ipywidgets, imported only when one is shown (also version 7, as on Colab).

Each button calls what a learner can call too. Handlers answer an exception in the box, as it would
vanish otherwise. Used in every chapter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wgan_edu.exercises import records
from wgan_edu.exercises.outcome import Outcome, Page, to_html
from wgan_edu.palette import COLORS

if TYPE_CHECKING:
    from wgan_edu.exercises.frame import Exercise
    from wgan_edu.exercises.inventory import Inventory
    from wgan_edu.exercises.quizzes import Question, Quiz

__all__ = ["inventory_box", "quiz_box", "restore_files", "text_box", "upload_box"]

# As large as the text of the page; long options wrap beside their button; the focus is easy to see.
STYLE = """<style>
.wgan-box { --jp-widgets-font-size: var(--jp-content-font-size1, 14px) }
.wgan-box .widget-html-content { line-height: 1.5 }
.wgan-box .widget-radio, .wgan-box .widget-radio-box { width: auto; height: auto; max-width: none }
.wgan-box .widget-radio-box { margin-bottom: 0 !important }
.wgan-box .widget-radio-box label {
  display: flex; align-items: flex-start; height: auto; margin: 3px 0; line-height: 1.5; white-space: normal }
.wgan-box .widget-radio-box input { order: -1; flex: none; height: 1.5em; margin: 0 8px 0 1px }
.wgan-box .widget-textarea { flex-direction: column; align-items: stretch; height: auto }
.wgan-box .widget-textarea label { width: auto; max-width: none; text-align: left; font-weight: bold }
.wgan-box button { align-self: flex-start }
.wgan-box :focus-visible { outline: 2px solid FOCUS; outline-offset: 2px }
</style>""".replace("FOCUS", COLORS["real"])
WIDE = {"width": "auto", "max_width": "46em"}
KEYS = "By keyboard: Tab to an option, Space to choose it, Tab on to the button."


def text_box(exercise: Exercise) -> Any:
    """A box for a proof or an explanation: it keeps the text, and its buttons check, hint and show."""
    import ipywidgets as widgets

    text = widgets.Textarea(
        value=exercise.draft(),
        description=f"Your answer to {exercise.key}, kept with your progress",
        placeholder="Write here, in words and formulas as they come to you.",
        rows=9,
        continuous_update=False,  # saved when you leave the box, not at every letter
        layout=widgets.Layout(**WIDE),
    )
    answer = widgets.HTMLMath()
    actions: list[tuple[str, Callable[[], Outcome | Page]]] = [
        ("Check", lambda: exercise.check(text.value)),
        ("Hint", exercise.hint),
        ("Model answer and rubric", exercise.solution),
        ("My text fits the rubric", exercise.accept),
    ]
    text.observe(lambda _: _shown(answer, lambda: _trouble(exercise.save(text.value))), "value")
    buttons = [_button(widgets, label, answer, action) for label, action in actions]
    return _column(widgets, [text, widgets.HBox(buttons, layout={"flex_flow": "row wrap"}), answer])


def quiz_box(quiz: Quiz) -> Any:
    """All questions of a quiz, one below the other."""
    import ipywidgets as widgets

    score = widgets.HTML()
    rows: list[Any] = []

    def count() -> None:
        score.value = f"<b>{quiz.score()} of {len(quiz.questions)} answered rightly so far.</b>"

    for number, question in enumerate(quiz.questions, 1):
        text, choice = _asked(widgets, number, question)
        why = widgets.HTMLMath()

        def reply(number: int = number, choice: Any = choice) -> Outcome:
            if choice.value is None:
                return Outcome("Not yet", "Choose one of the options first.")
            outcome = quiz.answer(number, choice.value)
            count()
            return outcome

        rows += [text, choice, _button(widgets, f"Check question {number}", why, reply), why]
    count()
    return _column(widgets, [widgets.HTML(KEYS), *rows, score])


def inventory_box(take: Inventory) -> Any:
    """All questions of the concept inventory, and one button at the end; only then the reasons."""
    import ipywidgets as widgets

    said = widgets.HTMLMath()
    rows: list[Any] = []
    choices: list[Any] = []
    reasons: list[Any] = []

    def keep(number: int, letter: str | None) -> None:
        if letter is not None:
            take.answer(number, letter)

    def finish() -> Outcome:
        outcome = take.finish()
        for number, (choice, why) in enumerate(zip(choices, reasons, strict=True), 1):
            choice.disabled = take.finished
            why.value = take.explain(number)._repr_html_() if take.finished else ""
        button.disabled = take.finished
        return outcome

    for number, item in enumerate(take.questions, 1):
        text, choice = _asked(widgets, number, item)
        choice.value = take.answers.get(number)
        choice.observe(
            lambda change, number=number: _shown(said, lambda: keep(number, change["new"])), "value"
        )
        choices.append(choice)
        reasons.append(widgets.HTMLMath())
        rows += [text, choice, reasons[-1]]
    button = _button(widgets, "Finish and see the reasons", said, finish)
    return _column(widgets, [widgets.HTML(KEYS), *rows, button, said])


def upload_box() -> Any:
    """A button that restores a saved record of progress."""
    import ipywidgets as widgets

    upload = widgets.FileUpload(
        accept=".json", description="Restore a saved record", layout=widgets.Layout(width="auto")
    )
    said = widgets.HTML()

    upload.observe(lambda _: _shown(said, lambda: restore_files(upload.value)), "value")
    return _column(widgets, [upload, said])


def restore_files(files: Any) -> Outcome | None:
    """Restore what the button holds: in version 7 a dictionary by name, in version 8 a tuple."""
    files = list(files.values() if isinstance(files, dict) else files)
    return Outcome("Done", records.restore(bytes(files[0]["content"]))) if files else None


def _asked(widgets: Any, number: int, question: Question) -> tuple[Any, Any]:
    """The text of a question, and radio buttons with nothing chosen, whose value is the letter."""
    options = {f"{letter}. {option.text}": letter for letter, option in question.options.items()}
    text = widgets.HTML(to_html(f"{number}. {question.text}"), layout=widgets.Layout(**WIDE))
    return text, widgets.RadioButtons(options=options, value=None, layout=widgets.Layout(**WIDE))


def _column(widgets: Any, rows: list[Any]) -> Any:
    column = widgets.VBox([widgets.HTML(STYLE), *rows])
    column.add_class("wgan-box")
    return column


def _button(widgets: Any, label: str, answer: Any, action: Callable[[], Any]) -> Any:
    button = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
    button.on_click(lambda _: _shown(answer, action))
    return button


def _shown(answer: Any, action: Callable[[], Any]) -> None:
    """Run an action and show what it says; an error too, which a widget would otherwise swallow."""
    try:
        said = action()
    except ValueError as error:
        said = Outcome("Not right", str(error))
    except Exception as error:
        said = Outcome("Not right", f"The course's own code stopped with {type(error).__name__}: {error}")
    if isinstance(said, Page):
        answer.value = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", to_html(said.markdown))
    elif said is not None:
        answer.value = said._repr_html_()


def _trouble(note: str) -> Outcome | None:
    """Only trouble is worth a word."""
    return Outcome("Draft", note) if note else None
