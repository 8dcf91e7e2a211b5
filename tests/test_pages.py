"""Lecturer's page, first aid and sources say what chapters and package say."""

import ast
import importlib.util
import itertools
import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wgan_edu import (
    dirac,
    lipschitz,
    transport,
)
from wgan_edu.exercises.course import CHAPTERS, written
from wgan_edu.exercises.frame import exercises_of

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
NOTEBOOKS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
PAGES = {
    name: (DOCS / f"{name}.md").read_text() for name in ("glossary", "lecturing", "first_aid", "sources")
}


def cells(chapter):
    return json.loads(NOTEBOOKS[chapter].read_text())["cells"]


def sources(chapter, kind):
    return ["".join(cell["source"]) for cell in cells(chapter) if cell["cell_type"] == kind]


def headings(chapter):
    """The headings of a chapter, as they are written."""
    return re.findall(r"^#{2,3} (.+)$", "\n\n".join(sources(chapter, "markdown")), flags=re.MULTILINE)


# --- all pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)|^\[[^\]]+\]: (\S+)$", PAGES[name], flags=re.MULTILINE):
        address = "".join(target)
        assert "://" not in address, "a page of the course leads to the course; papers are named, not linked"
        assert (DOCS / address).exists(), f"{name}.md leads to {address}"


@pytest.mark.parametrize("name", PAGES)
def test_prose_is_plain(name):
    text = re.sub(r"`[^`]*`|\$[^$]*\$", "", PAGES[name])
    assert "!" not in text
    for filler in ("simply", "obviously", "clearly", "note that", "it is important to", "delve"):
        assert not re.search(rf"\b{filler}\b", text, flags=re.IGNORECASE), filler
    paragraphs = [len(part.split()) for part in PAGES[name].split("\n\n")]
    assert max(paragraphs) < 250, "a wall of text"


# --- the lecturer's page ----------------------------------------------------------------------------

LECTURING = PAGES["lecturing"]
BEFORE, CHAPTER_BY_CHAPTER = LECTURING.split("## Chapter by chapter\n")
ON_PAGE = {
    heading[:2]: (heading, text)
    for heading, text in re.findall(
        r"^### (\d\d .*?)\n(.*?)(?=^### |\Z)", CHAPTER_BY_CHAPTER, re.DOTALL | re.MULTILINE
    )
}
each_chapter = pytest.mark.parametrize("chapter", sorted(written()))


