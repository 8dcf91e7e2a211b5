"""The glossary: each term once, in the words of its chapter, with a formula that is computed."""

import importlib
import json
import math
import re
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
    networks,
    steering,
    training,
    transport,
)
from wgan_edu.data import ring_of_8
from wgan_edu.normalization import (
    Cones,
    GroupSort,
    SpectralNorm,
    lipschitz_upper_bound,
    orthonormal,
    spectral_norm,
)

ROOT = Path(__file__).parent.parent
NOTEBOOKS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
GLOSSARY = (ROOT / "docs/glossary.md").read_text()


def sources(chapter, kind):
    cells = json.loads(NOTEBOOKS[chapter].read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def entries():
    """Each entry of the glossary: its terms, and what stands below them."""
    found, terms, text = [], [], []
    for line in "\n".join(re.findall(r"```\{glossary\}\n(.*?)```", GLOSSARY, re.DOTALL)).splitlines():
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
    return close(
        lipschitz.clipping_bound(networks.mlp_critic(2, (8, 16)), 0.1), 0.1**3 * np.sqrt(2 * 8 * 8 * 16 * 16)
    )


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


def a_pushforward():
    places, masses = np.polynomial.hermite_e.hermegauss(40)  # h(g(z)) = cos(2 z + 1), whose law is N(1, 4)
    by_density = np.exp(-2) * np.cos(1)  # the real part of E exp(i x) for x from N(1, 4)
    return close(np.cos(2 * places + 1) @ masses / masses.sum(), by_density)


def a_dimension():
    points = np.random.default_rng(0).random((4000, 2))  # a square, in the plane
    first, second = geometry.neighbor_distances(points, 2).T
    away = np.linalg.norm(points - 0.5, axis=1)
    return (
        abs(np.log2((away < 0.4).sum() / (away < 0.2).sum()) - 2) < 0.1
        and abs((second / first > 1.5).mean() - 1.5**-2) < 0.03
        and abs(geometry.two_nn_dimension(points) - 2) < 0.15
    )


def a_jacobian():
    torch.manual_seed(0)
    return set(geometry.jacobian_rank(networks.mlp_generator(2, 5), RNG.normal(size=(8, 2)))) == {2}


def a_discriminator():
    d_real, d_fake = 1 / (1 + np.exp(-LOGITS.numpy())), 1 / (1 + np.exp(LOGITS.numpy() / 2))
    found = divergences.discriminator_loss(LOGITS, -LOGITS / 2).item()
    return close(found, -np.log(d_real).mean() - np.log(1 - d_fake).mean())


def a_collapse():
    """The slope of the left side, with the best discriminator held, is that of the right side."""
    start, real = torch.tensor(RNG.normal(size=5), requires_grad=True), torch.tensor(P)
    fake = start.softmax(dim=0)
    middle = (fake + real) / 2
    js = (fake * (fake / middle).log()).sum() / 2 + (real * (real / middle).log()).sum() / 2
    right = (fake * (fake / real).log()).sum() - 2 * js
    left = -(fake * (real / (real + fake)).log().detach()).sum()
    slopes = [torch.autograd.grad(side, start, retain_graph=True)[0] for side in (left, right)]
    return close(*slopes)


def a_damping_by_noise():
    d = -dirac.flow_matrix("instance_noise")[1, 1]
    psi = 1e-5
    return close(d, dirac.SIGMA**2 / 2) and close(-dirac.velocity("instance_noise", 0, psi)[1] / psi, d, 1e-4)


def a_floor():
    draw = np.random.default_rng(0).normal
    small, large = (
        np.mean([transport.wasserstein_1d(draw(size=n), draw(size=n)) for _ in range(300)]) for n in (50, 800)
    )
    return 0 < large < small and abs(np.log(small / large) / np.log(16) - 1 / 2) < 0.05


def a_minibatch():
    x, y = RNG.normal(size=400), RNG.normal(size=400) + 0.5
    batches = [transport.wasserstein_1d(RNG.choice(x, 8), RNG.choice(y, 8)) for _ in range(300)]
    return np.mean(batches) > transport.wasserstein_1d(x, y)


def a_ray():
    f, routes = transport.kantorovich_potential(X, Y, A, B), np.argwhere(BEST.plan > 1e-9)
    return all(
        close(f(X[i][None]) - f((X[i] + t * (Y[j] - X[i]))[None]), t * COST[i, j], 1e-6)
        for i, j in routes
        for t in (0.3, 0.7, 1)
    )


def a_lipschitz_network():
    torch.manual_seed(0)
    critic = networks.mlp_critic(2, (8, 8))
    with torch.no_grad():
        x, y = (critic(torch.tensor(part, dtype=torch.float32)).numpy() for part in (X, Y))
    return (np.abs(x[:, None] - y) <= lipschitz_upper_bound(critic) * COST + 1e-6).all()


def a_weight_normalization():
    """Four equal rows: of length 1 each they have slope 2, as a matrix of length 1 they have slope 1."""
    steepest = []
    for form in ("frobenius", "row"):
        layer = torch.nn.Linear(3, 4)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor([1.0, 2, 3]).repeat(4, 1))
        lipschitz.WeightNormalization(form).project_(layer)
        steepest.append(spectral_norm(layer.weight))
    return close(steepest, [1, 2], 1e-5)


