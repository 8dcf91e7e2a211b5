"""The exercises know right from wrong, name each mistake, and say "not yet" to a stub."""

import re
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import torch

from wgan_edu.exercises import ex
from wgan_edu.exercises.frame import FORMS, chapters, exercise, exercises_of, expect, same
from wgan_edu.transport import cost_matrix, solve_primal, w1_exact, wasserstein_1d

EXERCISES = [one for chapter in chapters() for one in exercises_of(chapter)]
WRONGS = [
    pytest.param(one, wrong, says, id=f"{one.key}-{says[:40]}")
    for one in EXERCISES
    for wrong, says in one.wrongs
]
SEEDS = {  # what a chapter has to answer by name, where decided
    "00": set(),
    "01": {"S2.1", "S2.5"},
    "02": {"S0.1", "S2.5"},
    "03": {"S2.2", "S2.3", "S2.4", "S4.1"},
    "04": {"S0.1", "S0.5", "S2.5", "S4.2"},
    "05": {"S0.1", "S0.2", "S4.2", "S4.3"},
    "06": {"S0.2", "S4.5", "S4.6"},
    "08": {"S0.4", "S3.3", "S3.4", "S4.7"},
    "09": {"S0.3", "S0.4", "S3.1", "S3.2", "S4.1", "S4.4"},
    "10": {"S3.3", "S3.5", "S4.7"},
    "12": {"S4.8"},
}
STUBS = [..., None, "", " ... ", lambda *_: None, lambda *_: ..., [..., 1.0], [[...]]]
NONSENSE = [7, "seven", [1, "a"], {"a": 1}, np.eye(9), lambda *_: "x", lambda *_: object()]
HEAVY = ["torch", "ot", "scipy", "sklearn", "matplotlib", "IPython", "ipywidgets", "anywidget"]

every_exercise = pytest.mark.parametrize("one", EXERCISES, ids=lambda one: one.key)

pytestmark = pytest.mark.usefixtures("home")


def right_answer(one):
    if one.form == "value":
        return one.reference()
    return one.reference if one.form == "function" else one.reference.__doc__


def filled(one, wrong):
    """A wrong answer with the right numbers in place of its dots."""
    if one.form != "value":
        return wrong
    parts = np.ravel(np.array(wrong, dtype=object))
    pairs = zip(parts, np.ravel(one.reference()), strict=True)
    return np.reshape([want if part is ... else part for part, want in pairs], np.shape(one.reference()))


# --- what every chapter offers ----------------------------------------------------------------------


@pytest.mark.parametrize("chapter", chapters())
def test_a_chapter_has_every_kind(chapter):
    there = exercises_of(chapter)
    kinds = [one.kind for one in there]
    assert 4 <= len(there) <= 6
    assert [one.key for one in there] == [f"{chapter}.{number}" for number in range(1, len(there) + 1)]
    for kind, least in {"by hand": 1, "proof": 1, "code": 2, "prediction": 1}.items():
        assert kinds.count(kind) >= least, kind
    answered = {seed for one in there for seed in one.seeds}
    assert answered >= SEEDS.get(chapter, set())


@every_exercise
def test_an_exercise_is_complete(one):
    assert len(one.wrongs) >= 3
    assert 2 <= len(one.hints) == len(set(one.hints))
    assert all(re.fullmatch(r"S[0-4]\.\d+", seed) for seed in one.seeds)
    if one.form == "text":
        assert len(one.rubric) >= 3
        assert len(one.slips) >= 2
    else:
        assert len(one.moral) > 20, "say what to take along"
    words = [*one.hints, one.moral, *(says for _, says in one.wrongs)]
    assert not any("!" in text for text in words)


@every_exercise
def test_the_reference_passes(one):
    outcome = one.check(right_answer(one))
    assert outcome.passed, outcome.message
    assert outcome.headline == "Passed"


@pytest.mark.parametrize(("one", "wrong", "says"), WRONGS)
def test_a_wrong_answer_is_told_its_mistake(one, wrong, says):
    outcome = one.check(filled(one, wrong))
    assert not outcome.passed
    assert outcome.headline == ("First look" if one.form == "text" else "Not right")
    assert says in outcome.message


