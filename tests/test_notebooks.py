"""Every chapter keeps the course's anatomy, says what the package does, and runs as a learner runs it."""

import ast
import importlib
import json
import os
import re
import threading
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from nbclient import NotebookClient

from wgan_edu.exercises import ex
from wgan_edu.exercises.frame import chapters, exercises_of

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))

TAGS = re.compile(
    r"setup|algorithm|predict|widget|exercise|solution|quiz|trap-\d\d|defines:wgan_edu(\.\w+){2,3}"
)
TRAPS = {
    "00": set(),
    "01": {8},
    "02": {10, 23},
    "03": {6, 7, 8, 9, 25},
    "04": {19, 22},
    "05": {19, 20},
    "06": {3, 4, 5, 11, 26},
    "07": set(),
    "08": {5, 12, 13, 14, 17, 18},
    "09": {1, 2, 3, 14, 15, 16, 24},
    "10": {17, 21},
    "11": set(),
    "12": set(),
}  # the wrong statements of the sources that a chapter corrects
LONG_CHAPTERS = {"03", "08", "09", "10", "11", "12"}  # may take 90 s, the others 60 s
MEMORY_BUDGET = 850e6  # bytes; with its server a chapter fits into 1 GB, two fit into the 2 GB of a Binder

pytestmark = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def tags(cell):
    return cell.metadata.get("tags", [])


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def prose(path):
    """The text of a chapter without code, formulas and links, which have rules of their own."""
    text = "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)", " ", text, flags=re.S)


def parsed(cell):
    """The syntax tree of a code cell; magics would not parse, and the course has none."""
    return ast.parse(cell.source)


# --- anatomy ----------------------------------------------------------------------------------------


def test_is_a_stripped_notebook(path):
    notebook = read(path)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_has_25_to_45_teaching_cells(path):
    teaching = [cell for cell in read(path).cells if not {"exercise", "solution", "quiz"} & set(tags(cell))]
    assert 25 <= len(teaching) <= 45


def test_opens_with_a_question_and_what_to_expect(path):
    title = read(path).cells[0]
    assert title.cell_type == "markdown"
    assert re.match(r"# .*\?\n", title.source)
    for part in (
        "mybinder.org",
        "colab.research.google.com",
        "You will be able to",
        "Before you start",
        "Time",
    ):
        assert part in title.source
    assert re.search(r"\bS[0-4]\b", title.source), "name the seed sections that the chapter covers"
    everything = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    assert len(re.findall(r"^# ", everything, flags=re.M)) == 1


def test_badges_open_this_chapter(path):
    title = read(path).cells[0].source
    assert title.count(f"notebooks/{path.name}") == 2


def test_second_cell_sets_up(path):  # what it installs is in `test_colab`
    setup = read(path).cells[1]
    assert tags(setup) == ["setup"]
    assert "seed_everything(0)" in setup.source
    assert "use_style()" in setup.source


def test_cells_are_short(path):
    """At most 25 lines, and 15 without the words of a figure; one algorithm may take 35."""
    cells = [cell for cell in code_cells(path) if not {"algorithm", "setup"} & set(tags(cell))]
    algorithms = [len(cell.source.splitlines()) for cell in code_cells(path) if "algorithm" in tags(cell)]
    assert max(len(cell.source.splitlines()) for cell in [*cells, code_cells(path)[0]]) <= 25
    assert sum(lines_without_words(cell) > 15 for cell in cells) <= 0.15 * len(cells)
    assert len(algorithms) <= 1
    assert max(algorithms, default=0) <= 35


def lines_without_words(cell):
    words = [node for node in parsed(cell).body if is_call_to("show", node)]
    return len(cell.source.splitlines()) - sum(node.end_lineno - node.lineno for node in words)


def test_a_tenth_of_the_code_draws(path):
    """Statements that touch matplotlib, its axes or the course's plots; captions and alt texts are prose."""
    drawing, lines = 0, 0
    for cell in code_cells(path):
        lines += sum(bool(line.strip()) for line in cell.source.splitlines())
        axes = set()
        for statement in ast.walk(parsed(cell)):
            if isinstance(statement, ast.Assign | ast.Expr) and not is_call_to("show", statement):
                names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
                if "plt" in names:
                    axes |= {name for name in names if name != "plt"}
                drawing += (statement.end_lineno - statement.lineno + 1) * bool(
                    names & {"plt", "plots", *axes}
                )
    assert drawing <= 0.1 * lines, f"{drawing} of {lines} lines draw"


def is_call_to(name, statement):
    call = getattr(statement, "value", None)
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name


def test_tags_are_known(path):
    for cell in read(path).cells:
        for tag in tags(cell):
            assert TAGS.fullmatch(tag), f"unknown tag {tag!r}"