def a_spectral_normalization():
    weight = torch.tensor(X)
    return close(SpectralNorm()(weight), X / singular(X)[0], 1e-5)


def a_steered_step():
    torch.manual_seed(0)
    generator = networks.mlp_generator(4, 3).double()
    z = RNG.normal(size=(5, 4))

    def score(pictures):
        return pictures.square().sum(dim=1)

    v = steering.slope_in_noise(generator, z, None, score)
    v = v - np.sum(v * z, axis=1, keepdims=True) / np.sum(z**2, axis=1, keepdims=True) * z
    step = z + 0.3 * v / np.linalg.norm(v, axis=1, keepdims=True)
    step *= np.linalg.norm(z, axis=1, keepdims=True) / np.linalg.norm(step, axis=1, keepdims=True)
    return close(steering.steer(generator, z, None, score, strength=0.3, steps=1), step)


def balls():
    radius = np.sort(np.linalg.norm(X[:, None] - X[None, :], axis=2), axis=1)[:, 2]  # 0 is the point itself
    caught = [any(np.linalg.norm(y - x) <= r for x, r in zip(X, radius, strict=True)) for y in Y]
    one, other = (image_metrics.precision_recall(*pair, k=2) for pair in ((X, Y), (Y, X)))
    return close(one.precision, np.mean(caught)) and one.recall == other.precision


def a_mode():
    found = [metrics.mode_coverage(np.array([[r, 0]]), np.zeros((1, 2)), 0.1).modes for r in (0.29, 0.31)]
    return found == [1, 0]


def a_class_bias():
    """Of the straight critics with slope at most 1, the best one only sees the difference of the means."""
    angles = np.linspace(0, 2 * np.pi, 721)
    gaps = (X.mean(axis=0) - Y.mean(axis=0)) @ [np.cos(angles), np.sin(angles)]
    return 0 < gaps.max() < transport.w1_exact(X, Y)


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
    "pushforward": (r"\mathbb E_z\, h(g_\theta(z))", a_pushforward),
    "supremum": (
        r"\sup_x \inf_y h(x, y) \le \inf_y \sup_x h(x, y)",
        lambda: COST.min(axis=1).max() <= COST.max(axis=0).min(),
    ),
    "intrinsic dimension": (r"like $t^m$", a_dimension),
    "two-neighbor estimator": (r"P(T_2 / T_1 > s) = s^{-m}", a_dimension),
    "Jacobian": (r"Its rank, at most $k$", a_jacobian),
    "discriminator": (r"D(x) = \sigma(h(x))", a_discriminator),
    "logit": (r"$h$ in $D = \sigma(h) = 1 / (1 + e^{-h})$", a_discriminator),
    "best discriminator": (
        r"\frac{p_r(x)}{p_r(x) + p_\theta(x)}",
        lambda: close(divergences.optimal_discriminator(P, Q), P / (P + Q)),
    ),
    "collapse": (r"KL(\mathbb P_\theta \,\Vert\, \mathbb P_r) - 2\,JS", a_collapse),
    "modes": (r"a sample within $3\sigma$ of its center", a_mode),
    "instance noise": (r"for variance $s^2$ on the Dirac-GAN, $d = \frac{s^2}2$", a_damping_by_noise),
    "marginal": (
        r"$P \mathbf 1 = a$, $P^\top \mathbf 1 = b$",
        lambda: close(BEST.plan @ np.ones(7), A) and close(BEST.plan.T @ np.ones(6), B),
    ),
    "careless plan": (
        r"$P_{ij} = a_i b_j$",
        lambda: close(transport.sinkhorn(A, B, COST, 1e5).plan, A[:, None] * B, 1e-5),
    ),
    "sampling floor": (r"falling like $n^{-1/2}$ on a line", a_floor),
    "Lipschitz": (r"|f(x) - f(y)| \le K \lVert x - y\rVert", a_lipschitz_network),
    "transport ray": (r"every best critic falls with slope exactly 1", a_ray),
    "minibatch": (r"\mathbb E\, W_1(\mathbb P_m, \mathbb Q_m) \ge W_1(\mathbb P, \mathbb Q)", a_minibatch),
    "class bias": (r"$W_1$ minus the largest gap within the class", a_class_bias),
    "spectral normalization": (r"W \leftarrow W / \sigma(W)", a_spectral_normalization),
    "weight normalization": (r"the slope is then at most 1; by row it is not held", a_weight_normalization),
    "WGAN-GP": (r"\beta_1 = 0", lambda: training.PRESETS["wgan_gp"].betas[0] == 0),
    "precision and recall": (r"reaches to its $k$-th neighbor", balls),
    "controllable": (r"z \leftarrow z + \frac sn \frac{v}{\lVert v\rVert}", a_steered_step),
}  # fmt: skip


@pytest.mark.parametrize("term", FORMULAS)
def test_formulas_of_the_glossary_are_those_of_the_package(term):
    formula, holds = FORMULAS[term]
    assert formula in BY_TERM[term], "page and test speak of different formulas: change both"
    assert holds()