@every_exercise
def test_each_mistake_has_its_own_message(one):
    said = [one.check(filled(one, wrong)).message for wrong, _ in one.wrongs]
    assert len(set(said)) == len(said)


@every_exercise
@pytest.mark.parametrize("stub", STUBS)
def test_a_stub_is_not_yet_an_answer(one, stub, home):
    outcome = one.check(stub)
    assert not outcome
    if one.form == "function" or not callable(stub):
        assert outcome.headline == "Not yet"
        assert "hint()" in outcome.message
        assert not (home / "progress.json").exists(), "a stub is no try"


@every_exercise
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_answered_in_words(one, nonsense):
    outcome = one.check(nonsense)
    assert not outcome.passed
    assert len(outcome.message) > 20


@every_exercise
def test_hints_come_one_at_a_time(one):
    one._hints_shown = 0
    for number, hint in enumerate(one.hints, 1):
        outcome = one.hint()
        assert outcome.headline == f"Hint {number} of {len(one.hints)}"
        assert outcome.message.startswith(hint)
        assert not outcome.passed
        left = len(one.hints) - number
        assert (f"{left} left" if left else "solution()") in outcome.message
    assert one.hint().message.startswith(one.hints[-1])


@every_exercise
def test_the_solution_is_shown(one):
    page = one.solution().markdown
    assert one.title in page
    assert "@exercise" not in page
    if one.form == "text":
        assert all(point.says in page for point in one.rubric)
    else:
        names = {"np": np}  # what is shown can be pasted
        exec(re.search(r"```python\n(.*?)\n```", page, re.DOTALL)[1], names)
        shown = names[one.reference.__name__]
        assert one.check(shown if one.form == "function" else shown()).passed
    if one.form == "value":
        assert page.count(one.reference.__doc__.strip().splitlines()[0]) == 1


# --- how a learner's code is treated ----------------------------------------------------------------


def test_an_error_is_reported_with_its_line(capsys):
    def is_plan(plan, a, b):
        rows = plan.sum(axis=1)
        return rows.no_such_thing == a

    outcome = ex("05.2").check(is_plan)
    assert outcome.headline == "Not right"
    assert "`is_plan` stopped with AttributeError" in outcome.message
    assert f"line {is_plan.__code__.co_firstlineno + 2} of your cell: `return rows.no_such_thing == a`" in (
        outcome.message
    )
    assert "Traceback" not in repr(outcome)
    assert capsys.readouterr() == ("", "")


def test_an_error_inside_a_library_points_to_the_learner_s_line():
    def northwest(a, b):
        return solve_primal(a, 2 * b, np.zeros((len(a), len(b)))).plan

    message = ex("05.3").check(northwest).message
    assert "stopped with ValueError: a must" in message or "stopped with ValueError: b must" in message
    assert "`return solve_primal(a, 2 * b, np.zeros((len(a), len(b)))).plan`" in message


def test_a_function_with_other_arguments_is_told_so():
    assert "takes 2 positional arguments but 3 were given" in ex("05.2").check(lambda plan, a: True).message


def test_interrupting_is_possible():
    def northwest(a, b):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ex("05.3").check(northwest)


def test_inputs_are_copies_and_changing_them_is_noticed():
    seen = []

    def northwest(a, b):
        seen.append(a)
        plan = np.asarray(ex("05.3")(a, b))
        b[:] = 0
        return plan

    outcome = ex("05.3").check(northwest)
    assert not outcome.passed
    assert "changes its input `b`" in outcome.message
    assert len({id(a) for a in seen}) == len(seen)


@pytest.mark.parametrize("form", [torch.as_tensor, lambda x: x.tolist(), lambda x: tuple(map(tuple, x))])
def test_arrays_may_come_as_tensors_or_lists(form):
    assert ex("05.3").check(lambda a, b: form(ex("05.3")(a, b))).passed


