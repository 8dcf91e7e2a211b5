"""The repository keeps its own promises: layers, size, docstrings, pins, addresses, licenses and habits."""

import ast
import importlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from checkout import PROJECT, ROOT, SUPPORTED, committed_files, copy_of_the_checkout

PACKAGE = ROOT / "wgan_edu"

# Imports go downward (to a smaller number) or leftward within a row. A folder is one entry.
LAYERS = [
    ["looking", "checking", "seeding", "palette", "display_mode", "files", "devices", "data", "images"],
    [
        "transport",
        "geometry",
        "divergences",
        "families",
        "normalization",
        "lipschitz",
        "fast_gradients",
        "networks",
    ],
    [
        "configuration",
        "state",
        "dirac",
        "saturation",
        "training",
        "fixed_pairs",
        "checkpoint",
        "metrics",
        "classifier",
        "steering",
        "image_metrics",
    ],
    ["style", "plots", "exercises", "doctor"],
    ["widgets"],
    ["links", "headless", "__main__"],
]
PLACE = {
    unit: (layer, column) for layer, row in enumerate(LAYERS) for column, unit in enumerate(row)
}  # the order of tuples is then "may be imported by"

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
NAMES = [str(path.relative_to(PACKAGE)) for path in MODULES]


def unit_of(path: Path) -> str:
    """The entry of the table that a file belongs to: its folder in the package, or itself."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imports_of(tree: ast.Module, package: list[str]) -> Iterator[tuple[str, int]]:
    """Every dotted name that a file imports, also inside functions, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


def imports_of_file(path: Path) -> list[tuple[str, int]]:
    return list(imports_of(tree_of(path), ["wgan_edu", *path.relative_to(PACKAGE).parts[:-1]]))


def public_definitions(tree: ast.Module) -> list[ast.FunctionDef | ast.ClassDef]:
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]


def docstring_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        may_have_one = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if may_have_one and ast.get_docstring(node) is not None:
            lines.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return lines


def lines_without_docstrings(path: Path) -> list[str]:
    skip = docstring_lines(tree_of(path))
    return [line for number, line in enumerate(path.read_text().splitlines(), 1) if number not in skip]


def lines_of_code(path: Path) -> list[str]:
    """Without docstrings, comments and empty lines."""
    return [text for line in lines_without_docstrings(path) if (text := line.strip()) and text[0] != "#"]


# --- layers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_imports_go_only_downward_or_leftward(path: Path) -> None:
    unit = unit_of(path)
    assert unit in PLACE, (
        f"wgan_edu/{unit} has no place yet: put it into LAYERS at the top of tests/test_repository.py, in "
        f"a row below its importers, and above or to the right of everything it imports."
    )
    for name, line in imports_of_file(path):
        parts = name.split(".")
        if parts[0] != "wgan_edu" or len(parts) == 1 or parts[1] == unit:
            continue
        other = parts[1]
        if other not in PLACE:  # a plain name of the package such as its version, or reported by its own test
            continue
        assert PLACE[other] < PLACE[unit], (
            f"{path.name}, line {line}: {unit} (layer {PLACE[unit][0]}) must not import {other} "
            f"(layer {PLACE[other][0]}): imports go only downward, or leftward within a row of LAYERS."
        )


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_only_the_upper_layers_draw(path: Path) -> None:
    unit = unit_of(path)
    layer = PLACE[unit][0] if unit in PLACE else 0
    forbidden = set() if unit == "widgets" else {"anywidget", "ipywidgets"}
    if unit == "exercises":
        forbidden = {"anywidget"}
    if layer <= 2:
        forbidden |= {"matplotlib", "IPython"}
    for name, line in imports_of_file(path):
        top = name.split(".")[0]
        assert top not in forbidden, (
            f"{path.name}, line {line}: {unit} (layer {layer}) must not import {top}."
        )


def test_import_is_light() -> None:
    heavy = ["torch", "ot", "matplotlib", "sklearn", "scipy", "ipywidgets", "anywidget"]
    program = f"import sys, wgan_edu; dir(wgan_edu); print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert result.stdout.strip() == "[]", f"`import wgan_edu` loads {result.stdout.strip()}"


# --- size and names ---------------------------------------------------------------------------------


def test_package_stays_small() -> None:
    """What computes fits one sitting a module and a day or two in all; the views are counted apart."""
    lines = {"widgets": 0, "exercises": 0, "": 0}
    for path in PACKAGE.rglob("*.py"):
        unit = unit_of(path)
        lines[unit if unit in lines else ""] += len(lines_of_code(path))
    assert lines[""] < 4000, f"the package has {lines['']} lines of code; it stays under 4,000"
    assert lines["widgets"] < 2200, f"the views have {lines['widgets']} lines of code; they stay under 2,200"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_fits_one_sitting(path: Path) -> None:
    bare = len(lines_of_code(path))
    limit = 900 if path.stem[2:].isdigit() else 300  # a chapter's exercises are mostly their messages
    assert bare <= limit, f"{path.name} has {bare} lines of code; split it by what it teaches"


