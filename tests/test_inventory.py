"""The concept inventory: silent until the end, kept take by take, and about all slips of the sources."""

import importlib
import json
import re
import subprocess
import sys

import pytest

from wgan_edu.exercises import export_progress, progress, restore_progress
from wgan_edu.exercises.course import CHAPTERS
from wgan_edu.exercises.inventory import Inventory, inventory, summary, takes
from wgan_edu.exercises.records import current
from wgan_edu.exercises.trap_questions import QUESTIONS, UNSURE

module = importlib.import_module("wgan_edu.exercises.inventory")  # there the name is the function

DETAILS = {16, 23}  # slips about constants and conventions, left out
PLACES = {  # which chapters may show a slip, as the syllabus has it
    1: "09", 2: "09", 3: "06 09", 4: "06", 5: "06 08", 6: "03", 7: "03", 8: "01 03", 9: "03", 10: "02",
    11: "06", 12: "08", 13: "08", 14: "08 09", 15: "09 14", 17: "08 10", 18: "08", 19: "04 05", 20: "05",
    21: "10 13", 22: "04", 24: "09", 25: "03 13", 26: "06",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("home")
every_item = pytest.mark.parametrize("number", range(1, len(QUESTIONS) + 1))


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(module, "_under_way", Inventory())


def right_letter(item):
    [letter] = [letter for letter, option in item.options.items() if option.is_right]
    return letter


def unsure_letter(item):
    [letter] = [letter for letter, option in item.options.items() if option is UNSURE]
    return letter


def taken(right=20):
    """A finished take with so many right answers, the rest "I do not know yet"."""
    one = Inventory()
    for number, item in enumerate(one.questions, 1):
        one.answer(number, right_letter(item) if number <= right else unsure_letter(item))
    assert one.finish().passed
    return one


def stored(home):
    return json.loads((home / "progress.json").read_text())["inventory"]


# --- the questions ----------------------------------------------------------------------------------


def test_twenty_questions_on_all_slips_but_details():
    assert len(QUESTIONS) == 20
    assert len({item.text for item in QUESTIONS}) == 20
    assert {trap for item in QUESTIONS for trap in item.traps} == set(range(1, 27)) - DETAILS
    assert sum(len(item.traps) for item in QUESTIONS) == 24, "no slip twice"


@every_item
def test_a_question_is_complete(number):
    item = QUESTIONS[number - 1]
    real = [option for option in item.options.values() if option is not UNSURE]
    assert 3 <= len(real) <= 4
    assert sum(option.is_right for option in item.options.values()) == 1
    assert len({option.text for option in real}) == len({option.why for option in real}) == len(real)
    assert all(len(option.why) > 20 for option in real), "every option has its reason, the wrong ones too"
    assert len(item.text) < 260, "a minute"
    assert item.traps
    assert set(item.chapters) <= set(CHAPTERS)
    assert set(item.chapters) <= {place for trap in item.traps for place in PLACES[trap].split()}


@every_item
def test_texts_are_plain(number):
    item = QUESTIONS[number - 1]
    for text in (item.text, *(part for option in item.options.values() for part in option[:2])):
        assert not re.search(r"[$`\\!]", text)


def test_the_right_answer_is_not_always_at_the_same_place():
    letters = [right_letter(item) for item in QUESTIONS]
    assert max(letters.count(letter) for letter in "abc") <= 10


# --- one take ---------------------------------------------------------------------------------------


def test_nothing_is_explained_before_the_end(home):
    one = Inventory()
    assert one.answer(1, "a") is None
    assert one.explain(1).headline == "Not yet"
    outcome = one.finish()
    assert outcome.headline == "Not yet"
    assert "2, 3, 4" in outcome.message
    assert not any(option.why in outcome.message for option in QUESTIONS[0].options.values())
    assert not (home / "progress.json").exists()


@every_item
def test_every_answer_is_explained_at_the_end(number):
    item = QUESTIONS[number - 1]
    right = item.options[right_letter(item)]
    for letter, option in item.options.items():
        one = Inventory([item])
        one.answer(1, letter)
        assert one.finish().passed
        outcome = one.explain(1)
        assert outcome.passed == option.is_right
        want = "Right" if option.is_right else "Not yet" if option is UNSURE else "Not right"
        assert outcome.headline == want
        assert option.why in outcome.message
        assert right.why in outcome.message
        assert f"See chapter {' and '.join(item.chapters)}." in outcome.message


def test_the_score_counts_right_answers_and_minds_can_be_changed():
    one = Inventory()
    one.answer(1, unsure_letter(QUESTIONS[0]))
    assert one.score() == 0
    one.answer(1, right_letter(QUESTIONS[0]))
    assert one.score() == 1
    assert one.still_open() == list(range(2, 21))


@pytest.mark.parametrize(("number", "option"), [(0, "a"), (21, "a"), ("1", "a"), (1, "z"), (1, 2)])
def test_there_is_a_sentence_for_a_wrong_choice(number, option):
    with pytest.raises(ValueError, match=r"must be (a number from 1 to 20|one of a, b, c)"):
        Inventory().answer(number, option)


def test_a_finished_take_stays_as_it_is(home):
    one = taken(7)
    with pytest.raises(ValueError, match="finished"):
        one.answer(1, "a")
    assert one.finish().message == "This take is kept already."
    assert [take["score"] for take in stored(home)] == [7]


# --- what is kept -----------------------------------------------------------------------------------


def test_a_take_is_kept_with_its_date_and_answers(home):
    one = taken(9)
    [take] = stored(home)
    assert (take["score"], take["of"]) == (9, 20)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", take["date"])
    assert take["answers"] == {str(number): letter for number, letter in one.answers.items()}


def test_a_retake_stands_beside_the_first(home, monkeypatch):
    assert "not taken yet" in repr(progress())
    times = iter(["2026-11-22T10:00:00", "2027-01-10T18:30:00", "2027-02-01T09:00:00"])
    monkeypatch.setattr("time.strftime", lambda form: next(times))
    taken(9)
    assert "before, 9 of 20 (2026-11-22). Take it again after chapter 13" in repr(progress())
    taken(16)
    assert "before, 9 of 20 (2026-11-22); after, 16 of 20 (2027-01-10)." in repr(progress())
    assert "after, 16 of 20 (2027-01-10)" in progress()._repr_html_()
    taken(18)
    assert [take["score"] for take in stored(home)] == [9, 16, 18]
    assert "after, 18 of 20 (2027-02-01). Taken 3 times." in repr(progress())


def test_a_new_kernel_knows_it():
    taken(12)
    program = "from wgan_edu.exercises import progress; print(progress())"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "before, 12 of 20" in result.stdout


def test_takes_travel_and_none_is_doubled(home, tmp_path, monkeypatch):
    monkeypatch.setattr("time.strftime", lambda form: "2026-11-22T10:00:00")
    taken(9)
    saved = export_progress(tmp_path / "saved.json")
    restore_progress(saved)
    assert [take["score"] for take in stored(home)] == [9], "restored where it was"
    monkeypatch.setenv("WGAN_EDU_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setattr("time.strftime", lambda form: "2026-12-24T10:00:00")
    taken(11)
    restore_progress(saved)
    assert [take["score"] for take in takes(current()[0])] == [9, 11], "oldest first"


@pytest.mark.parametrize("takes_there", [3, "abc", {"date": "x"}, None])
def test_a_record_that_cannot_be_understood_is_set_aside(home, takes_there):
    home.mkdir()
    content = json.dumps({"exercises": {}, "quizzes": {}, "inventory": takes_there})
    (home / "progress.json").write_text(content)
    taken(5)
    [aside] = home.glob("progress-unreadable-*.json")
    assert aside.read_text() == content
    assert [take["score"] for take in stored(home)] == [5]


@pytest.mark.parametrize("takes_there", [3, "abc", {"date": "x"}, None])
def test_a_saved_record_that_cannot_be_understood_is_refused(home, tmp_path, takes_there):
    taken(5)
    content = json.dumps({"exercises": {}, "quizzes": {}, "inventory": takes_there})
    (tmp_path / "saved.json").write_text(content)
    with pytest.raises(ValueError, match="must be one that"):
        restore_progress(tmp_path / "saved.json")
    assert [take["score"] for take in stored(home)] == [5]


@pytest.mark.parametrize(
    "junk", [1, "x", None, [], {}, {"score": 3}, {"score": True, "of": 20, "date": "2026-01-01T00:00:00"},
             {"score": 3, "of": 20, "date": 7}, {"score": "3", "of": 20, "date": "2026-01-01"}],
)  # fmt: skip
def test_a_take_of_another_kind_is_passed_over_and_stays(home, junk):
    home.mkdir()
    record = {"exercises": {}, "quizzes": {}, "inventory": [junk]}
    (home / "progress.json").write_text(json.dumps(record))
    assert "not taken yet" in summary(current()[0])
    taken(6)
    assert stored(home)[0] == junk
    assert "before, 6 of 20" in repr(progress())


def test_a_disk_that_cannot_be_written_loses_nothing_while_the_kernel_runs(home, monkeypatch):
    def fails(*_, **__):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", fails)
        one = Inventory([QUESTIONS[0]])
        one.answer(1, right_letter(QUESTIONS[0]))
        outcome = one.finish()
        assert "cannot be saved" in outcome.message
        assert "before, 1 of 1" in repr(progress())
    taken(4)
    assert [take["score"] for take in stored(home)] == [1, 4]


# --- the widget -------------------------------------------------------------------------------------


def parts(box, kind):
    return [row for row in box.children if type(row).__name__ == kind]


def words(box):
    return " ".join(str(getattr(row, "value", "")) for row in box.children)


def test_the_box_asks_all_and_explains_at_the_end(home):
    box = inventory()
    choices, [button] = parts(box, "RadioButtons"), parts(box, "Button")
    assert len(choices) == 20
    assert all(choice.value is None for choice in choices), "nothing is chosen beforehand"
    reasons = {option.why for item in QUESTIONS for option in item.options.values()}
    for number, (item, choice) in enumerate(zip(QUESTIONS, choices, strict=True)):
        assert [letter for _, letter in choice._options_full] == list(item.options)
        choice.value = right_letter(item) if number % 2 else "a"
        assert not any(reason in words(box) for reason in reasons)
        if number == 10:
            button.click()
            assert "Not yet" in words(box)
            assert "12, 13" in words(box)
            assert not any(why.value for why in parts(box, "HTMLMath")[:20]), "nothing under the questions"
            assert not any(reason in words(box) for reason in reasons)
    button.click()
    assert ">Done." in words(box)
    for item, why in zip(QUESTIONS, parts(box, "HTMLMath"), strict=False):
        assert "See chapter" in why.value, item.text
    assert button.disabled
    assert all(choice.disabled for choice in choices)
    right = sum(number % 2 == 1 or right_letter(item) == "a" for number, item in enumerate(QUESTIONS))
    assert [take["score"] for take in stored(home)] == [right]


def test_running_the_cell_again_goes_on_and_after_the_end_begins_anew():
    box = inventory()
    parts(box, "RadioButtons")[4].value = "b"
    again = inventory()
    assert parts(again, "RadioButtons")[4].value == "b"
    for number, choice in enumerate(parts(again, "RadioButtons")):
        choice.value = unsure_letter(QUESTIONS[number])
    parts(again, "Button")[0].click()
    assert all(choice.value is None for choice in parts(inventory(), "RadioButtons"))


def test_an_error_in_the_box_is_shown(monkeypatch):
    box = inventory()
    monkeypatch.setattr(Inventory, "finish", lambda self: 1 / 0)
    parts(box, "Button")[0].click()
    assert "ZeroDivisionError" in words(box)


def test_it_can_be_answered_by_keyboard():
    box = inventory()
    assert "By keyboard" in words(box)
    assert all(type(row).__name__ in {"HTML", "HTMLMath", "RadioButtons", "Button"} for row in box.children)


@pytest.mark.browser
def test_it_is_answered_by_keyboard_alone(learner):
    someone = learner(
        "from wgan_edu.exercises.inventory import Inventory\n"
        "from wgan_edu.exercises.trap_questions import QUESTIONS\n"
        "take = Inventory(QUESTIONS[:3])\n"
        "take.box()",
        "print('answers', take.answers, take.finished)",
    )
    someone.run_cell(0)
    page, box = someone.page, someone.cell(0).locator(".wgan-box")
    box.locator("input[type=radio]").first.focus()
    for item, chosen in zip(QUESTIONS[:3], range(3), strict=True):
        for option in range(len(item.options)):  # each option is a stop of its own
            if option == chosen:
                page.keyboard.press("Space")
            page.keyboard.press("Tab")
    focused = "document.activeElement.innerText"
    assert page.evaluate(focused) == "Finish and see the reasons"
    assert "See chapter" not in box.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.wgan-box').innerText.includes('Done.')")
    assert box.inner_text().count("See chapter") == 3
    assert box.get_by_role("radio").first.is_disabled()
    someone.run_cell(1)
    assert "answers {1: 'a', 2: 'b', 3: 'c'} True" in someone.output(1)
    assert someone.errors == []
