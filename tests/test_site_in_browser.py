"""The built site: every page of it, read from disk in a browser without a network, after `make book`."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect

from wgan_edu.links import address_of

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "docs" / "_build" / "html"
EXECUTED = ROOT / "docs" / "_build" / "executed"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
PAGES = [page for page in PAGES if not page.startswith("_static/")]  # templates of the theme
CHAPTER_PAGES = [page for page in PAGES if page.startswith("notebooks/")]
pytestmark = pytest.mark.site
if not PAGES:
    PAGES = CHAPTER_PAGES = [
        pytest.param("", marks=pytest.mark.skip(reason="make book builds the site first"))
    ]


class Reader:
    """Someone who reads the site from disk, on a machine without a network."""

    def __init__(self, chromium, width=1280):
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, offline=True)
        self.page, self.troubles = self.context.new_page(), []
        self.page.on("request", self._asked)
        self.page.on("requestfailed", lambda request: self.troubles.append(f"failed: {request.url[:200]}"))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and self.troubles.append(said.text))

    def _asked(self, request):
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.troubles.append(f"from the network: {request.url[:200]}")

    def open(self, page):
        self.page.goto(
            f"{(SITE / page.split('?')[0]).as_uri()}{page.partition('?')[1]}{page.partition('?')[2]}"
        )
        self.page.evaluate("async () => { await window.MathJax?.startup?.promise }")
        return self.page


@pytest.fixture
def reader(chromium):
    readers = []

    def opened(page, **settings):
        readers.append(Reader(chromium, **settings))
        readers[-1].open(page)
        return readers[-1]

    yield opened
    for one in readers:
        one.context.close()


UNSET = r"""() => {
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
  const other = "pre, code, script, style, textarea, mjx-container, svg, template"
  const found = []
  while (walk.nextNode()) {
    const { data, parentElement } = walk.currentNode
    if (parentElement.closest(other)) continue
    if (/\\\(|\\\[|\$[^$\s][^$]*\$|\\(frac|mathbb|sum|le)\b/.test(data)) found.push(data.slice(0, 200))
  }
  return found
}"""
SET = """() => [...document.querySelectorAll(".math")].filter(e => !e.querySelector("mjx-container"))
  .map(e => e.textContent.slice(0, 100))"""
PICTURES = """() => [...document.querySelectorAll("main img")]
  .map(i => [i.src.slice(0, 80), i.naturalWidth, i.alt])"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_without_a_network(reader, name):
    one = reader(name)
    page = one.page
    assert page.evaluate(SET) == [], "formulas that were not typeset"
    assert page.evaluate(UNSET) == [], "formulas in their source"
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    for source, width, alt in page.evaluate(PICTURES):
        assert width > 0, source
        assert alt.strip() or source.endswith((".svg", "logo_colab.png")), f"{source} has no alt text"
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "wider than a phone"
    assert one.troubles == []


def figures_of(path):
    """How many figures a chapter has put out."""
    cells = json.loads(path.read_text())["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return sum("<figure" in "".join(data.get("text/html", "")) for data in outputs)


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_a_chapter_shows_its_formulas_figures_and_terms(reader, name):
    page = reader(name).page
    wanted = figures_of(EXECUTED / Path(name).with_suffix(".ipynb").name)
    assert wanted >= 3
    assert page.locator("main figure > img").count() == wanted
    assert page.locator("main figure > img").evaluate_all(
        "them => them.every(i => i.naturalWidth > 300 && i.alt.length > 20)"
    )
    assert page.locator("main mjx-container").count() > 20
    put_out = " ".join(page.locator("main .cell_output").all_inner_texts())
    assert not re.search(r" object at 0x|^\w+\(children=", put_out), "something that only a kernel can show"
    assert page.locator("main figure:has(> img) > figcaption").count() == wanted
    terms = page.locator("main a.term")
    assert terms.count() > 5
    hrefs = terms.evaluate_all("them => them.map(a => a.getAttribute('href'))")
    assert len(hrefs) == len(set(hrefs)), "a term is linked twice"
    assert all(re.fullmatch(r"\.\./docs/glossary\.html#term-\S+", href) for href in hrefs)
    launch = page.locator("a[href*='mybinder.org'], a[href*='colab.research']").evaluate_all(
        "them => them.map(a => a.href)"
    )
    assert len(launch) >= 4  # at the top of the page, and of the text
    notebook = Path(name).with_suffix(".ipynb").as_posix()
    assert all(address_of(ROOT) in link and unquote(link).endswith(notebook) for link in launch)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_view_of_a_chapter_is_a_recording_below_a_megabyte(path):
    if not (EXECUTED / path.name).exists():
        pytest.skip("make book runs the chapters first")
    for cell in nbformat.read(EXECUTED / path.name, as_version=4).cells:
        if cell.cell_type == "code" and "widget" in cell.metadata.get("tags", []):
            pages = [output.get("data", {}).get("text/html", "") for output in cell.outputs]
            sizes = [len(page.encode()) for page in pages if "data-recording=" in page]
            print(path.stem, sizes)
            assert sizes, "a view stands here"
            assert max(sizes) < 1_000_000


def test_a_recorded_player_plays_pauses_steps_and_scrubs_on_its_page(reader):
    one = reader("notebooks/00_start_here.html")
    view = one.page.locator("[data-view=TrainingPlayer] .wgan-edu")

    def reached(wanted):
        expect(view).to_have_attribute("data-step", wanted, timeout=30_000)

    reached(re.compile("^0$"))
    view.get_by_role("button", name="Play", exact=True).click()
    reached(re.compile(r"^[1-9]\d\d$"))
    view.get_by_role("button", name="Pause").click()
    frames = view.get_by_role("slider", name="Frame")
    frames.fill(frames.get_attribute("max"))
    reached(re.compile(r"^\d{4}$"))
    view.get_by_role("button", name="Reset").click()
    view.get_by_role("button", name="Step critic").click()
    expect(view).to_have_attribute("data-critic", "1")
    reached(re.compile("^0$"))
    assert one.troubles == []


def test_the_front_page_leads_to_every_chapter_by_mouse_and_by_keyboard(reader):
    page = reader("index.html").page
    hrefs = page.locator(".map-of-ideas a").evaluate_all("them => them.map(a => a.getAttribute('href'))")
    assert hrefs == [f"notebooks/{path.stem}.html" for path in NOTEBOOKS]
    assert all((SITE / href).is_file() for href in hrefs)
    table = page.locator("main table a").evaluate_all("them => them.map(a => a.getAttribute('href'))")
    assert set(hrefs) <= set(table)
    page.locator(".map-of-ideas").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/02_gan_game_and_js.html")
    assert (
        page.locator("article h1").inner_text().startswith("02. What does a perfect discriminator measure?")
    )


def test_the_search_works_from_disk(reader):
    one = reader("search.html?q=Kantorovich")
    found = one.page.locator("#search-results li a")
    found.first.wait_for()
    pages = {urlsplit(link).path for link in found.evaluate_all("them => them.map(a => a.href)")}
    assert any(link.endswith("06_kantorovich_duality.html") for link in pages)
    assert any("/docs/api/" in link for link in pages)
    # From disk a page may not read another, so results come without their excerpts.
    assert all(re.search(r"Access to fetch|file:///|Failed to (fetch|load)", told) for told in one.troubles)


class Links(HTMLParser):
    """The addresses and the anchors of a page."""

    def __init__(self):
        super().__init__()
        self.hrefs, self.anchors = [], set()

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.anchors |= {named.get("id")}
        self.hrefs += [named[key] for key in ("href", "src") if named.get(key)]


def test_the_glossary_leads_to_chapters_and_to_the_reference(reader):
    page = reader("docs/glossary.html").page
    assert page.locator("dl.glossary dt").count() > 20
    assert page.locator("dl.glossary dd mjx-container").count() > 20
    for place in ("../notebooks/", "api/wgan_edu."):
        assert page.locator(f"dl.glossary dd a[href^='{place}']").count() > 5


def test_no_link_within_the_site_is_broken():
    if not SITE.exists():
        pytest.skip("make book builds the site first")
    read = {}
    for name in PAGES:
        read[name] = Links()
        read[name].feed((SITE / name).read_text())
    broken = []
    for name, page in read.items():
        for href in page.hrefs:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                continue
            target = (
                os.path.normpath(os.path.join(os.path.dirname(name), unquote(parts.path)))
                if parts.path
                else name
            )
            there = (SITE / target).exists()
            if there and parts.fragment and target in read:
                there = unquote(parts.fragment) in read[target].anchors
            if not there:
                broken.append(f"{name}: {href}")
    assert broken == []


def test_the_reference_typesets_its_formulas(reader):
    page = reader("docs/api/wgan_edu.transport.html").page
    assert page.locator("dl.py mjx-container").count() > 20
    assert page.locator("#wgan_edu\\.transport\\.w1_exact").count() == 1
    assert page.locator("dl.py a[href$='05_earth_movers_distance.html']").count() > 0
    hidden = [
        name for name in page.locator("dt.sig").evaluate_all("them => them.map(e => e.id)") if "._" in name
    ]
    assert hidden == []


def test_a_core_widget_shows_on_a_page_without_a_kernel(tmp_path, chromium):
    pytest.importorskip("myst_nb")
    cells = ["import ipywidgets\nipywidgets.IntSlider(value=7, description='number')"]
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A slider and $x^2$")])
    page.cells += map(nbformat.v4.new_code_cell, cells)
    NotebookClient(page, kernel_name="python3").execute()
    source, site = tmp_path / "source", tmp_path / "site"
    (source / "notebooks").mkdir(parents=True)
    nbformat.write(page, source / "notebooks/one.ipynb")
    (source / "index.md").write_text("# Index\n\n```{toctree}\nnotebooks/one\n```\n")
    (source / "docs").mkdir()
    (source / "docs/glossary.md").write_text(":orphan:\n\n# Glossary\n")
    quiet = ["-q", "-D", "autosummary_generate=0"]
    command = [sys.executable, "-m", "sphinx", *quiet, "-c", ROOT / "docs", source, site]
    subprocess.run(command, check=True, capture_output=True)
    reader = Reader(chromium)
    shown = reader.open(os.path.relpath(site / "notebooks/one.html", SITE))
    shown.locator(".widget-slider").wait_for()
    assert "number" in shown.locator(".widget-label").inner_text()
    assert shown.locator(".widget-readout").inner_text() == "7"
    assert reader.troubles == []
    reader.context.close()
