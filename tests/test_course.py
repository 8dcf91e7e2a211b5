"""The map and the table of chapter 00 tell the truth: about the pages, and about the exercises."""

import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from wgan_edu.exercises import contents, course, ex, quiz
from wgan_edu.exercises.course import CHAPTERS, SEEDS, before, builds_on, seed_table, ways, written
from wgan_edu.exercises.frame import chapters, exercises_of

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXERCISES = [one for chapter in chapters() for one in exercises_of(chapter)]

every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def opening(path):
    return "".join(json.loads(path.read_text())["cells"][0]["source"])


def named_before(path):
    """The chapters that a page asks for, and those of which it says that they help."""
    words = re.search(r"\*\*Before you start\*\*:(.*?)\n- \*\*", opening(path), re.DOTALL)[1]
    asked, helpful = set(), set()
    for sentence in re.split(r"(?<=\.)\s", words):
        found = set(re.findall(r"\b\d\d\b", sentence))
        for low, high in re.findall(r"\b(\d\d) to (\d\d)\b", sentence):
            found |= {f"{number:02d}" for number in range(int(low), int(high) + 1)}
        if re.search(r"\bhelps?\b", sentence):
            helpful |= found
        elif not re.search(r"\bnot needed\b", sentence):
            asked |= found
    return asked, helpful


# --- the map ----------------------------------------------------------------------------------------


def test_sixteen_chapters_that_need_only_earlier_ones():
    assert list(CHAPTERS) == [f"{number:02d}" for number in range(16)]
    for key, chapter in CHAPTERS.items():
        assert all(first < key for first in (*chapter.needs, *chapter.helps))
        assert not set(chapter.needs) & set(chapter.helps)
        assert key == "00" or "00" in before(key)


def test_no_need_is_said_twice():
    for key, chapter in CHAPTERS.items():
        for one, two in combinations(chapter.needs, 2):
            assert one not in before(two), f"{key} needs {two}, which needs {one}"
            assert two not in before(one)


@every_page
def test_a_page_has_the_question_and_needs_of_the_map(path):
    key = path.stem[:2]
    assert opening(path).startswith(f"# {CHAPTERS[key].question}\n")
    asked, helpful = named_before(path)
    implied = {"00"}.union(*map(before, asked))
    assert asked - implied == set(CHAPTERS[key].needs) - {"00"}, "solid arrows and the page differ"
    assert helpful == set(CHAPTERS[key].helps), "dashed arrows and the page differ"
    assert f"about {CHAPTERS[key].minutes} minutes to read and run" in " ".join(opening(path).split())


