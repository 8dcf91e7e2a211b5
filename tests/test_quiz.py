"""Quizzes: every option has its reason, the widget does what the calls do, and the score is kept."""

import re
import subprocess
import sys

import pytest

from wgan_edu.exercises import quiz
from wgan_edu.exercises.frame import chapters

QUESTIONS = [
    pytest.param(quiz(chapter), number, id=f"{chapter}-{number}")
    for chapter in chapters()
    for number in range(1, len(quiz(chapter).questions) + 1)
]

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("chapter", chapters())
def test_a_chapter_has_a_quiz(chapter):
    assert 4 <= len(quiz(chapter).questions) <= 6
    letters = [letter for one in quiz(chapter).questions for letter, it in one.options.items() if it.is_right]
    assert len(set(letters)) > 1, "the right answer is not always at the same place"


@pytest.mark.parametrize(("one", "number"), QUESTIONS)
def test_every_option_is_explained(one, number):
    options = one.questions[number - 1].options
    assert sum(option.is_right for option in options.values()) == 1
    assert 3 <= len(options) == len({option.text for option in options.values()})
    outcomes = {letter: one.answer(number, letter) for letter in options}
    assert len({outcome.message for outcome in outcomes.values()}) == len(options)
    for letter, outcome in outcomes.items():
        assert outcome.passed == options[letter].is_right
        assert outcome.headline == ("Right" if options[letter].is_right else "Not right")
        assert len(outcome.message) > 40


@pytest.mark.parametrize(("one", "number"), QUESTIONS)
def test_texts_read_the_same_in_every_version_of_the_widgets(one, number):
    question = one.questions[number - 1]
    for text in (question.text, *(option.text for option in question.options.values())):
        assert not re.search(r"[$`\\!]", text), "no markup: options are shown as they stand"
        assert len(text) < 110


def test_the_score_is_kept():
    one = quiz("05")
    assert one.score() == 0
    one.answer(1, "a")
    assert one.score() == 0
    assert one.answer(1, "b")
    one.answer(1, "c")
    assert quiz("05").score() == 1, "right once is right"
    program = "from wgan_edu.exercises import quiz; print(quiz('05').score())"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "1", "in a new process, too"


@pytest.mark.parametrize(("number", "option"), [(0, "a"), (99, "a"), ("1", "a"), (1, "z"), (1, 2), (1, "")])
def test_there_is_a_sentence_for_a_wrong_choice(number, option):
    with pytest.raises(ValueError, match=r"must be (a number from 1 to|one of a, b, c)"):
        quiz("05").answer(number, option)


def test_there_is_a_sentence_for_a_chapter_without_quiz():
    with pytest.raises(ValueError, match="chapter must be one of"):
        quiz("77")


def test_it_can_be_read_as_text():
    text = repr(quiz("05"))
    for question in quiz("05").questions:
        assert question.text in text
        assert all(option.text in text for option in question.options.values())


def test_the_widget_does_what_the_calls_do():
    one = quiz("05")
    rows = one.box().children
    choices = [row for row in rows if type(row).__name__ == "RadioButtons"]
    buttons = [row for row in rows if type(row).__name__ == "Button"]
    answers = [row for row in rows if type(row).__name__ == "HTMLMath"]
    assert len(choices) == len(buttons) == len(answers) == len(one.questions)
    for number, (question, choice) in enumerate(zip(one.questions, choices, strict=True), 1):
        button, answer = buttons[number - 1], answers[number - 1]
        assert button.description == f"Check question {number}"
        assert choice.value is None, "nothing is chosen beforehand"
        button.click()
        assert "Not yet" in answer.value
        for letter, option in question.options.items():
            choice.value = letter
            button.click()
            assert (">Right." in answer.value) == option.is_right
    assert rows[-1].value == f"<b>{len(one.questions)} of {len(one.questions)} answered rightly so far.</b>"


def test_a_notebook_shows_the_widget(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    quiz("05")._ipython_display_()
    assert [type(thing).__name__ for thing in shown] == ["VBox"]