@pytest.mark.parametrize("form", [np.bool_, np.array, int, lambda truth: np.array([truth]), torch.tensor])
def test_truth_may_come_in_any_form(form):
    assert ex("05.2").check(lambda plan, a, b: form(ex("05.2")(plan, a, b))).passed


def test_numbers_may_come_in_any_form():
    tensor = torch.tensor([4.0, 1.0, 1.0], requires_grad=True)
    for numbers in ([4, 1, 1], (4.0, 1, Fraction(1)), np.array([4, 1, 1]), tensor, [4, np.array(1), 1]):
        assert ex("05.4").check(numbers).passed
    assert ex("05.1").check([float("inf"), 0.69, 1, 2.6]).passed, "two decimals do"
    assert "3 numbers" in ex("05.4").check(4).message
    assert "2 of 3 numbers are right" in ex("05.4").check([4, 1, 1.5]).message


def test_a_called_function_and_a_bare_function_are_told_apart():
    assert "without calling it" in ex("05.2").check(True).message
    assert "not a function" in ex("05.1").check(lambda: 1).message
    assert "in quotes" in ex("05.5").check(3).message


def test_same_is_strict_about_shapes_and_nan():
    assert same([1.0], 1)
    assert same(np.inf, np.inf)
    assert not same([1.0, 1.0], 1)
    assert not same(np.ones((2, 1)), np.ones(2))
    assert not same(np.nan, np.nan)


def test_what_is_shown_is_escaped():
    def is_plan(plan, a, b):
        raise ValueError("<script>alert(1)</script>")

    page = ex("05.2").check(is_plan)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<strong>Not right.</strong>" in page, "words, not color alone"


def test_there_is_a_sentence_for_a_wrong_number():
    for key in (5.2, "5.2", "", None):
        with pytest.raises(ValueError, match="key must be chapter and number in quotes"):
            ex(key)
    with pytest.raises(ValueError, match=r"it has 05\.1 to 05\.6, got '05\.9'"):
        ex("05.9")
    with pytest.raises(ValueError, match="it has no exercises yet"):
        ex("77.1")


def test_a_number_is_given_once():
    with pytest.raises(ValueError, match=r"05\.1 is 'Four numbers"):
        exercise("05.1", kind="code", title="Another", hints=())(lambda: None)


def test_expect_takes_what_numpy_gives():
    expect(np.bool_(True), "fine")
    with pytest.raises(Exception, match="this is said"):
        expect(np.array(0.0), "this is said")


# --- texts ------------------------------------------------------------------------------------------


def test_a_text_is_kept_and_can_be_accepted():
    proof = ex("05.5")
    assert proof.accept().headline == "Not yet"
    first = proof.check("By the dual problem with f(x) = v x / |v|, and by the shift.")
    assert first.headline == "First look"
    assert "The rubric decides" in first.message
    assert proof.draft().startswith("By the dual problem")
    assert proof.accept().passed
    assert proof.check("").headline == "Not yet"
    assert proof.draft().startswith("By the dual problem"), "an empty box loses nothing"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (
            "05.5",
            "Upper bound: the coupling (x, x+v) has marginals P and Q and cost E|v| = |v|, so W1 <= |v|. "
            "It is not the only plan. Lower bound: for every coupling, the triangle inequality gives "
            "E|y-x| >= |E[y-x]|, and E[y] - E[x] = v since the means are fixed by the marginals.",
        ),
        (
            "05.6",
            "Think of P as heaps of dirt, each grain carried some distance; the cost is mass times distance, "
            "and the cheapest plan counts. W(P,Q) = inf_{gamma in Pi(P,Q)} E ||x-y||, Pi being all joint "
            "distributions with marginals P and Q. With disjoint supports KL is infinite and JS stays at "
            "log 2, so the gradient of the JS divergence is zero; W1 shrinks smoothly.",
        ),
    ],
)
def test_a_right_text_in_other_words_passes_the_first_look(key, text):
    outcome = ex(key).check(text)
    assert outcome.passed, outcome.message


def test_only_texts_have_a_box():
    with pytest.raises(TypeError, match="takes no text"):
        ex("05.2").write()