def test_the_table_of_the_readme_is_the_table_of_the_course():
    rows = re.findall(r"^\| \[\d\d .*\|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    wanted = []
    for path in PAGES:
        key, it = path.stem[:2], CHAPTERS[path.stem[:2]]
        link = f"[{key} {it.name}](notebooks/{path.name})"
        wanted.append(f"| {link} | {it.question} | {builds_on(key)} | {it.device} | {it.minutes} |")
    assert rows == wanted


def test_what_a_chapter_builds_on_in_words():
    assert [builds_on(key) for key in ("00", "04", "05", "10")] == [
        "nothing", "00 (02 and 03 help)", "00 (04 helps)", "08, 09",
    ]  # fmt: skip


@pytest.mark.usefixtures("home")
def test_the_table_of_chapters_ticks_what_is_done(monkeypatch):
    assert [row[0][:2] for row in contents().rows] == list(CHAPTERS)
    ex("05.4").check([4, 1, 1])
    ex("05.1").check([0, 0, 0, 0])
    quiz("05").answer(1, "b")
    rows = {row[0]: row[1:] for row in contents().rows}
    asked = (CHAPTERS["05"].question, "00 (04 helps)", "CPU", "60", "···✓·· 1 of 6, quiz 1 of 5")
    assert rows["05 The earth mover's distance"] == asked
    assert rows["13 Do WGANs compute W1?"][-2:] == ("", "to come")
    assert "✓" in contents()._repr_html_()


def test_the_chapters_with_exercises_are_the_pages():
    assert written() == {path.stem[:2] for path in PAGES}


def test_every_way_leads_down_row_by_row_and_through_no_box():
    places, links = ways()
    assert set(places) == set(CHAPTERS)
    assert len(set(places.values())) == len(places)
    for (first, key), passed in links.items():
        heights = [places[first][1], *(y for _, y in passed), places[key][1]]
        assert np.diff(heights).tolist() == [-1.0] * (len(heights) - 1)
        for x, y in passed:
            others = [place for place, height in places.values() if height == y]
            assert all(abs(place - x) > 0.55 for place in others)
    for one, two in combinations(places.values(), 2):
        assert one[1] != two[1] or abs(one[0] - two[0]) > 0.95


def test_the_map_holds_any_table(monkeypatch):
    """Another course: a long arrow past three rows, and two that cross a row side by side."""
    table = {
        "a": course.Chapter("", "", ()),
        "b": course.Chapter("", "", ("a",)),
        "c": course.Chapter("", "", ("b",), ("a",)),
        "d": course.Chapter("", "", ("c", "a"), ("b",)),
    }
    monkeypatch.setattr(course, "CHAPTERS", table)
    places, links = course.ways()
    assert [places[key][1] for key in "abcd"] == [0, -1, -2, -3]
    assert len(links["a", "d"]) == 2
    sides = [links[link][-1][0] for link in (("a", "d"), ("b", "d"))]
    assert abs(sides[0] - sides[1]) > 0.55


# --- the table of questions -------------------------------------------------------------------------


def test_all_questions_of_the_sources_are_there():
    counts = {"S0": 5, "S2": 5, "S3": 5, "S4": 8}
    assert set(SEEDS) == {f"{source}.{n}" for source, count in counts.items() for n in range(1, count + 1)}
    assert all(set(seed.planned) <= set(CHAPTERS) and seed.planned for seed in SEEDS.values())


@pytest.mark.parametrize("one", EXERCISES, ids=lambda one: one.key)
def test_an_exercise_names_questions_that_exist(one):
    assert set(one.seeds) <= set(SEEDS)


def test_the_table_is_read_from_the_exercises():
    rows = {key: answered for key, _, answered in seed_table().rows}
    assert list(rows) == list(SEEDS)
    for one in EXERCISES:
        for key in SEEDS:
            assert (f"{one.key} {one.title}" in rows[key]) == (key in one.seeds)
    assert "05.2 Is it a plan?" in rows["S0.2"]


def test_what_is_not_written_is_said_to_come(monkeypatch):
    monkeypatch.setattr(course, "written", lambda: {"00", "05"})
    rows = {key: answered for key, _, answered in seed_table().rows}
    assert rows["S4.8"].endswith("not yet written: chapter 12")
    assert rows["S0.2"].endswith("not yet written: chapter 06")
    assert "not yet" not in rows["S4.3"]


@pytest.mark.parametrize("key", SEEDS)
def test_a_written_chapter_answers_what_was_planned_for_it(key):
    for chapter in set(SEEDS[key].planned) & written():
        assert any(key in one.seeds for one in exercises_of(chapter)), f"{chapter} has nothing for {key}"


# --- the exercises of chapter 00 ----------------------------------------------------------------------

PROOFS = [
    "c^T x <= (A^T y)^T x as x is nonnegative and c <= A^T y entrywise. And (A^T y)^T x = y^T A x <= y^T b, "
    "because y >= 0 and A x <= b. If equality holds, x is optimal since no feasible point exceeds b y, and "
    "likewise y.",
    "Because x ≥ 0: c·x ≤ (Aᵀy)·x. And with y ≥ 0 this is y·(Ax) ≤ y·b. So c·x ≤ b·y "
    "for each pair; when both numbers agree neither can be improved, so they are the best ones.",
]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("text", PROOFS)
def test_a_right_proof_in_other_words_passes_the_first_look(text):
    outcome = ex("00.5").check(text)
    assert outcome.passed, outcome.message


def test_squared_noise_in_closed_form():
    assert np.allclose(ex("00.1")(), [3 / 2, 1 / 3, 1 / 3], atol=1e-3)


def test_who_moves_first_by_a_linear_program():
    from scipy.optimize import linprog

    table = np.array([[4.0, 1.0], [0.0, 2.0]])  # maximize v with p' table >= v for both columns
    result = linprog(
        [0, 0, -1], A_ub=np.column_stack([-table.T, np.ones(2)]), b_ub=[0, 0], A_eq=[[1, 1, 0]], b_eq=[1],
        bounds=[(0, 1), (0, 1), (None, None)],
    )  # fmt: skip
    assert np.allclose(ex("00.2")(), [1, 2, -result.fun], atol=1e-3)


def test_two_arrivals_are_limits():
    from wgan_edu.divergences import total_variation
    from wgan_edu.transport import wasserstein_1d

    for n in (10.0, 100.0, 1000.0):
        here, away = np.array([0.0]), np.array([0.0, n])
        assert wasserstein_1d(np.array([1 / n]), here) == pytest.approx(1 / n)
        assert wasserstein_1d(away, here, np.array([1 - 1 / n, 1 / n])) == pytest.approx(1)
        assert total_variation(np.array([1 - 1 / n, 1 / n]), np.array([1.0, 0.0])) == pytest.approx(1 / n)
    assert ex("00.3")() == [1, 0, 0, 1]


def test_the_conjugate_of_a_square_is_a_square():
    u, t = np.linspace(-5, 5, 10_001), np.linspace(-3, 3, 13)
    assert np.allclose(ex("00.4")(u, u**2 / 2, t), t**2 / 2, atol=1e-6)


def test_the_penalty_s_gradient_by_finite_differences():
    import torch

    def f(w, x):
        return torch.tanh(w[0] * x[0] * x[1]) + (w * x).sum() ** 2

    def penalty(w):
        y = x.clone().requires_grad_()
        return (torch.autograd.grad(f(w, y), y)[0].norm() - 1).item() ** 2

    w, x = torch.tensor([[0.4, -1.1], [0.7, 0.3]], dtype=torch.float64)
    tiny = 1e-6 * torch.eye(2, dtype=torch.float64)
    differences = [(penalty(w + step) - penalty(w - step)) / 2e-6 for step in tiny]
    assert np.allclose(ex("00.6")(f, w, x), differences, rtol=1e-6)
