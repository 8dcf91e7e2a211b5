"""Glossary, lecturer's page, first aid and sources say what chapters and package say."""

import ast
import importlib
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
import torch

from wgan_edu import (
    dirac,
    divergences,
    geometry,
    image_metrics,
    lipschitz,
    metrics,
    training,
    transport,
)
from wgan_edu.exercises.course import CHAPTERS, written
from wgan_edu.exercises.frame import exercises_of
from wgan_edu.normalization import Cones, GroupSort, orthonormal, spectral_norm

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


# --- the glossary -----------------------------------------------------------------------------------


def entries():
    """Each entry of the glossary: its terms, and what stands below them."""
    found, terms, text = [], [], []
    for line in "\n".join(
        re.findall(r"```\{glossary\}\n(.*?)```", PAGES["glossary"], re.DOTALL)
    ).splitlines():
        if line and line[0] != " ":
            if text:
                found.append((tuple(terms), "\n".join(text)))
                terms, text = [], []
            terms.append(line)
        elif line:
            text.append(line.strip())
    return [*found, (tuple(terms), "\n".join(text))]


ENTRIES = entries()
BY_TERM = {term: text for terms, text in ENTRIES for term in terms}
each_entry = pytest.mark.parametrize(("terms", "text"), ENTRIES, ids=lambda one: one[0] if one else "")


def prose(chapter):
    """What a chapter says, with code in backticks read as words, and without formulas."""
    text = "\n\n".join(sources(chapter, "markdown"))
    text = re.sub(r"\$\$.*?\$\$|\$[^$]+\$", " ", text, flags=re.DOTALL)
    return " ".join(re.sub(r"[*`()]", " ", text).split())


PROSE = {chapter: prose(chapter) for chapter in NOTEBOOKS}


def test_the_glossary_has_each_term_once():
    terms = [term.lower() for entry, _ in ENTRIES for term in entry]
    assert len(terms) == len(set(terms))
    assert 60 <= len(ENTRIES) <= 110
    assert sum("$" in text for _, text in ENTRIES) >= 60, "a term comes with its formula"


@each_entry
def test_the_chapter_that_an_entry_names_uses_the_term(terms, text):
    named = re.findall(r"\[(\d\d)\]", re.search(r"\bChapter .*\.$", text)[0])
    assert named
    for chapter in named:
        uses = [
            re.search(rf"(?<![\w-]){re.escape(term)}(e?s)?(?![\w-])", PROSE[chapter], re.I) for term in terms
        ]
        assert any(uses), f"chapter {chapter} says none of {terms}"


def resolve(address):
    """The object with a dotted name, such as wgan_edu.transport.OTResult.plan; or an AttributeError."""
    parts = address.split(".")
    thing = importlib.import_module(".".join(parts[:2]))
    for name in parts[2:]:
        if not hasattr(thing, name):  # a field of a dataclass
            assert name in getattr(thing, "__annotations__", {}), f"{address}: no {name}"
            return None
        thing = getattr(thing, name)
    return thing


@each_entry
def test_names_in_code_exist(terms, text):
    for address in re.findall(r"In code: `([^`]+)`", text):
        if "." in address:
            resolve(address)
        else:
            code = "\n".join(sources(re.search(r"\[(\d\d)\]", text)[1], "code"))
            assert re.search(rf"\b{address}\b", code)


# A formula as it stands on the page, and a computation that would notice another one.
RNG = np.random.default_rng(0)
P, Q = RNG.dirichlet(np.ones(5), size=2)
M = (P + Q) / 2
X, Y = RNG.normal(size=(6, 2)), RNG.normal(size=(7, 2)) + 1
A, B = RNG.dirichlet(np.ones(6)), RNG.dirichlet(np.ones(7))
COST = np.linalg.norm(X[:, None] - Y[None, :], axis=2)
BEST = transport.solve_primal(A, B, COST)
F = RNG.normal(size=6)
LOGITS = torch.linspace(-4, 4, 9, dtype=torch.float64)


def kl(p, q):
    return np.sum(p * np.log(p / q))