def views(chapter):
    """The views that a chapter shows, in order: what its widget cells call."""
    from wgan_edu.widgets import VIEWS

    shown = [
        "".join(cell["source"]) for cell in cells(chapter) if "widget" in cell["metadata"].get("tags", [])
    ]
    calls = [node for source in shown for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [name for call in calls if (name := getattr(call.func, "id", "")) in VIEWS]


@each_chapter
def test_the_lecturer_s_page_has_each_chapter(chapter):
    heading, text = ON_PAGE[chapter]
    assert heading == f"{chapter} {CHAPTERS[chapter].name}"
    assert f"```{{objectives}} {chapter}\n```" in text
    for part in ("**One minute**", "**They stumble**", "**For the room**"):
        assert part in text


@each_chapter
def test_minutes_in_the_hall_add_up(chapter):
    total, parts = re.search(
        r"^In the hall, (\d+) minutes: (.+)$", ON_PAGE[chapter][1], re.MULTILINE
    ).groups()
    sections = re.findall(r"\*(.+?)\* (\d+)(?:, |\.$)", parts)
    assert sum(int(minutes) for _, minutes in sections) == int(total) <= 90
    assert ", ".join(f"*{name}* {minutes}" for name, minutes in sections) + "." == parts
    missing = [name for name, _ in sections if name not in headings(chapter)]
    assert not missing, f"chapter {chapter} has no section {missing}"


@each_chapter
def test_each_view_has_its_question_to_the_room(chapter):
    asked = re.findall(r"\*\*Ask before `(\w+)`\*\*:(.*?)(?=\n\n)", ON_PAGE[chapter][1], re.DOTALL)
    assert [name for name, _ in asked] == views(chapter)
    for _, text in asked:
        text = " ".join(text.split())
        assert text.index("?") < text.index("*They will say*") < text.index("*It shows*")
    if not asked:
        assert "There is no view. **Ask before *" in ON_PAGE[chapter][1]


@each_chapter
def test_the_exercise_for_the_room_exists(chapter):
    [key] = re.findall(r"\*\*For the room\*\*: exercise (\d\d\.\d+)", ON_PAGE[chapter][1])
    assert key in [one.key for one in exercises_of(chapter)]


def lectures():
    """Each lecture of each plan, as (plan, number, rows of its table, homework)."""
    for plan, text in re.findall(r"^## (\w+) lectures\n(.*?)(?=^## |\Z)", BEFORE, re.DOTALL | re.MULTILINE):
        for number, rest in re.findall(
            r"^\*\*Lecture (\d+): (.*?Homework: .*?\.)\n", text, re.DOTALL | re.MULTILINE
        ):
            rows = re.findall(r"^\| (\d+) \| (\d\d) \| (.+) \|$", rest, re.MULTILINE)
            yield plan, int(number), rows, rest.rsplit("Homework: ", 1)[1]


PLANS = list(lectures())


def test_there_are_plans_of_two_four_and_eight_lectures():
    for plan, count in {"Two": 2, "Four": 4, "Eight": 8}.items():
        assert [number for name, number, *_ in PLANS if name == plan] == list(range(1, count + 1))
    everything = {chapter for name, _, rows, _ in PLANS if name == "Eight" for _, chapter, _ in rows}
    assert everything == written() & {f"{number:02d}" for number in range(13)}, (
        "eight lectures leave no chapter out"
    )


@pytest.mark.parametrize(("plan", "number", "rows", "homework"), PLANS, ids=lambda one: str(one)[:6])
def test_a_lecture_has_90_minutes_of_sections_that_exist(plan, number, rows, homework):
    assert sum(int(minutes) for minutes, _, _ in rows) == 90
    for _, chapter, shown in rows:
        names = re.findall(r"\*(.+?)\*", shown)
        assert names
        missing = [name for name in names if name not in headings(chapter)]
        assert not missing, f"{plan} lectures, {number}: chapter {chapter} has no section {missing}"
    order = [chapter for _, chapter, _ in rows]
    assert order == sorted(order)
    keys = re.findall(r"\d\d\.\d+", homework)
    assert len(keys) >= 3
    for key in keys:
        assert key in [one.key for one in exercises_of(key[:2])]


def test_what_the_page_says_of_the_street_is_so():
    """Where a best f rises, falls and is free in `GapCloses`: by the flow across each stretch."""
    from wgan_edu.widgets.bounds_game import LineGame

    game = LineGame()  # the street of the view
    same = LineGame({2: 2, 3: 3, 8: 2, 10: 3}, {0: 1, 4: 3, 5: 1, 7: 3, 9: 2})  # as chapter 06 describes it
    assert game.places.tolist() == same.places.tolist()
    assert math.isclose(game.w1, same.w1)
    piles, holes = ({2: 2, 3: 3, 8: 2, 10: 3}, {0: 1, 4: 3, 5: 1, 7: 3, 9: 2})
    flow = [
        sum(m for x, m in piles.items() if x <= t) - sum(m for x, m in holes.items() if x <= t)
        for t in range(10)
    ]
    assert [t for t in range(10) if flow[t] < 0] == [0, 1, 7, 8, 9]  # earth goes left, f rises
    assert [t for t in range(10) if flow[t] > 0] == [2, 3, 4]
    assert math.isclose(same.w1, sum(map(abs, flow)) / 10)
    words = " ".join(ON_PAGE["06"][1].split())
    assert "rises from 0 to 2 and from 7 to 10, falls from 2 to 5, and is free from 5 to 7" in words
    assert f"$W_1 = {same.w1:.1f}$" in words


def test_what_the_page_says_of_the_dirac_gan_is_so():
    for n_critic in (1, 5, 50, 399):
        assert abs(np.linalg.eigvals(dirac.step_matrix("wgan", 0.1, n_critic=n_critic))).max() > 0.999
    assert abs(np.linalg.eigvals(dirac.step_matrix("wgan", 0.1, n_critic=401))).max() > 1.05
    for variant in ("r1", "instance_noise"):
        assert abs(np.linalg.eigvals(dirac.step_matrix(variant, 0.1))).max() < 1


@pytest.mark.usefixtures("one_thread")
def test_what_the_page_says_of_a_slow_discriminator_is_so():
    """All samples near one mode, arrows that point one way, and another mode at the next look."""
    from wgan_edu.training import PRESETS
    from wgan_edu.widgets.training_run import TrainingRun

    run = TrainingRun(replace(PRESETS["gan_nonsaturating"], lr_critic=2e-4))
    run.advance(60)
    looks = [run.advance(20) for _ in range(9)]
    alike = [
        np.linalg.norm(np.mean(look.arrows.T / np.linalg.norm(look.arrows, axis=1), axis=1)) for look in looks
    ]
    nearest = [transport.cost_matrix(look.fake, run.data.centers).argmin(axis=1) for look in looks]
    shares = [np.bincount(modes, minlength=8) / len(modes) for modes in nearest]
    assert np.median(alike) > 0.8
    assert np.median(np.max(shares, axis=1)) > 0.9
    assert np.mean(np.diff(np.argmax(shares, axis=1)) != 0) > 0.5


@pytest.mark.usefixtures("one_thread")
def test_what_the_page_says_of_a_clipped_critic_is_so():
    from wgan_edu.training import PRESETS
    from wgan_edu.widgets.training_run import TrainingRun

    live = replace(PRESETS["live"], lr_critic=2e-3, lr_generator=1e-3, n_critic=3)  # as in chapter 10
    run = TrainingRun(replace(live, constraint=lipschitz.WeightClipping(0.01)))
    fake = run.advance(100).fake
    assert f"{abs(run.current.gap):.3f}" == "0.000"
    assert transport.w1_exact(run.real, fake) > 0.2


def test_commands_on_the_page_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)`", "".join(PAGES.values())):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    assert "docs/_build/slides/index.html" in LECTURING
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    assert "## Add an exercise" in contributing
    assert "nbgrader or Otter-Grader" in contributing


# --- first aid --------------------------------------------------------------------------------------

FIRST_AID = PAGES["first_aid"]
ANSWERS = re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", FIRST_AID, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("complaint", "answer"), ANSWERS, ids=lambda one: one[:30])
def test_each_answer_names_a_test_or_a_chapter_that_shows_it(complaint, answer):
    shown = re.search(r"\*Shown by\* (.+)", answer.strip().rsplit("\n\n", 1)[-1], re.DOTALL)
    if complaint.startswith("I want another notation"):
        return  # it shows itself
    tests = re.findall(r"`(tests/\w+\.py)::(\w+)`", shown[1])
    assert tests or "../notebooks/" in shown[1]
    for file, name in tests:
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file} has no {name}"


def test_the_complaints_that_users_of_such_courses_have_are_answered():
    words = " ".join(complaint for complaint, _ in ANSWERS)
    for part in (
        "Colab", "NumPy", "GPU", "download", "negative", "Wasserstein distance", "batch normalization",
        "published notebook", "different distances", "Waiting for the kernel", "kernel died",
        "Binder", "goes up", "NaN", "slow", "stuck",
    ):  # fmt: skip
        assert part in words, part


@pytest.mark.usefixtures("home")
def test_first_aid_was_run(tmp_path):
    """In a process of its own, as hints that were shown and numbers of threads stay with a process."""
    page = tmp_path / "first_aid.md"
    page.write_text(re.sub(r"\n+```", "\n\n", FIRST_AID))
    run = [sys.executable, "-m", "doctest", page.name]
    result = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    lines = re.findall(r"^>>> (.*)", FIRST_AID, flags=re.M)
    assert len(lines) > 15
    assert max(map(len, lines)) < 76, "longer lines are cut on the site"


