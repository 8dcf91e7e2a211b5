"""What the site is made of: the map, the reference, the glossary, and nothing from elsewhere."""

import ast
import json
import os
import re
import runpy
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SITE = DOCS / "_build" / "html"
sys.path[:0] = [str(DOCS), str(DOCS / "_ext")]

book = pytest.importorskip("book", reason="docs/ is not here")
pytest.importorskip("sphinx", reason="Sphinx, of the extra [docs], is not installed here")
from chapter_pages import first_places, without_kernel  # noqa: E402
from map_of_ideas import drawing  # noqa: E402
from markdown_docstrings import restructured  # noqa: E402

from wgan_edu.exercises.course import CHAPTERS  # noqa: E402
from wgan_edu.links import address_of  # noqa: E402

CONFIGURATION = runpy.run_path(str(DOCS / "conf.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


# --- what it is made of -----------------------------------------------------------------------------


def test_the_map_is_the_course():
    pages = {path.stem[:2]: f"notebooks/{path.stem}.html" for path in NOTEBOOKS}
    svg = ET.fromstring(drawing(pages))
    drawn = {(line.get("data-from"), line.get("data-to"), line.get("class")) for line in svg.iter("polyline")}
    assert drawn == {
        (one, key, kind)
        for key, chapter in CHAPTERS.items()
        for kind, those in (("needs", chapter.needs), ("helps", chapter.helps))
        for one in those
    }
    links = {link.get("href"): " ".join(text.text for text in link.iter("text")) for link in svg.iter("a")}
    assert links == {page: f"{key} {CHAPTERS[key].name}" for key, page in pages.items()}
    assert all(
        CHAPTERS[link.get("aria-label")[:2]].question in link.get("aria-label") for link in svg.iter("a")
    )
    to_come = [
        " ".join(t.text for t in g.iter("text"))[:2] for g in svg.iter("g") if g.get("class") == "to-come"
    ]
    assert to_come == sorted(CHAPTERS.keys() - pages.keys())


def test_words_stay_in_their_boxes():
    svg = ET.fromstring(drawing({}))
    for group in svg.iter("g"):
        [box], words = group.iter("rect"), list(group.iter("text"))
        assert all(len(text.text) * 8.5 < float(box.get("width")) for text in words)  # of 15-pixel type
        assert len(words) * 18 < float(box.get("height"))


def test_no_default_value_is_a_formula():
    """The reference prints a signature as code, dollars included."""
    for path in sorted((ROOT / "wgan_edu").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.arguments):
                defaults = [ast.unparse(one) for one in (*node.defaults, *node.kw_defaults) if one]
                assert not [one for one in defaults if "$" in one], path.name


def test_the_reference_has_every_module():
    listed = re.findall(r"^   (wgan_edu\.\S+)$", (DOCS / "api.rst").read_text(), re.MULTILINE)
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "wgan_edu").rglob("*.py")
    }
    solutions = {name for name in modules if re.search(r"\.ch\d\d$", name)}
    assert len(listed) == len(set(listed))
    assert set(listed) == modules - solutions - {"wgan_edu", "wgan_edu.__main__"}


def test_every_page_is_in_the_table_of_contents():
    trees = re.findall(r"```\{toctree\}\n(.*?)```", (DOCS / "index.md").read_text(), re.DOTALL)
    lines = [line for tree in trees for line in tree.splitlines() if line and line[0] != ":"]
    entries = [re.sub(r".*<(.*)>", r"\1", line) for line in lines]
    pages = [
        place.with_suffix("").as_posix()
        for place in book.pages()
        if place.suffix in {".md", ".rst", ".ipynb"}
    ]
    pages += [f"notebooks/{path.stem}" for path in NOTEBOOKS]  # also those that did not run yet
    for page in set(pages) - {"index"}:
        assert sum(Path(page).match(entry) for entry in entries) == 1, page