def slope_of(loss, h):
    logit = torch.tensor([h], dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(loss(logit), logit)[0].item()


def singular(weight):
    return np.linalg.svd(weight, compute_uv=False)


def close(one, other, atol=1e-9):
    return np.allclose(one, other, rtol=1e-6, atol=atol)


def a_conjugate():
    f, t = divergences.F_DIVERGENCES["kl"], np.linspace(-1, 1.5, 6)
    u = np.linspace(1e-9, 10, 400_001)
    searched = [np.max(u * slope - f.phi(u)) for slope in t]
    return close(searched, f.conjugate(t), 1e-6) and close(f.conjugate(t), np.exp(t - 1))


def a_bound():
    f, critic = divergences.F_DIVERGENCES["js"], RNG.uniform(-1, 0.3, size=5)
    by_hand = P @ critic - Q @ f.conjugate(critic)
    bound = divergences.variational_bound("js", P, Q, critic)
    return close(bound, by_hand) and bound <= divergences.f_divergence("js", P, Q)


def an_estimate():
    distances = np.sort(np.linalg.norm(X[:, None] - X[None, :], axis=2), axis=1)[:, 1:5]
    by_hand = 1 / np.log(distances[:, -1:] / distances[:, :-1]).mean()
    return close(geometry.mle_dimension(X, 4), by_hand)


def a_sinkhorn():
    result = transport.sinkhorn(A, B, COST, 0.3, tolerance=1e-12)
    g = np.zeros(7)
    for _ in range(3000):
        f = -0.3 * np.log((B * np.exp((g - COST) / 0.3)).sum(axis=1))
        g = -0.3 * np.log((A[:, None] * np.exp((f[:, None] - COST) / 0.3)).sum(axis=0))
    return close(result.plan, A[:, None] * B * np.exp((f[:, None] + g - COST) / 0.3), 1e-7)


def a_certificate():
    def critic(points):
        return 5 * points[:, 0]

    scales, found = np.linspace(0, 1, 2001), []
    for s in scales:
        below, above = s * critic(X), s * critic(Y)
        found += [A @ below + B @ (COST - below[:, None]).min(axis=0)]  # f at the piles, its c-transform
        found += [A @ (COST + above[None, :]).min(axis=1) - B @ above]  # and from the other side
    return close(transport.certify(critic, X, Y, A, B).value, max(found), 2e-3)


def a_zero_critic():
    found = transport.certify(lambda points: np.zeros(len(points)), X, Y).value
    return close(found, max(COST.min(axis=0).mean(), COST.min(axis=1).mean()))


def a_clipped_critic():
    from wgan_edu.networks import mlp_critic

    return close(lipschitz.clipping_bound(mlp_critic(2, (8, 16)), 0.1), 0.1**3 * np.sqrt(2 * 8 * 8 * 16 * 16))


def a_penalty(one_sided=False):
    real, fake, mix = (torch.tensor(part) for part in (X[:5], Y[:5], RNG.random(5)))
    places = (mix[:, None] * real + (1 - mix[:, None]) * fake).numpy()
    away = np.linalg.norm(2 * places, axis=1) - 1  # f = ||x||^2 has the gradient 2 x
    excess = np.maximum(away, 0) if one_sided else away
    found = lipschitz.gradient_penalty(lambda x: x.square().sum(dim=1), real, fake, mix, one_sided)
    return close(found.item(), np.mean(excess**2))


def a_group_sort():
    h = torch.tensor([[1.0, 3.0, -2.0, -5.0]])
    return GroupSort()(h).tolist() == [[3, -2, 1, -5]]  # the larger ones of the pairs, then the smaller ones


def an_orthonormal():
    weight = torch.tensor(RNG.normal(size=(4, 4))) / 10
    step, again = 1.5 * weight - 0.5 * weight @ weight.T @ weight, orthonormal(weight, sweeps=60)
    return (torch.linalg.svdvals(step) <= 1).all() and close(singular(again.numpy()), 1)


def a_cone():
    cones = Cones(torch.tensor(Y))
    with torch.no_grad():
        cones.heights.copy_(torch.tensor(RNG.normal(size=7)))
        found, heights = cones(torch.tensor(X)).numpy(), cones.heights.numpy()
    return close(found, (COST + heights).min(axis=1))


def a_rmsprop():
    weight, v = training.rmsprop_step(1.0, 0.5, 2.0, lr=0.1, alpha=0.9, eps=1e-3)
    by_hand = 0.9 * 2 + 0.1 * 0.25
    first = training.rmsprop_step(0.0, 7.0, 0.0, lr=1.0, alpha=0.9, eps=0.0)[0]
    return close([v, weight, -first], [by_hand, 1 - 0.1 * 0.5 / (np.sqrt(by_hand) + 1e-3), 1 / np.sqrt(0.1)])


def a_moving_average():
    from wgan_edu.data import ring_of_8

    state = training.TrainState.create(training.PRESETS["ring"], ring_of_8())
    kept, beta = [weight.detach().clone() for weight in state.average.parameters()], state.config.ema_decay
    with torch.no_grad():
        for weight in state.generator.parameters():
            weight += 1
    state.update_average()
    pairs = zip(kept, state.generator.parameters(), state.average.parameters(), strict=True)
    return 0 < beta < 1 and all(
        torch.allclose(now, beta * old + (1 - beta) * new, atol=1e-6) for old, new, now in pairs
    )


def a_frechet():
    a, b = RNG.normal(size=(50, 2)), RNG.normal(size=(60, 2)) * 2 + 1
    covs = np.cov(a.T), np.cov(b.T)
    cross = np.sqrt(np.linalg.eigvals(covs[0] @ covs[1]).real).sum()  # the trace of the root
    by_hand = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(covs[0] + covs[1]) - 2 * cross
    return close(image_metrics.frechet_distance(a, b), by_hand)


def a_dirac_gan():
    return close(np.ravel(dirac.velocity("wgan", 0.3, 0.7)), [0.7, -0.3])


def a_damped_game():
    [[zero, a], [minus_a, minus_d]] = dirac.flow_matrix("r1")
    return zero == 0 and a == -minus_a == 0.5 and minus_d == -0.5


def by_modes():
    counts = [30, 10, 0]
    centers = np.array([[0.0, 0], [5, 0], [0, 5]])
    share = np.array(counts[:2]) / 40
    found = metrics.mode_coverage(centers.repeat(counts, axis=0), centers, 0.1)
    return found.modes == 2 and close(found.reverse_kl, np.sum(share * np.log(share * 3)))


def on_a_line():
    x, y = np.sort(RNG.normal(size=(2, 8)), axis=1)
    both = np.sort(np.concatenate([x, y]))
    gaps = np.abs((x <= both[:, None]).mean(axis=1) - (y <= both[:, None]).mean(axis=1))
    return close(transport.wasserstein_1d(x, y), gaps[:-1] @ np.diff(both))


def sideways():
    x, y = RNG.normal(size=(2, 8))
    return close(
        transport.wasserstein_1d(x, y, p=3), np.mean(np.abs(np.sort(x) - np.sort(y)) ** 3) ** (1 / 3)
    )


def extended():
    f = transport.KantorovichPotential(anchors=Y, prices=-F[:1].repeat(7), value=0.0)
    return close(f(X), (COST + F[0]).min(axis=1))


def as_sum_of_labels():
    labels, places = np.array([0, 0, 1, 1]), np.array([[0.0], [1], [2], [5]])
    made = np.array([[3.0], [4], [0], [1]])
    cost = transport.cost_matrix(places, made) + 100 * (labels[:, None] != labels)
    within = [transport.w1_exact(places[labels == k], made[labels == k]) for k in (0, 1)]
    return close(transport.solve_primal(None, None, cost).value, np.mean(within))


def copies():
    train, held_out = np.array([[0.0], [10]]), np.array([[1.0], [9]])
    return (
        image_metrics.copying(train, train, held_out) == 1
        and image_metrics.copying(held_out, train, held_out) == 0.5
    )


def a_pairing():
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(COST[:, :6])
    return close(transport.w1_exact(X, Y[:6]), COST[rows, columns].mean())


def dual():
    program = transport.transport_lp(A, B, COST)
    found = transport.solve_dual(A, B, COST)
    return close(found.value, BEST.value) and close(program.c @ BEST.plan.ravel(), BEST.value)


FORMULAS = {
    "conjugate": (r"\phi^*(t) = \sup_{u}\, (u t - \phi(u))", a_conjugate),
    "linear program": (r"with $A x = b$, $x \ge 0$", dual),
    "maximum likelihood estimate": (
        r"\Big( \frac1n \sum_i \frac1{K-1} \sum_{j<K} \log \frac{T_K(x_i)}{T_j(x_i)} \Big)^{-1}", an_estimate,
    ),
    "value of the game": (
        r"\mathbb E_{\mathbb P_r} \log D(x) + \mathbb E_{\mathbb P_\theta} \log(1 - D(x))",
        lambda: close(divergences.gan_value(M, P, Q), P @ np.log(M) + Q @ np.log(1 - M)),
    ),
    "optimal discriminator": (
        r"-\log 4 + 2\,JS",
        lambda: close(
            divergences.gan_value(P / (P + Q), P, Q), -np.log(4) + 2 * divergences.js_divergence(P, Q)
        ),
    ),
    "KL": (r"\int p \log \frac pq", lambda: close(divergences.kl_divergence(P, Q), kl(P, Q))),
    "reverse KL": (r"\sum_i h_i \log (h_i M)", by_modes),
    "JS": (
        r"\frac12 KL(p \,\Vert\, m) + \frac12 KL(q \,\Vert\, m)",
        lambda: close(divergences.js_divergence(P, Q), kl(P, M) / 2 + kl(Q, M) / 2),
    ),
    "TV": (
        r"\frac12 \int |p - q| = \sup_A |\mathbb P(A) - \mathbb Q(A)|",
        lambda: close(
            divergences.total_variation(P, Q), [np.abs(P - Q).sum() / 2, np.maximum(P - Q, 0).sum()]
        ),
    ),
    "f-divergence": (
        r"\int q\, \phi\big(\frac pq\big)",
        lambda: close(divergences.f_divergence("pearson", P, Q), np.sum(Q * (P / Q - 1) ** 2)),
    ),
    "lower bound": (r"\mathbb E_p T - \mathbb E_q\, \phi^*(T)", a_bound),
    "saturation": (
        r"-\sigma(h)\, \nabla h",
        lambda: close(slope_of(divergences.saturating_loss, 1.3), -1 / (1 + math.exp(-1.3))),
    ),
    "non-saturating": (
        r"-(1 - \sigma(h))\, \nabla h",
        lambda: close(slope_of(divergences.nonsaturating_loss, 1.3), -1 / (1 + math.exp(1.3))),
    ),
    "Dirac-GAN": (r"$\dot\psi = -\theta$, $\dot\theta = \psi$", a_dirac_gan),
    "damping": (r"\begin{pmatrix} 0 & a \\ -a & -d \end{pmatrix}", a_damped_game),
    "earth mover's distance": (
        r"\min_P \sum_{ij} C_{ij} P_{ij}",
        lambda: close([transport.w1_exact(X, Y, A, B), BEST.value], np.sum(COST * BEST.plan)),
    ),
    "coupling": (
        r"rows that add up to $a$ and columns that add up to $b$",
        lambda: close(BEST.plan.sum(axis=1), A) and close(BEST.plan.sum(axis=0), B),
    ),
    "ground cost": (r"\lVert x_i - y_j \rVert", lambda: close(transport.cost_matrix(X, Y), COST)),
    "network simplex": (r"n + m - 1", lambda: np.count_nonzero(BEST.plan > 1e-12) <= 6 + 7 - 1),
    "cumulative distribution function": (r"\int |F(x) - G(x)|\, dx", on_a_line),
    "quantile function": (r"\big( \int_0^1 |F^{-1}(u) - G^{-1}(u)|^p\, du \big)^{1/p}", sideways),
    "potential": (
        r"f_i + g_j \le C_{ij}",
        lambda: (BEST.potential_a[:, None] + BEST.potential_b <= COST + 1e-9).all(),
    ),
    "weak duality": (
        r"\sum_i a_i f_i + \sum_j b_j g_j = \sum_{ij} P_{ij} (f_i + g_j)",
        lambda: close(A @ F + B @ BEST.potential_b, np.sum(BEST.plan * (F[:, None] + BEST.potential_b))),
    ),
    "complementary slackness": (
        r"P_{ij}\, (C_{ij} - f_i - g_j) = 0",
        lambda: close(BEST.plan * (COST - BEST.potential_a[:, None] - BEST.potential_b), 0),
    ),
    "c-transform": (
        r"f^c_j = \min_i\, (C_{ij} - f_i)",
        lambda: close(transport.c_transform(F, COST), [min(COST[:, j] - F) for j in range(7)]),
    ),
    "Kantorovich-Rubinstein": (
        r"\sup_{\lVert f\rVert_L \le 1} \mathbb E_{\mathbb P_r} f - \mathbb E_{\mathbb P_\theta} f",
        lambda: close((f := transport.kantorovich_potential(X, Y, A, B))(X) @ A - f(Y) @ B, BEST.value),
    ),
    "McShane": (r"\min_j\, f(z_j) + \lVert z - z_j\rVert", extended),
    "critic gap": (
        r"\frac1m \sum_i f(x_i) - \frac1m \sum_i f(\tilde x_i)",
        lambda: close(training.critic_gap(LOGITS, -LOGITS**2).item(), LOGITS.mean() + (LOGITS**2).mean()),
    ),
    "certificate": (r"the c-transform of $s f$, at the best scale $s \ge 0$", a_certificate),
    "Sinkhorn": (r"f_i \leftarrow -\varepsilon \log \sum_j b_j\, e^{(g_j - C_{ij})/\varepsilon}", a_sinkhorn),
    "sliced": (
        r"never above $W_1$", lambda: transport.sliced_w1(X, Y, n_projections=50) <= transport.w1_exact(X, Y),
    ),
    "assignment": (r"Some best plan is of this kind", a_pairing),
    "critic step": (
        r"L_f = -\text{gap} + \text{penalty}",
        lambda: close(training.critic_loss(LOGITS, LOGITS / 2, 3.0), 3 - LOGITS.mean() / 2),
    ),
    "generator's loss": (
        r"-\frac1m \sum_i f(\tilde x_i)",
        lambda: close(training.generator_loss(LOGITS + 2), -2),
    ),
    "clipping": (r"\prod_\ell c \sqrt{n_\ell m_\ell}", a_clipped_critic),
    "spectral norm": (r"the largest singular value", lambda: close(spectral_norm(X), singular(X)[0], 1e-5)),
    "Frobenius": (
        r"at most $\sqrt r\, \sigma(W)$",
        lambda: singular(X)[0] <= np.linalg.norm(X) <= np.sqrt(2) * singular(X)[0],
    ),
    "GroupSort": (r"(h_1, h_2) \mapsto (\max, \min)", a_group_sort),
    "orthonormal": (r"\frac32 W - \frac12 W W^\top W", an_orthonormal),
    "cone": (r"\lVert x - c_j\rVert + h_j", a_cone),
    "zero critic": (r"the mean distance to the nearest point of the other side", a_zero_critic),
    "gradient penalty": (r"\sum_i (\lVert\nabla f(\hat x_i)\rVert - 1)^2", a_penalty),
    "interpolate": (
        r"\hat x = t x + (1 - t) \tilde x",
        lambda: close(
            lipschitz.interpolate(torch.tensor(X), torch.tensor(Y[:6]), torch.full((6,), 0.25)),
            X / 4 + 3 * Y[:6] / 4,
        ),
    ),
    "one-sided penalty": (r"\max(0, \lVert\nabla f\rVert - 1)^2", lambda: a_penalty(one_sided=True)),
    "RMSProp": (r"w \leftarrow w - \alpha\, g / (\sqrt v + \epsilon)", a_rmsprop),
    "moving average": (r"\bar u \leftarrow \beta \bar u + (1 - \beta) u", a_moving_average),
    "high quality": (r"1 - e^{-9/2}", lambda: close(metrics.perfect_high_quality(3, 2), 1 - np.exp(-9 / 2))),
    "Fréchet distance": (r"2\,(\Sigma_a^{1/2} \Sigma_b \Sigma_a^{1/2})^{1/2}", a_frechet),
    "copying": (r"$\frac12$ for new pictures, 1 for copies", copies),
    "conditional": (
        r"\sum_y p(y)\, W_1(\mathbb P_r(\cdot \mid y), \mathbb P_\theta(\cdot \mid y))", as_sum_of_labels,
    ),
}  # fmt: skip


@pytest.mark.parametrize("term", FORMULAS)
def test_formulas_of_the_glossary_are_those_of_the_package(term):
    formula, holds = FORMULAS[term]
    assert formula in BY_TERM[term], "page and test speak of different formulas: change both"
    assert holds()


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
