"""Read without color, from the last row, by keyboard: palette, figures, views, the site.

How colors differ is computed in `colors`; a beamer in a lit hall adds to every color as much stray light as
a quarter of its white. The rules for figures are in `figure_rules`, and `test_notebooks` holds the figures of
all chapters to them.
"""

import itertools
import json
import re
from pathlib import Path

import figure_rules
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from colors import EYES, apart, ciede2000, contrast, lab, linear
from figure_rules import OF_LINES, OF_TEXT

from wgan_edu import plots, widgets
from wgan_edu.palette import COLORS, CYCLE, MARKERS, TINTS
from wgan_edu.style import use_style
from wgan_edu.widgets import base

ROOT = Path(__file__).resolve().parents[1]

# --- the palette ------------------------------------------------------------------------------------

STRAY = 0.25  # light of the hall, in parts of the beamer's white
APART = 10  # CIEDE2000: a difference seen at a glance; about 1 can be seen side by side
PALE = (
    2.5  # contrast that is left of a line in the lit hall, where black on white is at 4.2 and no longer at 21
)


def test_the_difference_is_the_one_that_was_published():
    """Sharma, Wu and Dalal 2005, table 1, pairs 1, 7, 17, 20, 25 and 34."""
    for one, other, published in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ):
        assert ciede2000(one, other) == pytest.approx(published, abs=1e-4)
    assert lab(linear("white")) == pytest.approx((100, 0, 0), abs=0.02)


def test_simulated_eyes_see_grays_as_they_are_and_confuse_what_they_confuse():
    for eyes in EYES:
        assert apart("#777777", "#777777", eyes) == 0
        assert np.allclose(EYES[eyes] @ np.ones(3), 1, atol=1e-5)
    assert apart("#D55E00", "#A97400", "no red cones") < 3 < apart("#D55E00", "#A97400")


@pytest.mark.parametrize("role", COLORS)
def test_a_role_can_carry_words_and_is_left_on_a_beamer(role):
    assert contrast(COLORS[role], TINTS["paper"]) >= OF_TEXT
    assert contrast(COLORS[role], TINTS["paper"], STRAY) >= PALE


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(COLORS, 2)))
def test_roles_are_told_apart(one, other):
    for eyes in EYES:
        assert apart(COLORS[one], COLORS[other], eyes) >= APART, eyes
    assert apart(COLORS[one], COLORS[other], stray=STRAY) >= APART


def test_roles_differ_in_marker_too():
    assert set(MARKERS) == COLORS.keys() - {"quiet"}
    assert len(set(MARKERS.values())) == len(MARKERS)
    assert sorted(CYCLE) == sorted(COLORS.values())


def test_what_lies_under_words_and_marks_lets_them_stand_out():
    for ground in ("paper", "face", "veil", "glow", "hill"):
        assert contrast(TINTS["ink"], TINTS[ground]) >= OF_TEXT
    assert contrast(COLORS["plan"], TINTS["glow"]) >= OF_LINES
    assert contrast(COLORS["critic"], TINTS["veil"]) >= OF_LINES
    assert contrast(TINTS["alarm"], TINTS["paper"]) >= OF_TEXT
    for ground in ("flat", "steep"):
        assert contrast(TINTS[ground], TINTS["paper"]) >= OF_LINES, "full color against white, a slope of 1"
    for one, other in (("flat", "steep"), ("near_real", "near_fake"), ("near_real", "hill")):
        assert min(apart(TINTS[one], TINTS[other], eyes) for eyes in EYES) >= APART


def test_numbers_in_a_matrix_stand_out_from_every_cell():
    _, ax = plt.subplots()
    with plt.rc_context():
        use_style()
        plots.matrix(ax, np.linspace(0, 1, 256)[None], numbers=".0f")
        for text in ax.texts:
            assert contrast(text.get_color(), ax.images[0].cmap(text.get_position()[0])[:3]) >= OF_TEXT
    plt.close("all")


# Files whose colors are those of the palette, as every figure and view is made by one of them.
PAINTERS = [
    path
    for folder, kinds in (("wgan_edu", ("py", "js", "css")), ("notebooks", ("ipynb",)), ("docs", ("py",)))
    for kind in kinds
    for path in sorted((ROOT / folder).rglob(f"*.{kind}"))
    if "_build" not in path.parts and path.name != "palette.py"
]
LITERAL = r"""#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b(?=["';\s,)])|\brgba?\("""
NAMED = r"""(?:color|edgecolors?|facecolors?|\bc)=["'](?!black|white|none)\w+|(?:fill|stroke)Style = ["']"""