def find(box, kind):
    """All parts of a widget that are of one kind, in order."""
    below = [part for child in getattr(box, "children", ()) for part in find(child, kind)]
    return [box, *below] if type(box).__name__ == kind else below


def test_the_box_does_what_the_calls_do(home):
    box = ex("05.5").write()
    [text] = find(box, "Textarea")
    check, hint, solution, accept = find(box, "Button")
    said = find(box, "HTMLMath")[0]
    check.click()
    assert "Not yet" in said.value
    text.value = "Shift it. <b>Obviously</b> the best plan."
    assert "Obviously" in (home / "progress.json").read_text(), "a draft is kept as soon as you leave the box"
    check.click()
    assert "where the argument should be" in said.value
    hint.click()
    assert "Hint" in said.value
    solution.click()
    assert "Rubric" in said.value
    assert "<strong>" in said.value
    accept.click()
    assert "Passed" in said.value
    [again] = find(ex("05.5").write(), "Textarea")
    assert again.value == text.value, "a new kernel finds the text"
    assert again.description.startswith("Your answer to 05.5"), "the box has a label"


def test_an_error_in_a_button_is_shown(monkeypatch):
    box = ex("05.5").write()
    monkeypatch.setattr(type(ex("05.5")), "hint", lambda self: 1 / 0)
    box = ex("05.5").write()
    find(box, "Button")[1].click()
    assert "ZeroDivisionError" in find(box, "HTMLMath")[0].value


# --- light, and right -------------------------------------------------------------------------------


def test_exercises_are_light_until_they_are_used():
    program = f"""if True:
        import sys
        from wgan_edu.exercises import ex, progress, quiz
        progress()
        ex("05.5").check("a text")
        quiz("05").answer(1, "a")
        print([name for name in {HEAVY} if name in sys.modules])
    """
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_kind_has_a_form():
    assert set(FORMS.values()) == {"value", "function", "text"}
    assert {one.kind for one in EXERCISES} <= set(FORMS)


def test_four_numbers_by_other_means():
    x, y = np.array([[2.0], [6.0]]), np.array([[0.0], [7.0]])
    a, b = np.array([0.7, 0.3]), np.array([0.4, 0.6])
    assert ex("05.1")()[3] == pytest.approx(w1_exact(x, y, a, b))
    assert same(ex("05.1")(), [np.inf, np.log(2), 1, 2.6])
    cost, means = cost_matrix(x, y), (a @ x - b @ y).item()
    wrongs = [parts[3] for parts, _ in ex("05.1").wrongs]
    for misreading in (cost.mean(), a @ cost @ b, abs(means), a @ cost.min(axis=1)):
        assert any(wrong is not ... and same(wrong, misreading) for wrong in wrongs)


def test_the_walking_heap_by_another_solver():
    places = np.arange(4.0)[:, None]
    steps = np.diff([w1_exact(places, places + k) for k in range(7)])
    assert np.allclose(steps, 1)
    assert same(ex("05.4")(), [4, steps[0], steps[5]])


def test_the_northwest_corner_is_best_on_a_sorted_line_and_not_elsewhere():
    rng = np.random.default_rng(8)
    a, b, x, y = rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(5)), rng.normal(size=7), rng.normal(size=5)
    plan = ex("05.3")(a, b)
    assert np.count_nonzero(plan) <= len(a) + len(b) - 1
    work = (plan * cost_matrix(np.sort(x)[:, None], np.sort(y)[:, None])).sum()
    assert work == pytest.approx(wasserstein_1d(np.sort(x), np.sort(y), a, b))
    assert (plan * cost_matrix(x[:, None], y[:, None])).sum() > wasserstein_1d(x, y, a, b) + 0.1


def test_w1_is_at_least_the_distance_of_the_means():
    rng = np.random.default_rng(9)
    for _ in range(5):
        x, y, v = rng.normal(size=(6, 3)), rng.normal(1, 1, size=(8, 3)), rng.normal(size=3)
        assert w1_exact(x, y) >= np.linalg.norm(x.mean(axis=0) - y.mean(axis=0))
        assert w1_exact(x, x + v) == pytest.approx(np.linalg.norm(v))
