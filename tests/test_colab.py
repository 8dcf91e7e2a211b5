"""Google Colab: what a chapter's first cell installs, and chapters on Colab's versions of the libraries.

Tests marked `colab` run in the environment of `make test-colab`; so do all package tests.
"""

import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from checkout import ROOT, floors
from nbclient import NotebookClient
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wgan_edu.exercises.course import CHAPTERS as COURSE

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in CHAPTERS]
STACK = {
    canonicalize_name((entry := Requirement(line)).name): entry.specifier
    for line in (ROOT / "tests/colab.txt").read_text().splitlines()
    if line and not line.startswith("#")
}


def first_cells(path):
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"][:2]]


def bootstrap(path):
    """What stands before the imports of a chapter: the lines that install the course where it is missing."""
    return first_cells(path)[1].split("\n\n")[:2]


class Shell:
    """IPython as the first cell sees it: a package is there once pip has run, unless pip fails."""

    def __init__(self, installed=(), network=True):
        self.installed, self.network, self.asked = set(installed), network, []

    def find_spec(self, name):
        return name if name in self.installed else None

    def run_line_magic(self, magic, line):
        self.asked.append(f"{magic} {line}")
        if self.network:
            self.installed.add("wgan_edu")

    def run(self, path):
        lines = bootstrap(path)[1]
        exec(lines, {"find_spec": self.find_spec, "get_ipython": lambda: self})
        return self


# --- what a chapter installs ------------------------------------------------------------------------


def test_every_chapter_begins_with_the_same_lines():
    assert len({tuple(bootstrap(path)) for path in CHAPTERS}) == 1
    assert bootstrap(CHAPTERS[0])[0] == "from importlib.util import find_spec"
    assert len(bootstrap(CHAPTERS[0])[1].splitlines()) == 3


@pytest.mark.parametrize("path", CHAPTERS, ids=NAMES)
def test_only_what_is_missing_is_installed(path):
    """POT and the course, without what they need: a torch or numpy that pip swaps would need a restart."""
    [asked] = Shell().run(path).asked
    course = re.search(r'course = "(.*?)"', bootstrap(path)[1])[1]
    assert asked == f"pip install -q --no-deps POT {course}"
    assert re.fullmatch(r"git\+https://github\.com/[\w.-]+/[\w.-]+", course)
    assert Shell({"wgan_edu"}).run(path).asked == []


@pytest.mark.parametrize("path", CHAPTERS, ids=NAMES)
def test_without_a_network_it_says_so_in_a_sentence(path):
    with pytest.raises(
        AssertionError, match=r"^wgan_edu could not be installed: check the network, then run"
    ):
        Shell(network=False).run(path)


def test_colab_has_everything_else_that_the_package_needs():
    needed = floors()
    [asked] = Shell().run(CHAPTERS[0]).asked
    brought = {word.lower() for word in asked.split()} & set(needed)
    assert brought == {"pot"}
    assert set(needed) - brought - {"torch"} <= set(STACK), "torch is there, and not in the list: see its top"
    for name in set(needed) & set(STACK):
        [pin] = STACK[name]
        assert pin.operator == "=="
        assert needed[name].contains(pin.version), f"{name} {pin.version} of Colab is not {needed[name]}"


def test_the_environment_comes_about_as_on_colab():
    """`make test-colab` installs what Colab has and then, with the words of the first cell, what it lacks."""
    makefile = (ROOT / "Makefile").read_text()
    [asked] = Shell().run(CHAPTERS[0]).asked
    words = asked.rpartition(" ")[0]
    assert f"-m {words} --editable .\n" in makefile
    assert makefile.index("--requirement tests/colab.txt") < makefile.index(words)
    assert "make test-colab" in (ROOT / ".ci/run").read_text()


# --- chapters that want a GPU -----------------------------------------------------------------------


@pytest.mark.parametrize("path", CHAPTERS, ids=NAMES)
def test_a_chapter_that_wants_a_gpu_says_so_at_the_top(path):
    """That it wants one, how to switch it on, and what happens without; other chapters do not mention it."""
    points = first_cells(path)[0].split("\n- ")
    lines = [" ".join(point.split()) for point in points if point.startswith("**GPU**")]
    if "GPU" not in COURSE[path.stem[:2]].device:
        assert lines == []
        return
    [line] = lines
    assert "*Runtime > Change runtime type*" in line
    assert "before you run the first cell" in line
    assert "**Without one**" in line


# --- on Colab's versions of the libraries -----------------------------------------------------------


@pytest.mark.colab
def test_these_are_the_versions_of_colab():
    assert Path(sys.prefix) == ROOT / ".venv-colab"
    for name, admitted in STACK.items():
        assert admitted.contains(version(name)), f"{name} is {version(name)}, not {admitted}: rerun make"
    import torch

    assert torch.version.cuda is None, "the build for the CPU"


@pytest.mark.colab
@pytest.mark.parametrize(("chapter", "widgets"), [("00", ""), ("00", "core"), ("05", "")])
def test_a_chapter_runs(chapter, widgets, monkeypatch):
    """In Colab's kernel, with the views as they are there and with those of core ipywidgets alone."""
    monkeypatch.setenv("WGAN_EDU_WIDGETS", widgets)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore::DeprecationWarning")
    [path] = (ROOT / "notebooks").glob(f"{chapter}_*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", store_widget_state=True)
    client.resources = {"metadata": {"path": str(ROOT / "notebooks")}}
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    made_by = {state["_model_module"] for state in client.widget_state.values()}
    assert ("anywidget" in made_by) == (widgets != "core")
    assert "@jupyter-widgets/controls" in made_by