@pytest.mark.parametrize("path", PAINTERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_colors_come_from_the_palette(path):
    text = path.read_text()
    if path.suffix == ".ipynb":
        text = "\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "code")
    assert re.findall(LITERAL, text) == []
    assert re.findall(NAMED, text) == []


# --- figures ----------------------------------------------------------------------------------------


@pytest.fixture
def ax():
    mpl.use("agg")
    with plt.rc_context():
        use_style()
        _, ax = plt.subplots()
        yield ax
        plt.close("all")


def tilted(points):
    return points[:, 0]


def hill(ax):
    return plots.surface(ax, tilted, (-2.0, 2.0, -2.0, 2.0), label="f")


def turning(x, y):
    return y, -x


THIRD = np.linspace(0, 1, 3)
UP = THIRD[:, None]
SCATTERED = np.random.default_rng(0).uniform(-1, 1, (30, 2))
DRAWN = {
    "piles": lambda ax: plots.piles(ax, [0.0, 1.0], [2.0], [0.25, 0.75], [1.0]),
    "matrix": lambda ax: plots.matrix(ax, np.arange(9.0).reshape(3, 3), numbers=".1f", colorbar="x"),
    "points": lambda ax: plots.points(ax, SCATTERED, SCATTERED + 1, size=3),
    "points over a surface": lambda ax: plots.points(hill(ax), SCATTERED, -SCATTERED),
    "plan over a surface": lambda ax: plots.plan(hill(ax), SCATTERED, -SCATTERED, np.eye(30)),
    "path over a surface": lambda ax: plots.curves(hill(ax), THIRD, {"path": THIRD}, "x", "y"),
    "cdfs": lambda ax: plots.cdfs(ax, THIRD, THIRD, THIRD**2),
    "dots": lambda ax: plots.dots(ax, THIRD, THIRD),
    "seven curves": lambda ax: plots.curves(ax, THIRD, {f"{k}": k + THIRD for k in range(7)}, infinity=9.0),
    "diagram": lambda ax: plots.diagram(ax, {"a": (0, 0), "b": (1, 1)}, {("a", "b"): []}, quiet=["b"]),
    "critic on a line": lambda ax: plots.critic_on_line(ax, tilted, UP, 1 - UP, THIRD),
    "bands": lambda ax: [plots.band(ax, THIRD, THIRD + len(r), THIRD, r, r) for r in MARKERS],
    "histograms": lambda ax: plots.histograms(ax, SCATTERED[:, 0], SCATTERED[:, 1], ("a", "b")),
    "phase portrait": lambda ax: plots.phase_portrait(ax, turning, {"a": SCATTERED, "b": -SCATTERED}),
    "pixels": lambda ax: plots.pixels(ax, np.ones((2, 2, 4)), titles=["a", "b"], rows=["c", "d"]),
    "room": lambda ax: plots.room(
        ax.figure.add_axes((0, 0, 1, 1), projection="3d"),
        {role: np.random.default_rng(1).normal(size=(9, 3)) for role in ("real", "fake", "extra", "exact")},
    ),
    "spreads": lambda ax: plots.spreads(ax, {"a": {"one": THIRD}, "b": {"one": THIRD}}, "share"),
    "waterfall": lambda ax: plots.waterfall(ax, {"start": 2.0, "up": 2.5, "down": 2.2}),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_what_the_package_draws_is_read_without_color(ax, name):
    DRAWN[name](ax)
    assert figure_rules.faults(ax.figure) == []


def two_lines(ax, **look):
    for k, color in enumerate(CYCLE[:2]):
        ax.plot(THIRD, k + THIRD, color=color, label=f"line {k}", **look)


PLANTED = {
    "differ by color alone": lambda ax: two_lines(ax),
    "two kinds of marks differ by color alone": lambda ax: [
        ax.scatter(THIRD, THIRD + k, c=color) for k, color in enumerate(CYCLE[:2])
    ],
    "is too pale: #cc79a7": lambda ax: ax.plot(THIRD, THIRD, color="#cc79a7", alpha=0.9),
    "marks are too pale": lambda ax: ax.scatter(THIRD, THIRD, c=COLORS["real"], alpha=0.5),
    "no white edge": lambda ax: hill(ax).plot(THIRD, THIRD),
    "marks have no white edge": lambda ax: hill(ax).scatter(THIRD, THIRD, c="black"),
    "stands for -- and :": lambda ax: [ax.plot(UP, UP, dash, c="k", label=dash) for dash in ("--", ":")],
    "is too small: 9.0": lambda ax: ax.set_title("small", fontsize=9),
    "'wide' is too small": lambda ax: (ax.figure.set_size_inches(16, 4), ax.set_title("wide")),
    "'pale' is too pale": lambda ax: ax.text(0, 0, "pale", color="#808080"),
    "'1' is too pale": lambda ax: (ax.imshow(np.array([[0.5, 1.0]])), ax.text(0, 0, "1", color="#444444")),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_what_cannot_be_read_is_found(ax, fault):
    PLANTED[fault](ax)
    assert any(fault in said for said in figure_rules.faults(ax.figure))


def test_an_alternative_that_says_nothing_is_found():
    telling = "Two curves over time: the gap falls to its floor, and the distance follows it down."
    assert figure_rules.faults_of_words(telling, "What training does.") == []
    for alt in (
        "A figure.",
        "Figure of two curves that fall over time, one after the other, to zero.",
        telling[:-1],
    ):
        assert figure_rules.faults_of_words(alt, "What training does.")
    assert figure_rules.faults_of_words(telling, telling)


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pictures_on_pages_have_words(path):
    text = path.read_text()
    if path.suffix == ".ipynb":
        text = "\n".join(
            "".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "markdown"
        )
    for alt, address in re.findall(r"!\[(.*?)\]\(\s*(\S+?)\s*\)", text, flags=re.DOTALL):
        assert len(alt) > (5 if "badge" in address else 60), f"{address} says {alt!r}"
    for picture in re.findall(r"<img\b[^>]*>", text):
        assert re.search(r'alt="[^"]{5,}"', picture), picture


# --- views, in a browser ----------------------------------------------------------------------------

PLAYER = """from wgan_edu.training import PRESETS
from wgan_edu.widgets import TrainingPlayer
view = TrainingPlayer(choices={"penalty": PRESETS["live"]})
view"""
VIEWS = {
    "TrainingPlayer": PLAYER,
    "CriticLab": 'from wgan_edu.widgets import CriticLab\nview = CriticLab("shift")\nview',
    "DiracGan": 'from wgan_edu.widgets import DiracGan\nview = DiracGan("wgan")\nview',
    "DivergenceSlider": "from wgan_edu.widgets import DivergenceSlider\nview = DivergenceSlider()\nview",
    "DragTheEarth": 'from wgan_edu.widgets import DragTheEarth\nview = DragTheEarth("split mass")\nview',
    "GapCloses": "from wgan_edu.widgets import GapCloses\nview = GapCloses()\nview",
    "SheetAndThread": "from wgan_edu.widgets import SheetAndThread\nview = SheetAndThread()\nview",
    "Dashboard": """from dataclasses import replace
from wgan_edu.training import PRESETS
from wgan_edu.widgets import Dashboard
view = Dashboard(replace(PRESETS["digits_conv"], hidden=(3, 4), batch_size=8, generator_steps=2000))
view""",
    "Steering": """from dataclasses import replace
from wgan_edu.classifier import train_classifier
from wgan_edu.data import digits
from wgan_edu.training import PRESETS, TrainState
from wgan_edu.widgets import Steering
part = digits().labeled()
config = replace(PRESETS["ring"], z_dim=8, hidden=(8, 8), batch_size=64, generator_steps=20, ema_decay=0.0)
state = TrainState.create(config, part)
view = Steering(state, train_classifier(part.images, part.labels, steps=20))
view""",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations", "incomplete"]}


def violations(page, where=None, but=()):
    """What axe-core finds, and texts in the very color of their ground, which it only asks about."""
    from axe_playwright_python.sync_playwright import Axe  # here, as most tests do without a browser

    found = Axe().run(page, where, OPTIONS).response
    for rule in found["incomplete"]:
        same = [node for node in rule["nodes"] if "equalRatio" in json.dumps(node["any"])]
        found["violations"] += [{**rule, "nodes": same}] if same else []
    return [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if rule["id"] not in but
    ]


# All that takes the focus in a view, with its name, its visible words, its size and the ring around it.
STOP = """el => {
  const box = el.getBoundingClientRect(), style = getComputedStyle(el)
  const labels = [...(el.labels ?? [])].map(l => l.innerText.trim()).join(" ")
  const beside = el.tagName === "CANVAS" ? el.closest("figure")?.querySelector("figcaption")?.innerText : ""
  return {tag: el.tagName, type: el.type ?? "", words: (el.innerText || labels || beside || "").trim(),
    name: el.getAttribute("aria-label") || labels || el.innerText, width: box.width, height: box.height,
    ring: style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0, color: style.outlineColor}
}"""
REACHED = f"""() => {{
  const deep = ({{activeElement: el}}) => el?.shadowRoot ? deep(el.shadowRoot) : el
  const el = deep(document)
  return el.closest(".wgan-edu") ? ({STOP})(el) : null
}}"""
CONTROLS = """paper => [...paper.querySelectorAll("button, select, input, summary, canvas[tabindex]")]
  .filter(el => !el.disabled && el.checkVisibility())"""
CROWDED = """paper => {
  const all = [...paper.querySelectorAll("*")].filter(el => el.checkVisibility() && el.tagName !== "OPTION")
  const right = paper.getBoundingClientRect().right
  return all.filter(el => el.getBoundingClientRect().right > right + 1).map(el => el.outerHTML.slice(0, 120))
}"""


def hold_controls_to_their_rules(page, paper):
    """Each is reached by Tab in the order of the page, has words beside it, is large, and shows its focus."""
    count = paper.evaluate(f"paper => ({CONTROLS})(paper).length")
    assert count >= 2
    wanted = paper.evaluate(f"paper => ({CONTROLS})(paper).map({STOP})")
    paper.evaluate(f"paper => ({CONTROLS})(paper)[0].focus()")
    for number, control in enumerate(wanted):
        if number:
            page.keyboard.press("Tab")
        reached = page.evaluate(REACHED)
        assert reached is not None, f"Tab leaves the view before {control}"
        assert (reached["tag"], reached["words"]) == (control["tag"], control["words"])
        assert reached["words"], reached
        assert reached["name"], reached
        assert min(reached["width"], reached["height"]) >= 24, reached
        if number:  # focused by a key, not by the test
            assert reached["ring"] >= 2, reached
            channels = [int(part) / 255 for part in re.findall(r"\d+", reached["color"])[:3]]
            assert contrast(channels, TINTS["paper"]) >= OF_LINES, reached


def view_of(someone):
    import browser

    return browser.View(someone)


def test_no_view_is_left_out():
    assert set(VIEWS) == set(widgets.VIEWS)


@pytest.mark.browser
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_in_jupyterlab(learner, name):
    """In both themes, by keyboard, and at 200 % on a screen of 1280 pixels."""
    someone = learner(VIEWS[name])
    someone.run_cell(0)
    view, page = view_of(someone), someone.page
    for scheme, light in (("light", "true"), ("dark", "false")):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
        page.wait_for_timeout(500)
        assert violations(page, ".wgan-edu") == []
    assert paper_of(page) == TINTS["paper"].lower(), "a view stands on white paper in both themes"
    hold_controls_to_their_rules(page, view.paper)
    for canvas in view.paper.locator("canvas:visible:not([aria-hidden])").all():
        if canvas.get_attribute("role") == "img" or canvas.get_attribute("tabindex"):
            assert re.search(r"\d", canvas.get_attribute("aria-label")), "it says what is shown now"
    page.keyboard.press("Control+b")  # the list of files goes
    page.set_viewport_size({"width": 640, "height": 500})  # as 1280 x 1000 at 200 %
    page.wait_for_timeout(500)
    assert view.paper.evaluate(CROWDED) == []
    assert someone.errors == []


def paper_of(page):
    color = page.locator(".wgan-edu").evaluate("el => getComputedStyle(el).backgroundColor")
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", color)[:3])


@pytest.mark.browser
def test_what_is_wrong_with_a_view_is_found(chromium):
    page = chromium.new_page()
    page.set_content(
        '<html lang="en"><div class="wgan-edu"><button></button><p style="color: #999">pale</p></div></html>'
    )
    found = " ".join(violations(page, ".wgan-edu"))
    assert "button-name" in found
    assert "color-contrast" in found
    for fault, style in (("words", "width: 50px"), (">= 24", "height: 12px"), (">= 2", "outline: none")):
        words = "" if fault == "words" else "a"
        page.set_content(
            "<style>button { width: 40px; height: 40px; outline: solid 3px #000000 }</style>"
            f'<div class="wgan-edu"><button>b</button><button style="{style}">{words}</button></div>'
        )
        with pytest.raises(AssertionError, match=fault):
            hold_controls_to_their_rules(page, page.locator(".wgan-edu"))
    page.set_content('<div class="wgan-edu" style="width: 90px"><canvas width="200"></canvas></div>')
    assert page.locator(".wgan-edu").evaluate(CROWDED)
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["CriticLab", "Dashboard"])
def test_with_less_motion_a_picture_stays_half_a_second(learner, name):
    someone = learner(VIEWS[name], reduced_motion="reduce")
    someone.run_cell(0)
    view = view_of(someone)
    view.press("Play")
    first = view.wait("painted", lambda painted: painted >= 2)
    someone.page.wait_for_timeout(3000)
    assert view.number("painted") - first <= 7
    view.wait("painted", lambda painted: painted > first)
    view.press("Pause")


MARKS = """() => Object.fromEntries(["real", "fake", "plan", "critic", "exact"].map(role => {
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = 40
  const context = canvas.getContext("2d")
  context.fillStyle = "#000080"; context.fillRect(0, 0, 40, 40)
  context.fillStyle = COLORS.critic
  mark(context, role, 20, 20, 9)
  const seen = context.getImageData(0, 0, 40, 40).data
  const bits = []
  for (let i = 0; i < seen.length; i += 4) {
    bits.push(seen[i] < 8 ? "." : seen[i] > 60 && seen[i + 1] < 40 ? "m" : "w")
  }
  return [role, bits.join("")]
}))"""


@pytest.mark.browser
def test_marks_on_canvases_differ_in_shape_and_have_a_white_edge(chromium):
    page = chromium.new_page()
    page.add_script_tag(content=base.joined("shared.js"))
    shapes = page.evaluate(MARKS)
    page.close()
    for one, other in itertools.combinations(shapes.values(), 2):
        assert sum(a != b for a, b in zip(one, other, strict=True)) >= 40
    for shape in shapes.values():
        assert shape.count("w") > 20
        rows = ["".join(shape[40 * i : 40 * i + 40]) for i in range(40)]
        assert not any(".m" in row or "m." in row for row in rows), (
            "the edge is between the mark and the ground"
        )


# Quizzes, boxes for texts, tables and the stand-in of the player are core ipywidgets and plain HTML.
PLAIN = {
    "quiz": 'from wgan_edu.exercises import quiz\nquiz("05")',
    "text": 'from wgan_edu.exercises import ex\nex("03.5").write()',
    "inventory": "from wgan_edu.exercises.inventory import inventory\ninventory()",
    "progress": "from wgan_edu.exercises import progress\nprogress()",
    "outcome": 'from wgan_edu.exercises import ex\nex("05.2").check(lambda *_: True)',
    "core player": f"import os\nos.environ['WGAN_EDU_WIDGETS'] = 'core'\n{PLAYER}",
}
NO_NAME_IN_IPYWIDGETS = ("aria-input-field-name",)  # of a slider's handle; its label stands beside it


@pytest.mark.browser
@pytest.mark.parametrize("name", PLAIN)
def test_what_is_made_of_core_widgets(learner, name):
    someone = learner(PLAIN[name])
    someone.run_cell(0)
    output = someone.cell(0).locator(".jp-OutputArea-output").last
    output.wait_for()
    someone.page.wait_for_timeout(1500)
    but = NO_NAME_IN_IPYWIDGETS if name == "core player" else ()
    for scheme, light in (("light", "true"), ("dark", "false")):
        someone.page.emulate_media(color_scheme=scheme)
        someone.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
        someone.page.wait_for_timeout(500)
        assert violations(someone.page, ".jp-OutputArea-output", but) == []
    for button in output.locator("button:visible").all():
        assert button.inner_text().strip(), "a button says in words what it does"
        assert min(button.bounding_box()[side] for side in ("width", "height")) >= 24
    assert someone.errors == []


# --- the site ---------------------------------------------------------------------------------------

SITE = ROOT / "docs" / "_build" / "html"
OF_THE_THEME = ("region",)  # the brand above the navigation lies in no landmark


@pytest.mark.site
@pytest.mark.skipif(not SITE.exists(), reason="make book builds the site first")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["index", "notebooks/00_start_here", "notebooks/05_earth_movers_distance", "docs/glossary"]
)
def test_a_page_of_the_site(chromium, name, scheme):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, offline=True, color_scheme=scheme)
    page = context.new_page()
    page.goto((SITE / f"{name}.html").as_uri())
    page.evaluate("async () => { await window.MathJax?.startup?.promise }")
    page.wait_for_function(
        "dark => (document.documentElement.dataset.theme === 'dark') === dark", arg=scheme == "dark"
    )
    page.wait_for_timeout(1000)
    assert violations(page, None, OF_THE_THEME) == []
    context.close()