def test_nothing_is_loaded_from_elsewhere():
    named = [
        *CONFIGURATION["nb_ipywidgets_js"],
        *CONFIGURATION["html_css_files"],
        *(name for name, _ in CONFIGURATION["html_js_files"]),
    ]
    own = [*(DOCS / "_static").iterdir(), CONFIGURATION["widgets_script"]]
    for name in named:
        assert any((place / name).is_file() if place.is_dir() else place.name == name for place in own), name
    assert "sphinx-mathjax-offline" in CONFIGURATION["extensions"]
    for path in [
        *(DOCS / "_static").iterdir(),
        *(DOCS / "_ext").glob("*.py"),
        *(DOCS / "_templates").iterdir(),
    ]:
        found = re.findall(
            r"""(?:src|href)=["']https?:|url\(["']?https?:|@import|from ["']https?:""", path.read_text()
        )
        assert not found, path.name


def test_the_address_stands_in_one_place():
    here = address_of(ROOT)
    assert CONFIGURATION["html_theme_options"]["repository_url"] == f"https://github.com/{here}"
    for path in [*DOCS.glob("*.py"), *DOCS.glob("_ext/*.py"), ROOT / ".github/workflows/site.yml"]:
        assert here not in path.read_text(), path.name


def test_the_copy_of_the_widgets_script_says_where_it_comes_from():
    folder = CONFIGURATION["widgets_script"]
    package, version = "@jupyter-widgets/html-manager", folder.name.rsplit("-", 1)[1]
    assert f"{package} {version}" in (DOCS / "vendor" / "README.md").read_text()
    assert "Jupyter" in (folder / "LICENSE").read_text()
    script = (folder / "embed.js").read_text()
    assert f'"{package}","version":"{version}"' in re.sub(r"\s", "", script) or version in script
    asked = set(re.findall(r"[0-9a-f]{20}\.woff2", script))
    assert asked
    assert asked == {path.name for path in folder.glob("*.woff2")}


def test_a_workflow_publishes_the_site():
    workflow = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert any("make book" in step.get("run", "") for step in build["steps"])
    [upload] = [step for step in build["steps"] if "upload-pages-artifact" in step.get("uses", "")]
    assert ROOT / upload["with"]["path"] == SITE
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    assert "make book" in (ROOT / ".ci/run").read_text()


# --- what it does to pages --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "rst"),
    [
        ("The law `p` of $x_i^*$.", "The law ``p`` of :math:`x_i^*`."),
        ("a*b, |x| and cost_ of D*", r"a\*b, \|x\| and cost\_ of D\*"),
        ("the *best* critic", "the *best* critic"),
        ("$a\n+ b$ over two lines", ":math:`a\n+ b` over two lines"),
        ("One.\n\n    W = |x|\n\nTwo.", "One.\n\n.. code-block:: none\n\n    W = |x|\n\nTwo."),
        ("Args:\n    x: $y$.\n\n        More.", "Args:\n    x: :math:`y`.\n\n        More."),
        ("Sum.\nSource: S3. Taught in: 05_x", "Sum.\n\n**Source:** S3. Taught in: 05_x"),
        ("In 05_chapter and 06_other.", "In :doc:`05_chapter </notebooks/05_chapter>` and 06_other."),
    ],
)  # fmt: skip
def test_docstrings_become_restructured_text(markdown, rst):
    assert restructured(markdown, frozenset({"05_chapter"})) == rst


def test_the_first_of_each_term_is_found():
    terms = {"plan": "1", "transport plan": "2", "coupling": "1", "kl": "4", "kl divergence": "3"}
    texts = [
        "Planes and explanations.",
        "Two transport\nplans; KL divergence.",
        "A Plan, a coupling, a plan.",
    ]
    found = [(i, match[0], match.start()) for i, match in first_places(texts, terms)]
    assert found == [(1, "transport plans", 4), (1, "KL divergence", 21), (2, "Plan", 2)]
    assert list(first_places(["a plan"], {})) == []
    [(_, match)] = first_places(["the mover’s ways"], {"mover's way": "1"})
    assert match.span() == (4, 16)