def test_every_figure_is_shown_with_words(path):
    for cell in code_cells(path):
        calls = [node for node in ast.walk(parsed(cell)) if isinstance(node, ast.Call)]
        shows = [call for call in calls if getattr(call.func, "id", "") == "show"]
        figures = [call for call in calls if getattr(call.func, "attr", "") in {"subplots", "figure"}]
        assert len(shows) == len(figures)
        for call in shows:
            texts = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert len(texts["alt"]) > 60, "say what is drawn and what it shows"
            assert len(texts["caption"]) > 30


def test_a_sentence_stands_before_every_computation(path):
    cells = read(path).cells
    runs = "".join(cell.cell_type[0] for cell in cells)
    assert "ccc" not in runs, "no more than two code cells in a row"


def test_prose_is_plain(path):
    text = prose(path)
    assert "!" not in re.sub(r"!\[", "", text)
    for filler in ("simply", "obviously", "clearly", "note that", "it is important to", "delve"):
        assert not re.search(rf"\b{filler}\b", text, flags=re.I), filler


def test_measured_numbers_are_computed_not_typed(path):
    """A decimal in the prose is a result that no test could catch when it changes: print it instead."""
    without_headings_of_exercises = re.sub(r"^### \d\d\.\d+ ", "", prose(path), flags=re.M)
    typed = re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])", without_headings_of_exercises)
    assert typed == []