def test_no_utils() -> None:
    found = [
        str(path.relative_to(ROOT)) for path in committed_files() if path.name in {"utils.py", "util.py"}
    ]
    assert not found, f"{found}: name a module after what it teaches, not utils"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_all_lists_the_public_names(path: Path) -> None:
    tree = tree_of(path)
    if path.name == "__main__.py":
        return  # a command line, run and not imported
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(dotted)
    assert hasattr(module, "__all__"), f"{path.name} needs an __all__"
    missing = [name for name in module.__all__ if not hasattr(module, name)]
    assert not missing, f"{path.name}: __all__ names {missing}, which do not exist"
    unlisted = [node.name for node in public_definitions(tree) if node.name not in module.__all__]
    assert not unlisted, (
        f"{path.name}: {unlisted} are public and not in __all__; list them or put _ before them"
    )


def test_the_package_lists_modules_that_exist() -> None:
    package = importlib.import_module("wgan_edu")
    for name in package.__all__:
        assert getattr(package, name).__name__ == f"wgan_edu.{name}"
    plain = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert plain <= set(package.__all__), f"wgan_edu.__all__ lacks {sorted(plain - set(package.__all__))}"
    with pytest.raises(AttributeError, match="no_such_module"):
        _ = package.no_such_module


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_docstrings_say_where_it_comes_from(path: Path) -> None:
    tree, unit = tree_of(path), unit_of(path)
    assert ast.get_docstring(tree), f"{path.name} needs a docstring"
    sourced = unit == "data" or (unit in PLACE and PLACE[unit][0] in (1, 2))
    for node in public_definitions(tree):
        text = ast.get_docstring(node)
        assert text, f"{path.name}: {node.name} needs a docstring"
        if sourced and isinstance(node, ast.FunctionDef):
            assert "Source:" in text or "Taught in:" in text, (
                f"{path.name}: the docstring of {node.name} needs a 'Source:' or a 'Taught in:'"
            )


# --- versions ---------------------------------------------------------------------------------------


def test_workflow_covers_the_supported_versions() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as a truth value
    assert {"push", "pull_request", "schedule"} <= set(triggers)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"] is True
    job = workflow["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == SUPPORTED == ["3.11", "3.12", "3.13", "3.14"]
    assert job["timeout-minutes"] <= 60
    assert any("make test" in step.get("run", "") for step in job["steps"])


def test_hooks_are_the_tools_of_make() -> None:
    [local] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    commands = [hook["entry"] for hook in local["hooks"]]
    for tool in ("ruff check", "ruff format", "nbstripout"):
        assert any(command.startswith(f".venv/bin/{tool}") for command in commands), f"no hook runs {tool}"


# --- addresses --------------------------------------------------------------------------------------

# Whether links lead to this repository is in `test_links`.


def test_no_registry_is_named() -> None:
    # Each user's own set-up says where packages come from. The names are put together here, so that this
    # file does not hold them.
    hosts = [
        ".".join(parts)
        for parts in (
            ("files", "pythonhosted", "org"),
            ("pypi", "org"),
            ("registry", "npmjs", "org"),
            ("deb", "debian", "org"),
        )
    ]
    for path in committed_files():
        content = path.read_bytes()
        found = [host for host in hosts if host.encode() in content]
        assert not found, f"{path.relative_to(ROOT)} names {found}"


# --- licenses, citation, habits ---------------------------------------------------------------------


def test_licenses_are_there() -> None:
    texts = {name: (ROOT / name).read_text() for name in PROJECT["license-files"]}
    assert set(PROJECT["license"].split(" AND ")) == {"MIT", "CC-BY-4.0"}
    assert "MIT License" in texts["LICENSE"]
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in texts["LICENSE-TEXTS"]


def test_citation_agrees_with_pyproject() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert str(citation["cff-version"]) == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert str(citation["version"]) == PROJECT["version"] == importlib.import_module("wgan_edu").__version__
    assert citation["repository-code"] == PROJECT["urls"]["Repository"]
    assert citation["license"] in PROJECT["license"].split(" AND ")
    assert [author["name"] for author in citation["authors"]] == [a["name"] for a in PROJECT["authors"]]


def test_contributing_is_a_page() -> None:
    lines = (ROOT / "CONTRIBUTING.md").read_text().splitlines()
    assert len(lines) <= 70
    assert max(map(len, lines)) <= 120


def test_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed here")
    files = copy_of_the_checkout(tmp_path / "copy")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=tmp_path / "copy", check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    package = {name.as_posix() for name in files if name.parts[0] == "wgan_edu"}
    assert {name for name in held if ".dist-info/" not in name} == package
    for name in PROJECT["license-files"]:
        assert any(entry.endswith(f".dist-info/licenses/{name}") for entry in held), f"the wheel lacks {name}"
