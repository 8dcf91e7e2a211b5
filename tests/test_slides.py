"""The slides: what is projected of each chapter and, once `make slides` has run, each screen in a browser."""

import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

slides = pytest.importorskip("slides", reason="nbconvert, of the extra [docs], or docs/ itself is not here")

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def kind(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type")


def tags(cell):
    return set(cell.metadata.get("tags", []))


def markdown(source, kind="slide", tags=()):
    return new_markdown_cell(
        source, metadata={"slideshow": {"slide_type": kind}, "tags": [tag for tag in tags if tag]}
    )


def code(source, *outputs, kind="subslide"):
    return new_code_cell(source, outputs=list(outputs), metadata={"slideshow": {"slide_type": kind}})


def printed(text):
    return new_output("stream", name="stdout", text=text)


def shown(html):
    return new_output("display_data", data={"text/html": html, "text/plain": "in words"})


def lecture(*cells):
    """What is projected of some cells after a title: for each, its slide type and its text."""
    made = slides.lecture(new_notebook(cells=[markdown("# Why?"), *cells])).cells[1:]
    return [(kind(cell), cell.source) for cell in made]


# --- every chapter can be projected -----------------------------------------------------------------


@each_chapter
def test_every_cell_says_whether_it_is_projected(path):
    cells = read(path).cells
    unknown = {cell.id: kind(cell) for cell in cells if kind(cell) not in slides.SLIDE_TYPES}
    assert not unknown, "choose a slide type in JupyterLab's property inspector, the gears on the right"
    assert kind(cells[0]) == "slide"
    assert kind(cells[1]) == "skip"


@each_chapter
def test_what_a_lecture_needs_is_projected(path):
    projected = [cell for cell in read(path).cells if kind(cell) in ("slide", "subslide", "fragment")]
    sources = [cell.source for cell in projected]
    for what, wanted in {
        "the table of symbols": "| symbol | variable |",
        "an exercise": r"^### \d\d\.\d ",
        "what was not shown": "## What this did not show",
    }.items():
        assert any(re.search(re.escape(wanted) if "|" in wanted else wanted, text) for text in sources), what
    hidden = [cell for cell in read(path).cells if kind(cell) in ("skip", "notes")]
    for tag in ("widget", "algorithm", "predict"):
        assert not [cell.id for cell in hidden if tag in tags(cell)], f"a cell tagged {tag} is not projected"
    assert sum("quiz" in tags(cell) for cell in projected) >= 2


@each_chapter
def test_a_chapter_is_one_lecture(path):
    made = [kind for kind, _ in ((kind(cell), cell) for cell in slides.lecture(read(path)).cells)]
    assert 15 <= made.count("slide") + made.count("subslide") <= 30


@each_chapter
def test_the_room_or_the_speaker_has_every_word(path):
    """A paragraph of a projected cell is on the slide or in its notes, whole."""
    source, made = read(path), slides.lecture(read(path))
    there = "\n\n".join(cell.source for cell in made.cells)
    for cell in source.cells:
        if cell.cell_type == "markdown" and kind(cell) != "skip":
            for block in slides.blocks(cell.source):
                assert block in there or block.startswith("[!["), block


# --- the rules --------------------------------------------------------------------------------------


LONG = "A first sentence that says, in a good many words, what all of this long paragraph is about. "


def test_a_heading_opens_a_slide_also_inside_a_cell():
    text = "So it is.\n\n## New\n\nText.\n\n### Deeper\n\nMore."
    assert lecture(markdown(text, "fragment")) == [
        ("fragment", "So it is."),
        ("notes", "So it is."),
        ("slide", "## New\n\nText."),
        ("notes", "Text."),
        ("subslide", "### Deeper\n\nMore."),
        ("notes", "More."),
    ]


def test_short_prose_is_projected_whole():
    text = (LONG + LONG).strip()
    assert lecture(markdown(f"## Short\n\n{text}")) == [("slide", f"## Short\n\n{text}"), ("notes", text)]


def test_long_prose_goes_to_the_notes():
    paragraph = LONG + 4 * "Details follow that nobody can read from the last row of a lecture hall. "
    text = (
        f"## Long\n\n{paragraph}Then comes the **term** itself. It all leads to\n\n$$a = b .$$\n\n{paragraph}"
    )
    [slide, notes] = lecture(markdown(text))
    assert slide[1] == (
        f"## Long\n\n{LONG}Then comes the **term** itself. It all leads to\n\n$$a = b .$$\n\n{LONG}".strip()
    )
    assert notes == ("notes", text.removeprefix("## Long\n\n").strip())


def test_a_prediction_an_exercise_and_a_list_are_projected_whole():
    long = LONG * 9
    for text, tag in (
        (f"**Predict.** {long}", "predict"),
        (long, "exercise"),
        (f"- {long}\n- {long}", "trap-01"),
    ):
        assert next(source for _, source in lecture(markdown(text, tags=[tag]))) == text.strip()


def test_the_title_goes_without_badges_and_bookkeeping():
    badge = "[![Open](https://x.org/b.svg)](https://x.org)"
    title = f"# Why?\n\n{badge}\n\n**Chapter 99.** Words.\n\n**Good to know**\n- Time"
    made = slides.lecture(new_notebook(cells=[markdown(title)])).cells
    assert [cell.source for cell in made] == [
        "# Why?\n\n**Chapter 99.** Words.",
        "**Chapter 99.** Words.\n\n**Good to know**\n- Time",
    ]
    assert kind(made[1]) == "notes"


def test_sources_go_to_the_notes_and_the_next_chapter_stays():
    text = "## What this did not show\n\n- All.\n\n## Sources\n\n- Books.\n\n**Next**: more."
    assert lecture(markdown(text)) == [
        ("slide", "## What this did not show\n\n- All.\n\n**Next**: more."),
        ("notes", "- All."),
        ("notes", "## Sources\n\n- Books.\n\n**Next**: more."),
    ]


def test_blocks_keep_formulas_and_code_whole():
    text = "One.\n\n$$a\n\nb$$\n\n```\nx\n\ny\n```\n\nTwo."
    assert slides.blocks(text) == ["One.", "$$a\n\nb$$", "```\nx\n\ny\n```", "Two."]


@pytest.mark.parametrize(
    ("paragraph", "parts"),
    [
        ("One. Two? *Three.* Four", ["One.", "Two?", "*Three.*", "Four"]),
        ("The point $a. B$ and `x. Y` stay. So.", ["The point $a. B$ and `x. Y` stay.", "So."]),
        ('He said "No." And left.', ['He said "No."', "And left."]),
        ("About 3.5 and i.e. nothing.", ["About 3.5 and i.e. nothing."]),
        ("$W_1$ is one. $W_2$ is two.", ["$W_1$ is one.", "$W_2$ is two."]),
    ],
)
def test_sentences(paragraph, parts):
    assert slides.sentences(paragraph) == parts


def test_code_that_draws_is_not_projected_and_what_it_prints_is_not_either():
    cell = code("plot()", printed("checked"), shown("<figure>"))
    made = slides.lecture(new_notebook(cells=[markdown("# Why?"), cell])).cells[1]
    assert made.metadata.transient.remove_source
    assert [output.data["text/html"] for output in made.outputs] == ["<figure>"]


def test_a_fragment_projects_what_code_prints():
    for kind, hidden in (("fragment", True), ("subslide", False)):
        cell = code("print(1)\nprint(2)", printed("1\n"), printed("2\n"), kind=kind)
        made = slides.lecture(new_notebook(cells=[markdown("# Why?"), cell])).cells[1]
        assert made.metadata.get("transient", {}).get("remove_source", False) is hidden
        assert [output.text for output in made.outputs] == ["1\n2"]
    assert lecture(code("x = 1", kind="fragment")) == []


def test_long_code_is_cut_where_it_reads_best_and_nothing_is_lost():
    body = "\n".join(f"    line = {k}" for k in range(14))
    source = f"import torch\nfrom x import y\n\n\ndef one():\n{body}\n\n\ndef two():\n{body}"
    made = lecture(code(source, printed("done")))
    assert [text.splitlines()[0] for _, text in made] == ["def one():", "def two():"]
    endless = "\n".join(f"x = {k}" for k in range(90))
    parts = [text for _, text in lecture(code(endless))]
    assert "\n".join(parts) == endless
    assert max(len(part.splitlines()) for part in parts) <= slides.CODE_LINES


def test_skipped_cells_are_gone_and_a_cell_without_a_type_is_an_error():
    assert lecture(markdown("Gone.", "skip"), markdown("For you.", "notes")) == [("notes", "For you.")]
    with pytest.raises(ValueError, match="slide type"):
        lecture(new_markdown_cell("Forgotten."))


# --- nothing from elsewhere -------------------------------------------------------------------------


ELSEWHERE = re.compile(
    r"""(?:src|href|poster)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//|@import|fetch\(|import\("""
)


def test_the_template_loads_nothing_from_elsewhere():
    for path in (DOCS / "slides").iterdir():
        assert not ELSEWHERE.search(path.read_text()), path.name


def test_the_copy_of_reveal_is_whole_and_says_where_it_comes_from():
    version = slides.REVEAL.name.rsplit("-", 1)[1]
    held = {path.relative_to(slides.REVEAL).as_posix() for path in slides.REVEAL.rglob("*") if path.is_file()}
    assert held == set(slides.REVEAL_FILES)
    assert f'"{version}"' in (slides.REVEAL / "dist/reveal.js").read_text()
    assert f"reveal.js {version}" in (DOCS / "vendor/README.md").read_text()
    assert "Permission is hereby granted" in (slides.REVEAL / "LICENSE").read_text()
    for name in slides.REVEAL_FILES:
        text = (slides.REVEAL / name).read_text()
        assert not re.search(r"url\(https?:|@import|(?:src|href)=\"https?:", text), name


def test_the_commands_are_there():
    makefile = (ROOT / "Makefile").read_text()
    assert "docs/slides.py" in makefile
    assert "-m site" in makefile.split("\nslides:")[1].split("\n\n")[0]
    assert "make slides" in (ROOT / ".ci/run").read_text()
    for file in ("README.md", "CONTRIBUTING.md"):
        assert "make slides" in (ROOT / file).read_text(), file


# --- in a browser, without a network ----------------------------------------------------------------


CHECK = (Path(__file__).parent / "screens.js").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The slides as they come from a USB stick: the folder, copied."""
    if not (slides.SLIDES / "index.html").exists():
        pytest.fail("No slides here: run `make slides`, which makes them before this test.")
    return Path(shutil.copytree(slides.SLIDES, tmp_path_factory.mktemp("stick") / "slides"))


@pytest.fixture
def hall(chromium):
    """Open a page as in a hall without a network; what went wrong is in `page.problems`."""
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 720})

    def opened(path):
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
        page.on("request", lambda it: page.problems.append(it.url) if outside(it.url) else None)
        page.on("requestfailed", lambda it: page.problems.append(f"not found: {it.url[:200]}"))
        page.goto(path.as_uri())
        if path.stem != "index":
            page.wait_for_function("window.Reveal && Reveal.isReady()", timeout=90_000)
        return page

    yield opened
    context.close()


def outside(url):
    return not url.startswith(("file:", "data:", "blob:", "about:"))


def deck(folder, name, *cells):
    """A deck of some cells, among the others."""
    path = folder / "notebook.ipynb"
    nbformat.write(new_notebook(cells=[markdown("# Why?"), *cells]), path)
    (folder / f"{name}.html").write_text(slides.deck(path))
    return folder / f"{name}.html"


@pytest.mark.site
@each_chapter
def test_every_screen_can_be_read_from_the_last_row(path, folder, hall):
    page = hall(folder / f"{path.stem}.html")
    found = page.evaluate(CHECK)
    worst = max(found["screens"], key=lambda screen: screen["bottom"])
    print(
        f"\n{path.stem}: {len(found['screens'])} screens, lowest {worst['bottom']:.0f} of 720 px "
        f"({worst['at']}), "
        f"smallest prose {found['prose']:.0f} px, code {found['code']:.0f} px, {found['formulas']} formulas, "
        f"{found['figures']} figures, {found['views']} views"
    )
    assert page.problems == []
    assert [problem for screen in found["screens"] for problem in screen["problems"]] == []
    assert 18 <= len(found["screens"]) <= 45  # the questions of the quiz, one a screen, among them
    assert found["formulas"] >= 20
    assert found["figures"] >= 3
    assert found["notes"] == len(found["screens"])
    assert found["views"] == sum("widget" in tags(cell) for cell in read(path).cells)


@pytest.mark.site
@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ('<div style="height: 900px">high</div>', "below"),
        ('<div style="width: 1500px">wide</div>', "beside"),
        ('<div style="height: 90px; overflow: hidden">' + "<p>cut</p>" * 9 + "</div>", "cut off"),
        ('<p style="font-size: 12px">small</p>', "12 px"),
    ],
)
def test_a_screen_that_cannot_be_read_is_found(html, complaint, folder, hall):
    page = hall(deck(folder, "bad", code("view", shown(html), kind="fragment")))
    found = [problem for screen in page.evaluate(CHECK)["screens"] for problem in screen["problems"]]
    assert any(complaint in problem for problem in found), found


@pytest.mark.site
def test_what_does_not_fit_goes_on_to_the_next_screen(folder, hall):
    long = "\n\n".join(f"Paragraph {k}. " + LONG for k in range(12))
    items = "\n".join(f"- Item {k}. {LONG}" for k in range(20))
    lines = "\n".join(f"row {k}" for k in range(60))
    cells = [
        markdown(f"## Words\n\n{long}", tags=["exercise"]),
        markdown(f"## List\n\n{items}"),
        code("print(rows)", printed(lines)),
        markdown("## Wide\n\n$$" + " + ".join(f"x_{{{k}}}" for k in range(60)) + "$$"),
    ]
    page = hall(deck(folder, "long", *cells))
    found = page.evaluate(CHECK)
    assert [problem for screen in found["screens"] for problem in screen["problems"]] == []
    text = page.evaluate(
        "[...document.querySelectorAll('.slides > section > section')].map(s => s.textContent).join(' ')"
    )
    for wanted in ("Paragraph 11.", "Item 19.", "row 59"):
        assert wanted in text
    assert page.problems == []


@pytest.mark.site
def test_a_recorded_player_plays_and_keeps_its_keys(folder, hall):
    page = hall(folder / "00_start_here.html")
    at = page.evaluate("""() => {
        const screen = document.querySelector(".wgan-edu-recorded").closest("section");
        const { h, v } = Reveal.getIndices(screen);
        Reveal.slide(h, v, 99);
        return `${h}/${v}`;
    }""")
    where = "(() => { const { h, v } = Reveal.getIndices(); return `${h}/${v}` })()"
    view = page.locator("section.present section.present .wgan-edu")
    text = (
        "document.querySelector('section.present section.present .wgan-edu-recorded').shadowRoot.textContent"
    )
    before = page.evaluate(text)
    view.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"before => {text} !== before", arg=before)
    for key in ("Space", "ArrowRight", "ArrowDown", "n"):
        page.keyboard.press(key)
        assert page.evaluate(where) == at, key
    page.keyboard.press("PageDown")  # of a presenter's remote control
    assert page.evaluate(where) != at
    page.keyboard.press("PageUp")
    assert page.evaluate(where) == at
    view.get_by_role("button", name="Step critic", exact=True).click()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(where) != at
    assert not page.evaluate("Reveal.isOverview()")
    assert page.problems == []


@pytest.mark.site
def test_the_speaker_has_notes_in_a_window(folder, hall):
    page = hall(folder / "04_which_distance.html")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes .value")
    notes.get_by_text("Good to know").wait_for()
    assert not popup.value.locator("mjx-assistive-mml").count()


@pytest.mark.site
def test_the_index_leads_to_every_chapter(folder, hall):
    page = hall(folder / "index.html")
    links = page.eval_on_selector_all("a", "links => links.map(link => link.getAttribute('href'))")
    assert links == [f"{path.stem}.html" for path in CHAPTERS]
    assert page.problems == []