def test_formulas_come_with_a_table_of_symbols(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    assert "| symbol | variable |" in text


def test_ends_with_limits_sources_and_what_comes_next(path):
    last = [cell for cell in read(path).cells if cell.cell_type == "markdown"][-1].source
    places = [last.find(part) for part in ("## What this did not show", "## Sources", "**Next**")]
    assert -1 not in places
    assert places == sorted(places)


def test_traps_assert(path):
    found = set()
    for cell in code_cells(path):
        for tag in tags(cell):
            if tag.startswith("trap-"):
                found.add(int(tag.removeprefix("trap-")))
                assert any(isinstance(node, ast.Assert) for node in ast.walk(parsed(cell)))
    assert found == TRAPS[path.stem[:2]]


# --- page and package say the same ------------------------------------------------------------------


def defining_cells(path):
    for number, cell in enumerate(code_cells(path)):
        for address in addresses(cell):
            yield number, cell, address


def addresses(cell):
    return [tag.removeprefix("defines:") for tag in tags(cell) if tag.startswith("defines:")]


def bare(definition):
    """The syntax tree of a function or class without docstrings, annotations and decorators."""
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = []
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.dump(definition)


def named(tree, name):
    return next(node for node in tree.body if getattr(node, "name", None) == name)


def free_names(definition):
    """Names that a definition reads without setting them."""
    names = [node for node in ast.walk(definition) if isinstance(node, ast.Name)]
    local = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    local |= {node.arg for node in ast.walk(definition) if isinstance(node, ast.arg)}
    return {node.id for node in names} - local


def test_defined_functions_are_the_package_s(path):
    found = list(defining_cells(path))
    assert found, "a chapter holds its algorithm in full"
    for _, cell, address in found:
        module, name = address.rsplit(".", 1)
        source = Path(importlib.import_module(module).__file__).read_text()
        on_page, in_package = named(parsed(cell), name), named(ast.parse(source), name)
        assert bare(on_page) == bare(in_package), f"{address}: page and package differ"


def test_names_in_defined_functions_mean_the_same(path):
    """Each free name on the page must be the very object that the package's definition uses."""
    page = {}
    rebound = set()
    for cell in code_cells(path):
        for node in ast.walk(parsed(cell)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    page[alias.asname or alias.name] = importlib.import_module(alias.name)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    page[alias.asname or alias.name] = imported(node.module, alias.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                rebound.add(node.id)
        for address in addresses(cell):
            module, name = address.rsplit(".", 1)
            page[name] = getattr(importlib.import_module(module), name)
    for _, cell, address in defining_cells(path):
        module, name = address.rsplit(".", 1)
        package = vars(importlib.import_module(module))
        for free in free_names(named(parsed(cell), name)) & set(package):
            assert page.get(free) is package[free], f"{address} uses {free}, and the page means another"
            assert free not in rebound, f"{address} uses {free}, which the page sets to something else"


def imported(module, name):
    found = importlib.import_module(module)
    return getattr(found, name) if hasattr(found, name) else importlib.import_module(f"{module}.{name}")


def test_defined_functions_are_asserted_afterward(path):
    cells = code_cells(path)
    for number, _, address in defining_cells(path):
        name = address.rsplit(".", 1)[1]
        later = [parsed(cell) for cell in cells[number + 1 :] if name in cell.source]
        assert any(isinstance(node, ast.Assert) for tree in later for node in ast.walk(tree)), name


# --- exercises --------------------------------------------------------------------------------------


def registered(path):
    """The exercises of a chapter, and the calls that show its exercises and its quiz."""
    chapter = path.stem[:2]
    if chapter not in chapters():
        return [], []
    there = exercises_of(chapter)
    return there, [*(f'ex("{one.key}")' for one in there), f'quiz("{chapter}")']


def task_and_stub(path, one):
    """The cell that sets an exercise, and the cell to answer it in."""
    cells = read(path).cells
    call = f'ex("{one.key}")'
    places = [i for i, cell in enumerate(cells) if cell.cell_type == "code" and call in cell.source]
    assert len(places) == 1, f"one code cell of the notebook calls {call}, and {len(places)} do"
    return cells[places[0] - 1], cells[places[0]]


def test_exercises_and_quiz_are_those_of_the_package(path):
    on_page = [
        call
        for cell in code_cells(path)
        if {"exercise", "quiz"} & set(tags(cell))
        for call in re.findall(r"\b(?:ex|quiz)\([^)]*\)", cell.source)
    ]
    assert on_page == registered(path)[1], (
        "put each exercise of chNN.py into the notebook, in order: a Markdown cell that begins with "
        "`### 05.2 Is it a plan?` and names its kind and seed questions, then a code cell with the stub and "
        '`ex("05.2").check(is_plan)`, both tagged `exercise`; at the end a cell `quiz("05")` tagged `quiz`'
    )


def test_each_exercise_says_what_it_is(path):
    for one in registered(path)[0]:
        task, stub = task_and_stub(path, one)
        assert tags(task) == tags(stub) == ["exercise"]
        assert task.source.splitlines()[0] == f"### {one.key} {one.title}"
        assert one.kind.lower() in task.source.splitlines()[2].lower(), "the third line names the kind"
        for seed in one.seeds:
            assert seed in task.source.splitlines()[2], "and the seed questions it answers"


def test_no_stub_passes(path, home):
    for one in registered(path)[0]:
        *before, last = parsed(task_and_stub(path, one)[1]).body
        names = {"ex": ex, "np": np}
        exec(compile(ast.Module(before, []), "stub", "exec"), names)
        shown = eval(compile(ast.Expression(last.value), "stub", "eval"), names)
        if one.form == "text":
            [text] = [part for part in shown.children if type(part).__name__ == "Textarea"]
            assert text.value == ""
        else:
            assert shown.headline == "Not yet"
    assert not (home / "progress.json").exists()


# --- Run All ----------------------------------------------------------------------------------------


class Watch(threading.Thread):
    """Largest memory and CPU seconds of the kernel that this process started."""

    def __init__(self):
        super().__init__(daemon=True)
        self.done, self.memory, self.seconds = threading.Event(), 0, 0.0

    def run(self):
        while not self.done.wait(0.1):
            for process in psutil.Process().children(recursive=True):
                try:
                    spent = process.cpu_times()
                    self.memory = max(self.memory, process.memory_info().rss)
                    self.seconds = max(self.seconds, spent.user + spent.system)
                except psutil.NoSuchProcess:
                    continue


@pytest.mark.notebook
def test_runs_as_a_learner_runs_it(path, monkeypatch):
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(threads, "1")  # one slow core, as on Binder
    roads = [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(roads))
    notebook = read(path)
    look_first = nbformat.v4.new_code_cell("import figure_rules\nfigure_rules.watch()")
    look_last = nbformat.v4.new_code_cell("import json\nprint(json.dumps(figure_rules.found()))")
    notebook.cells = [look_first, *notebook.cells, look_last]
    watch = Watch()
    watch.start()
    try:
        NotebookClient(
            notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
        ).execute()
    finally:
        watch.done.set()
        watch.join()
    print(f"{path.stem}: {watch.seconds:.0f} CPU s, {watch.memory / 1e6:.0f} MB")
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output.get("text")
    pictures = [
        output.data["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "<img" in output.get("data", {}).get("text/html", "")
    ]
    assert len(pictures) >= 3
    assert all(re.search(r'alt="[^"]{40,}"', picture) for picture in pictures)
    looked_at = json.loads(look_last.outputs[0].text)
    assert len(looked_at) >= 3
    assert [seen for seen in looked_at if seen[1]] == [], "what cannot be read without color or from afar"
    assert watch.seconds < (90 if path.stem[:2] in LONG_CHAPTERS else 60), "CPU seconds on one thread"
    assert watch.memory < MEMORY_BUDGET