def test_only_core_widgets_stay():
    state, view = (f"application/vnd.jupyter.widget-{what}+json" for what in ("state", "view"))

    def notebook(*data):
        models = {"a": "anywidget", "b": "@jupyter-widgets/controls", "c": "@jupyter-widgets/base"}
        held = {key: {"model_module": module, "state": {}} for key, module in models.items()}
        return {
            "metadata": {"widgets": {state: {"state": held, "version_major": 2}}},
            "cells": [{"source": ""}, {"outputs": [*({"data": it} for it in data), {"text": "printed"}]}],
        }

    mixed = without_kernel(notebook({view: {"model_id": "a"}, "text/plain": "x"}, {view: {"model_id": "b"}}))
    assert set(mixed["metadata"]["widgets"][state]["state"]) == {"b", "c"}
    assert [it.get("data") for it in mixed["cells"][1]["outputs"]] == [
        {"text/plain": "x"},
        {view: {"model_id": "b"}},
        None,
    ]
    recorded = without_kernel(notebook({view: {"model_id": "b"}, "text/html": "<div>"}))
    assert "widgets" not in recorded["metadata"]
    assert recorded["cells"][1]["outputs"][0]["data"] == {"text/html": "<div>"}
    assert without_kernel({"metadata": {}, "cells": []}) == {"metadata": {}, "cells": []}


def test_the_source_tree_follows_the_files(tmp_path):
    page, source = tmp_path / "page.md", tmp_path / "source"
    page.write_text("one")
    os.utime(page, (1e9, 1e9))
    book.assemble({Path("docs/page.md"): page, Path("index.md"): page}, source)
    assert (source / "index.md").stat().st_mtime == 1e9  # as old as the page: Sphinx need not read it again
    (source / "docs/api").mkdir()
    (source / "docs/api/kept.rst").write_text("written by autosummary")
    (source / "docs/page.md").write_text("not read again")
    os.utime(source / "docs/page.md", (1e9, 1e9))
    book.assemble({Path("docs/page.md"): page}, source)
    left = {
        path.relative_to(source).as_posix(): path.read_text()
        for path in source.rglob("*.*")
        if path.is_file()
    }
    assert left == {"docs/page.md": "not read again", "docs/api/kept.rst": "written by autosummary"}
    page.write_text("two")
    book.assemble({Path("docs/page.md"): page}, source)
    assert (source / "docs/page.md").read_text() == "two"


# --- the glossary -----------------------------------------------------------------------------------


def glossary():
    """The terms of each entry of docs/glossary.md, in lower case."""
    entries, open_entry = [], False
    for block in re.findall(
        r"[`:]{3,}\{glossary\}\n(.*?)\n[`:]{3,}", (DOCS / "glossary.md").read_text(), re.DOTALL
    ):
        for line in block.splitlines():
            if not line or line[0] in " :":
                open_entry = False
                continue
            if not open_entry:
                entries.append([])
            entries[-1].append(line.strip().lower())
            open_entry = True
    return entries


def prose(path):
    """The running text of a chapter: no code, formulas, headings or links."""
    cells = json.loads(path.read_text())["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.sub(
        r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|^#.*?$|!?\[[^]]*\]\([^)]*\)",
        " ",
        text,
        flags=re.DOTALL | re.MULTILINE,
    )


def test_each_term_of_the_glossary_is_linked_from_a_chapter():
    entries = glossary()
    assert len(entries) > 20
    terms = {term: str(i) for i, entry in enumerate(entries) for term in entry}
    assert len(terms) == sum(map(len, entries)), "a term stands twice"
    linked = {
        terms[found[1].lower()] for path in NOTEBOOKS for _, found in first_places([prose(path)], terms)
    }
    missing = [entry for i, entry in enumerate(entries) if str(i) not in linked]
    assert not missing, f"no chapter links {missing}"