def test_nothing_uses_what_dies_on_colab():
    code = [path.read_text() for path in (ROOT / "wgan_edu").rglob("*.py")]
    code += [source for chapter in NOTEBOOKS for source in sources(chapter, "code")]
    for source in code:
        assert not re.search(r"\bipympl\b|%matplotlib|\binteract(ive|_manual)?\(|clear_output", source)


def test_what_a_waiting_view_says_is_on_the_page():
    script = (ROOT / "wgan_edu/widgets/shared.js").read_text()
    assert "Waiting for the kernel: another cell is running" in script
    assert '### "Waiting for the kernel: another cell is running"' in FIRST_AID


def test_the_start_page_says_at_once_how_work_is_kept_and_where_help_is():
    opening = sources("00", "markdown")[0]
    for words in (
        "**Your work is kept**",
        "`progress()`",
        "Binder and Colab",
        "`doctor()`",
        "docs/first_aid.md",
    ):
        assert words in opening
    code = sources("00", "code")
    assert any(source.endswith("\ncontents()") for source in code[: len(code) // 2])


# --- sources ----------------------------------------------------------------------------------------


def from_chapters():
    pytest.importorskip("sphinx", reason="Sphinx, which builds the site, is not installed here")
    spec = importlib.util.spec_from_file_location("from_chapters", DOCS / "_ext" / "from_chapters.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@each_chapter
def test_objectives_and_sources_are_found_in_each_chapter(chapter):
    module = from_chapters()
    goals = module.objectives(NOTEBOOKS[chapter])
    assert 4 <= len(re.findall(r"^- ", goals, re.MULTILINE)) <= 6
    assert re.findall(r"^- ", module.sources(NOTEBOOKS[chapter]), re.MULTILINE)
    assert module.works(NOTEBOOKS[chapter])


def test_a_work_has_one_name_in_all_chapters():
    works = [re.search(r"\*(.+)\*, (\d+):", line).groups() for line in from_chapters().by_title()]
    assert len(works) > 30
    names = [title.lower() for title, _ in works]
    assert names == sorted(names)
    for one, other in itertools.pairwise(names):
        assert not other.startswith(one), f"one work with two names or two years: {other}"
