r"""Exercises and quiz of chapter 05, the earth mover's distance.

Tasks: notebooks/05_earth_movers_distance.ipynb. They answer questions 1 and 2 (its first half) of the
self-assessment in S0, and discussion points 2 and 3 of S4.
"""

from typing import Any

import numpy as np

import wgan_edu
from wgan_edu.checking import Array
from wgan_edu.exercises.frame import NOT, PLAIN, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = ["QUIZ", "four_numbers", "is_plan", "my_words", "northwest", "shift_proof", "walking_heap"]

# --- 05.1 ---------------------------------------------------------------------------------------------


@exercise(
    "05.1",
    kind="by hand",
    seeds=("S4.2", "S4.3"),
    title="Four numbers for two heaps",
    hints=(
        "The two heaps share no place. For KL, JS and TV that already decides everything: which terms are "
        "left?",
        "KL: a place with p > 0 = q. JS: at each place the mixture m is half of p or half of q. TV: half "
        "of the sum of |p - q|.",
        "W1: draw both CDFs from 0 to 7. Between neighboring places they differ by 0.4, then 0.3, then 0.6.",
    ),
    moral="Move the holes of Q to 100 and 107: three of your four numbers stay as they are. They ask "
    "whether the heaps share a place, and only W1 asks how far apart the places are.",
)
def four_numbers() -> list[float]:
    r"""The heaps share no place, so wherever $p > 0$ there is $q = 0$ and $m = p/2$.

    - $KL(p \| q)$ holds the term $0.7 \log(0.7 / 0)$: it is infinite.
    - $JS = \frac12 \sum p \log\frac{p}{p/2} + \frac12 \sum q \log\frac{q}{q/2} = \log 2$.
    - $TV = \frac12 (0.7 + 0.3 + 0.4 + 0.6) = 1$: all mass has to change its place.
    - $W_1$: 0.4 goes from 2 to 0, 0.3 from 2 to 7, and 0.3 from 6 to 7: $0.8 + 1.5 + 0.3 = 2.6$. The area
      between the two CDFs says the same: $2 \cdot 0.4 + 4 \cdot 0.3 + 1 \cdot 0.6$.
    """
    p, q = np.zeros(8), np.zeros(8)  # places 0 to 7
    p[[2, 6]], q[[0, 7]] = [0.7, 0.3], [0.4, 0.6]
    measures = wgan_edu.divergences
    kl, js, tv = (f(p, q) for f in (measures.kl_divergence, measures.js_divergence, measures.total_variation))
    return [kl, js, tv, float(np.abs(np.cumsum(p - q)).sum())]


four_numbers.wrong(
    [0, ..., ..., ...],
    says="KL: you left out the places where q is 0. At place 2, where does 0.7 log(0.7 / q) go as q falls "
    "to 0?",
)
four_numbers.wrong(
    [..., np.inf, ..., ...],
    says="JS: p and q are compared with the mixture m only, which has mass wherever either has: no "
    "division by 0.",
)
for _js, _says in {
    2 * np.log(2): "JS: each of the two KL terms counts half.",
    1.0: "JS: that is the value in bits. This course uses natural logarithms.",
    0.0: "JS: it is 0 for equal heaps only. Here its slope is 0, and its value is not.",
}.items():
    four_numbers.wrong([..., _js, ..., ...], says=_says)
four_numbers.wrong(
    [..., ..., 2, ...], says="TV: the sum of |p - q| counts each grain twice, where it is and where it goes."
)
for _w1, _says in {
    9.4: "W1: you squared the distances. The ground cost is the plain distance.",
    8.0: "W1: you added up distances. Each move counts with the mass that goes along it.",
    3.5: "W1: that is the mean of the cost matrix. The plan says how much each of its entries counts.",
    3.56: "W1: that is the work of the careless plan, P = a b^T. A plan that looks at places does better.",
    1.0: "W1: that is the distance of the means. Moves to the left and to the right cancel in a mean, not "
    "in work.",
    1.7: "W1: you sent each pile to its nearest hole, and the hole at 0 takes only 0.4.",
    26.0: "W1: you counted in tenths. The masses of each heap add up to 1.",
}.items():
    four_numbers.wrong([..., ..., ..., _w1], says=_says)

# --- 05.2 ---------------------------------------------------------------------------------------------


@exercise(
    "05.2",
    kind="code",
    seeds=("S0.2",),
    title="Is it a plan?",
    hints=(
        "Three things make a table a plan. The definition names them in one sentence.",
        "Entries that are not negative; rows that add up to the piles; columns that add up to the holes.",
        "Row sums are `plan.sum(axis=1)`. Compare sums with `np.allclose`, and the least entry with 0, "
        "leaving room for round-off on both sides.",
    ),
    moral="This function is the set Π: all joint laws with these two marginals. W1 is the least work over "
    "the tables for which it says True.",
)
def is_plan(plan: Array, a: Array, b: Array) -> bool:
    """Whether a table is in U(a, b): no negative mass, all piles emptied, all holes filled."""
    no_debts = plan.min() >= -1e-12  # room for round-off
    return bool(no_debts and np.allclose(plan.sum(axis=1), a) and np.allclose(plan.sum(axis=0), b))


@is_plan.checker
def _(answer: Any) -> None:
    a, b = np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.25, 0.5])  # sums of these are exact
    plan = np.array([[0.25, 0.25, 0.0], [0.0, 0.0, 0.25], [0.0, 0.0, 0.25]])
    if not answer(plan, a, b):
        upside_down = answer(plan.T, a, b)
        expect(
            not upside_down, "You compare the rows with b and the columns with a. Row i is what pile i gives."
        )
        expect(False, "You refuse a plan: its rows add up to a, its columns to b, and no entry is negative.")
    for table, message in (
        (
            [[0.25, 0.25, 0.25], [0, 0.25, 0], [0, 0, 0]],
            "It is not enough that all earth is there: each pile must be emptied, and each hole filled.",
        ),
        (np.diag(a), "You look at the rows only. A plan must also fill every hole: look at the columns too."),
        (
            np.diag(b),
            "You look at the columns only. A plan must also empty every pile: look at the rows too.",
        ),
        (
            [[0.25, -0.25, 0.5], [0, 0.25, 0], [0, 0.25, 0]],
            "All sums are right, and one entry is negative. Nobody can move less than nothing: P ≥ 0.",
        ),
    ):
        expect(not answer(np.array(table, dtype=float), a, b), message)
    rng = np.random.default_rng(5)
    for n, m in [(2, 5), (4, 3), (6, 6)]:
        a, b = rng.dirichlet(np.full(n, 20)), rng.dirichlet(np.full(m, 20))
        plan = np.outer(a, b)
        plan[:2, :2] += plan.min() / 2 * np.array([[1, -1], [-1, 1]])
        expect(
            answer(plan, a, b),
            "You refuse a plan for its last digits: 0.1 + 0.2 is not exactly 0.3 here. Compare sums with "
            "`np.allclose`, not with `==`.",
        )
        plan[0, 0] += 1e-3
        plan[0, 1] -= 1e-3
        expect(
            not answer(plan, a, b),
            "One hole gets a thousandth too much, another too little. That is no round-off: choose a "
            "smaller tolerance.",
        )


@is_plan.wrong(says="rows only")
def _(plan: Array, a: Array, b: Array) -> bool:
    return bool(plan.min() >= 0 and np.allclose(plan.sum(axis=1), a))


@is_plan.wrong(says="columns only")
def _(plan: Array, a: Array, b: Array) -> bool:
    return bool(plan.min() >= 0 and np.allclose(plan.sum(axis=0), b))


@is_plan.wrong(says="less than nothing")
def _(plan: Array, a: Array, b: Array) -> bool:
    return np.allclose(plan.sum(axis=1), a) and np.allclose(plan.sum(axis=0), b)


@is_plan.wrong(says="rows with b and the columns with a")
def _(plan: Array, a: Array, b: Array) -> bool:
    rows, columns = plan.sum(axis=0), plan.sum(axis=1)
    return bool(plan.min() >= 0 and np.allclose(rows, a) and np.allclose(columns, b))


@is_plan.wrong(says="all earth is there")
def _(plan: Array, a: Array, b: Array) -> bool:
    return bool(plan.min() >= 0 and np.isclose(plan.sum(), 1))


@is_plan.wrong(says="last digits")
def _(plan: Array, a: Array, b: Array) -> bool:
    return bool(plan.min() >= 0 and (plan.sum(axis=1) == a).all() and (plan.sum(axis=0) == b).all())


@is_plan.wrong(says="smaller tolerance")
def _(plan: Array, a: Array, b: Array) -> bool:
    near = [np.allclose(plan.sum(axis=1), a, atol=0.1), np.allclose(plan.sum(axis=0), b, atol=0.1)]
    return bool(plan.min() >= -0.1 and all(near))


# --- 05.3 ---------------------------------------------------------------------------------------------


@exercise(
    "05.3",
    kind="code",
    seeds=("S4.3",),
    title="The northwest corner",
    hints=(
        "Keep two numbers: the pile `i` you are at and the hole `j` you are at. Both start at 0.",
        "Each step moves the smaller of what is left in the pile and what the hole still wants, and takes "
        "it off both. Do that on copies of `a` and `b`.",
        "Then one of the two is done: go to the next pile if this one is empty, else to the next hole. "
        "Stop when either side has run out.",
    ),
    moral="Always a plan, with at most n + m - 1 routes, and it never looked at a cost. On a line with "
    "both sides sorted it is the best plan there is (that is what `wasserstein_1d` sorts for); in "
    "any other order it is just a plan, and a solver can start from it.",
)
def northwest(a: Array, b: Array) -> Array:
    """Fill the first hole from the first pile, and go on in order: to the next pile or the next hole."""
    left, wanted = a.copy(), b.copy()
    plan = np.zeros((len(a), len(b)))
    i = j = 0
    while i < len(a) and j < len(b):
        moved = min(left[i], wanted[j])
        plan[i, j] = moved
        left[i] -= moved
        wanted[j] -= moved
        if left[i] == 0:
            i += 1
        else:
            j += 1
    return plan


@northwest.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(7)
    random = [(rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))) for n, m in [(2, 5), (7, 3), (4, 4)]]
    with_ties = np.array([4, 4, 2]) / 10, np.array([4, 3, 3]) / 10
    for a, b in [*random, with_ties]:
        plan, shape = answer(a, b), (len(a), len(b))
        expect(np.shape(plan) == shape, f"A row a pile, a column a hole: {shape}; yours is {np.shape(plan)}.")
        expect(plan.any(), "All zeros: a table of whole numbers loses each mass. Use `np.zeros((n, m))`.")
        expect(not same(plan, np.outer(a, b)), "That is the careless plan, from everywhere to everywhere.")
        if not same(plan, northwest(a, b)):
            _explain_northwest(plan, a, b)


def _explain_northwest(plan: Array, a: Array, b: Array) -> None:
    """Say what is wrong with a table that is not the northwest corner's."""
    too_much_out, too_much_in = (plan.sum(axis=1) > a + 1e-9).any(), (plan.sum(axis=0) > b + 1e-9).any()
    neither = "Piles give more than they have and holes take more than they want: take what moved off both."
    expect(not (too_much_out and too_much_in), neither)
    expect(not too_much_in, "A hole takes more than it wants: take what it got off its wish as well.")
    expect(not too_much_out, "A pile gives more than it has: take what it gave off the pile as well.")
    expect(
        plan.sum() > 1 - 1e-9,
        f"Earth got lost: your table moves {plan.sum():.3g} of it. After a move only one of the two is "
        "done, the pile or the hole; the other one still has something left.",
    )
    expect(False, "It is a plan, but another one: the first pile serves the first hole as far as it can.")


@northwest.wrong(says="careless plan")
def _(a: Array, b: Array) -> Array:
    return np.outer(a, b)


@northwest.wrong(says="take what moved off both")
def _(a: Array, b: Array) -> Array:
    return np.minimum.outer(a, b)


def _corner_walk(a: Array, b: Array, take_a: bool = True, take_b: bool = True, dtype: Any = float) -> Array:
    """The reference with one mistake built in."""
    left, wanted, plan = a.copy(), b.copy(), np.zeros((len(a), len(b)), dtype)
    i = j = 0
    while i < len(a) and j < len(b):
        moved = min(left[i], wanted[j])
        plan[i, j] = moved
        empty = moved == left[i]
        left[i] -= moved * take_a
        wanted[j] -= moved * take_b
        i, j = (i + 1, j) if empty else (i, j + 1)
    return plan


@northwest.wrong(says="off its wish")
def _(a: Array, b: Array) -> Array:
    return _corner_walk(a, b, take_b=False)


@northwest.wrong(says="off the pile")
def _(a: Array, b: Array) -> Array:
    return _corner_walk(a, b, take_a=False)


@northwest.wrong(says="a table of whole numbers")
def _(a: Array, b: Array) -> Array:
    return _corner_walk(a, b, dtype=int)


@northwest.wrong(says="Earth got lost")
def _(a: Array, b: Array) -> Array:
    plan = np.zeros((len(a), len(b)))
    for i in range(min(len(a), len(b))):  # to the next pile and the next hole at once
        plan[i, i] = min(a[i], b[i])
    return plan


@northwest.wrong(says="but another one")
def _(a: Array, b: Array) -> Array:
    return np.asarray(northwest(a[::-1], b)[::-1])  # the southwest corner


@northwest.wrong(says="A row a pile")
def _(a: Array, b: Array) -> Array:
    return np.asarray(northwest(b, a))


@northwest.wrong(says="changes its input `a` and `b`")
def _(a: Array, b: Array) -> Array:
    plan = northwest(a, b)
    a -= plan.sum(axis=1)
    b -= plan.sum(axis=0)
    return np.asarray(plan)


# --- 05.4 ---------------------------------------------------------------------------------------------


@exercise(
    "05.4",
    kind="prediction",
    seeds=("S4.2",),
    title="A heap walks away",
    hints=(
        "JS knows one thing only: how much the two heaps share at each place. From which k on do they "
        "share nothing?",
        "W1, one step further: what does the plan cost that carries every grain one place to the right? "
        "Can the least work be smaller, when a plan may leave earth where it lies and carry other earth "
        "farther?",
        "Draw the two CDFs at k = 1: the second is the first, one place later. What is the area between "
        "them?",
    ),
    moral="KL is infinite from the first step on. As long as the heaps overlap, JS, TV and W1 all notice a "
    "step; once they are apart, only W1 does. That is why JS has nothing to teach a generator whose "
    "samples miss the data. Exercise 05.5 proves your second and third number.",
)
def walking_heap() -> list[float]:
    r"""The heap lies on places 0 to 3, so its copy shares a place with it up to $k = 3$, and at $k = 4$ none.

    From then on JS is $\log 2$ and TV is 1, whatever $k$ is. $W_1 = k$ from beginning to end: the plan that
    carries everything by $k$ costs $k$. For $k = 1$ you may also leave three quarters lying and carry the
    first quarter over the others, four places far: again $\frac14 \cdot 4 = 1$, and no plan does it for less.
    """
    js, w1 = [], []
    for k in range(7):
        p, q = np.zeros(10), np.zeros(10)
        p[:4], q[k : k + 4] = 1 / 4, 1 / 4
        js.append(wgan_edu.divergences.js_divergence(p, q))
        w1.append(np.abs(np.cumsum(p - q)).sum())
    first = next(k for k in range(7) if np.isclose(js[k], max(js)))
    return [first, w1[1] - w1[0], w1[6] - w1[5]]


walking_heap.wrong(
    [3, 1, 1], says="At k = 3 the heaps still share place 3, so JS has not arrived at its maximum."
)
walking_heap.wrong(
    [1, ..., ...],
    says="JS is not a yes or no: at k = 1 the heaps still share three places of four, and JS says so. When "
    "do they share none?",
)
walking_heap.wrong(
    [..., 0, ...],
    says="It is true that a plan may leave the common earth lying. But then the rest has to be carried "
    "over it, and farther: how far does the first quarter go at k = 1?",
)
walking_heap.wrong(
    [..., 1 / 4, ...],
    says="A quarter of the earth has to change its place at k = 1: that is how TV grows. Work also asks "
    "how far that quarter goes, over the heads of the others.",
)
walking_heap.wrong(
    [..., ..., 0],
    says="You let W1 saturate together with JS. Once the heaps are apart, is the hole at 9 as near as the "
    "hole at 8?",
)
walking_heap.wrong(
    [..., ..., 11],
    says="You squared the distances: 36 - 25 = 11. Work is mass times plain distance.",
)
# --- 05.5 ---------------------------------------------------------------------------------------------


@exercise(
    "05.5",
    kind="proof",
    seeds=("S4.3",),
    title="A shift costs its length",
    hints=(
        "Two halves. From above: one good plan is enough. From below: a bound for all plans at once.",
        "From above: carry every x to x + v. From below: for any plan, compare the mean of the lengths ‖y "
        "- x‖ with the length of the mean of y - x.",
        "The norm of a mean is at most the mean of the norm (Jensen). And E(y - x) = E y - E x depends on "
        "the marginals only, so it is v under every plan.",
    ),
    rubric=(
        Point(
            "names a plan: every x goes to x + v;",
            r"x\s*\+\s*v|shift|translat",
            "From above: which plan comes to mind first? Say where it sends the earth at x.",
        ),
        Point(
            "says why it is one: its marginals are P and Q;",
            r"margin|projection|\blaws?\b|distribut|in Π|\\Pi|U\(a|rows?\b.*columns?|coupl|P to Q|"
            r"push\w* (P|it)",
            "You name a plan. Why is it one? Say what its two marginals are.",
        ),
        Point(
            "gives its work, ‖v‖, and concludes W1 ≤ ‖v‖, no more than that;",
            r"≤|<=|\\leq?\b|at most|upper|not more|no more",
            "What does one plan prove: that the least work is at most its cost, or that it is at least its "
            "cost?",
        ),
        Point(
            "takes any plan for the other half;",
            r"\b(every|any|all|each|arbitrary|whatever|given)\b[^.]{0,40}(plan|coupl|γ|gamma)|"
            r"dual[^.]{0,80}lipschitz|lipschitz[^.]{0,80}dual",
            "That bounds W1 from above, and a cleverer plan might cost less. Now take any plan: why can it "
            "not?",
        ),
        Point(
            "bounds its work from below, E‖y - x‖ ≥ ‖E(y - x)‖, by convexity of the norm (or by a "
            "1-Lipschitz function with slope 1 along v, which chapter 06 allows);",
            r"jensen|convex|triangle|mean|averag|expect|E\s*[(\[‖|\\]|lipschitz",
            "Single moves can be short. What about their mean? Compare ‖E(y - x)‖ with E‖y - x‖.",
        ),
        Point(
            "says why E(y - x) = v under every plan: the marginals fix both means.",
            r"(margin|mean|averag|expect|E\s*[(\[]?\s*y).{0,160}"
            r"(same|fix|depend|determin|whatever|regardless|= ?\|?v|is v|E ?\[?\(?x)|"
            r"lipschitz.{0,80}(E_?\w? ?f|mean|gap).{0,60}v",
            "Where does v come in? Say why E(y - x) is the same vector under every plan.",
        ),
    ),
    slips=(
        Slip(
            r"(?<!not )(?<!n't )\b(the|a|is)\s+(only|unique|single)\s+(plan|way)\b|no other (plan|way)",
            "There are many plans between P and Q, such as the careless one. Which one you name is your "
            "choice; that no other is cheaper is what has to be shown.",
        ),
        Slip(
            r"(?:^|[.;:,])(?![^.;:,]*(\bnot\b|n't|wrong|false))[^.;:,]*"
            r"\b(every|each|any|all|no)\s+(single\s+|individual\s+)?(move|pair|point|grain|route)[^.]{0,45}"
            r"(at least|≥|>=|\\ge|less than|shorter)",
            "A single move can be shorter than v: in exercise 05.4, at k = 1, a plan may leave three "
            "quarters of the earth lying. Only the mean of the moves is fixed.",
        ),
        Slip(
            r"(?<!not )(?<!n't )(?<!not so )(obvious|clear|of course|by definition|"
            r"trivial)\w*[^.]{0,50}(best|optimal|cheap|least|minim)",
            "That word stands where the argument should be: that no plan beats the shift is the claim "
            "itself.",
        ),
        Slip(
            rf"(?<!R)(\^\{{?2|²|\*\*2)|{PLAIN}squared",
            "There are squares in your proof, and the ground cost here is the plain distance.",
        ),
    ),
)
def shift_proof() -> None:
    r"""From above: carry every $x$ to $x + v$. This is a plan: its first marginal is $\mathbb P$, and its
    second is the law of $x + v$, which is $\mathbb Q$. Every move has length $\|v\|$, so its work is
    $\|v\|$, and the least work is at most that: $W_1 \le \|v\|$.

    From below: take any plan $\gamma$. A norm is convex, so by Jensen's inequality

    $$\mathbb E_\gamma \|y - x\| \;\ge\; \|\mathbb E_\gamma (y - x)\| = \|\mathbb E_{\mathbb Q}\, y -
    \mathbb E_{\mathbb P}\, x\| = \|v\| .$$

    The middle step needs only the marginals. All plans have the same, so all have these means, and the means
    differ by $v$. No plan costs less than $\|v\|$: $W_1 \ge \|v\|$.

    The second half never used the shift: for any two laws, $W_1$ is at least the distance of their means.
    """


shift_proof.wrong(
    "Carry every x to x + v. This is a plan with marginals P and Q, each move costs |v|, so W1 = |v| at "
    "most.",
    says="a cleverer plan might cost less",
)
shift_proof.wrong(
    "The only plan from P to Q moves every x to x + v. Its marginals are right and its cost is |v|.",
    says="many plans",
)
shift_proof.wrong(
    "The shift x -> x + v is a plan with marginals P and Q, so W1 <= |v|. For any plan, every move from x "
    "to y has length at least |v|, so the mean is at least |v| as well.",
    says="can be shorter than v",
)
shift_proof.wrong(
    "Moving each x to x + v costs |v| and is obviously the cheapest plan.",
    says="where the argument should be",
)
shift_proof.wrong(
    "x goes to x + v, a plan with marginals P, Q; for every plan E|y - x|^2 >= |v|^2 by Jensen, as the "
    "means are fixed.",
    says="plain distance",
)

# --- 05.6 ---------------------------------------------------------------------------------------------


@exercise(
    "05.6",
    kind="concept",
    seeds=("S0.1", "S0.2"),
    title="In your own words",
    hints=(
        "Four parts: the picture (what is moved, what it costs), the formula, the set Π, and what happens "
        "to each distance while two laws without a common place come closer.",
        "The formula has an infimum over γ in Π, and under it a mean of ‖x - y‖. Π holds joint laws; say "
        "what their marginals are.",
        "On disjoint supports JS is log 2 wherever the supports lie, so its slope is 0. What do W1 and its "
        "slope do?",
    ),
    rubric=(
        Point(
            "the picture: work is mass times the distance that it is moved;",
            r"(mass|amount|earth|dirt|soil|weight)[^.]{0,90}(distance|far\b|way\b|length)|work",
            "The picture first: what is moved from where to where, and what does a move cost?",
        ),
        Point(
            "the least: of all ways to do it, the cheapest counts;",
            r"least|minim|\bmin\b|inf(\b|_)|infim|cheapest|optimal|best",
            "There are many ways to move the earth. Whose work is the distance?",
        ),
        Point(
            "the primal form: W1(P, Q) = inf over γ in Π(P, Q) of the mean of ‖x - y‖ under γ;",
            r"(inf|min)[^.]{0,60}(E\b|E_|expect|mean|average|∫|sum|Σ|\\mathbb|\\int|\\sum)",
            "Write the primal form as well: an infimum over what, of the mean of what?",
        ),
        Point(
            "Π(P, Q): all joint laws of (x, y), the plans, whose marginals are P and Q;",
            r"(joint|coupling|plan|table)[^.]{0,120}(margin|rows?\b|sums?\b)|margin[^.]{0,120}(joint|"
            r"coupling|plan)",
            "Say what Π is: which laws does it hold, and what must be true of them?",
        ),
        Point(
            "JS is log 2 on disjoint supports, however far apart they are;",
            r"log\s*\(?\s*2|ln\s*\(?\s*2|0\.69|constant|saturat|same value|flat",
            "Which value has JS on disjoint supports, and does it depend on how far apart they are?",
        ),
        Point(
            "so its slope is 0, while W1 falls as the laws come closer and tells the generator where to go.",
            r"gradient|slope|derivative|direction|learn",
            "What does a generator that moves its samples a little learn from JS, and what from W1?",
        ),
    ),
    slips=(
        Slip(
            r"\b(JS|Jensen)\b(?:(?!KL)[^.;,]){0,40}(infinit|∞|\binf\b|blows? up|diverges)",
            "KL is infinite when an outcome is possible under P only. JS never exceeds log 2.",
        ),
        Slip(
            r"(?:^|[.;,])(?![^.;,]*(?:gradient|slope|derivative|change))[^.;,]*\b(JS|Jensen)[^.;,]{0,25}"
            r"\b(is|=|equals?|becomes)\s*(0|zero)\b",
            "JS is 0 only between equal laws. On disjoint supports it has its largest value; what is 0 is "
            "its slope.",
        ),
        Slip(
            rf"(?:^|[.;])(?![^.;]*({NOT}|\bone (of|member)|\balso\b|among|example|belong|includ|"
            rf"\bjust\b))[^.;]*"
            r"((Π|\\Pi\b|\bPi\b)[^.]{0,60}(product|independent)|"
            r"(product|independent)[^.]{0,40}(Π|\\Pi\b|\bPi\b))",
            "The product law, where x and y are independent, is one member of Π: the careless plan. Π "
            "holds all joint laws with these marginals.",
        ),
        Slip(
            PLAIN + r"\b(max\w*|sup|supremum|largest|greatest)\b[^.]{0,40}(plan|coupling|joint|Π|\\Pi)",
            "Over plans one takes the least work. A largest value comes in only with the dual problem of "
            "chapter 06, and there it is taken over functions.",
        ),
        Slip(
            PLAIN + r"((gradient|derivative)s?\s+everywhere|(?<!almost )everywhere\s+differentiable"
            r"|differentiable\s+everywhere)",
            "Continuous everywhere, differentiable almost everywhere: for two point masses W1 is |θ|, with "
            "a kink at 0.",
        ),
    ),
)
def my_words() -> None:
    r"""One law is earth in piles, the other is holes. Carrying mass $m$ over a distance $d$ is work
    $m \cdot d$. Of all plans that empty every pile and fill every hole, take the cheapest: its work is the
    distance,

    $$W_1(\mathbb P, \mathbb Q) = \inf_{\gamma \in \Pi(\mathbb P, \mathbb Q)} \mathbb E_{(x, y) \sim \gamma}
    \|x - y\| .$$

    $\Pi(\mathbb P, \mathbb Q)$ is the set of all joint laws of $(x, y)$ with marginals $\mathbb P$ and
    $\mathbb Q$: the plans. How much goes from $x$ to $y$ is up to the plan; how much leaves $x$ and arrives
    at $y$ in all is not.

    On disjoint supports JS is $\log 2$, whether the supports are a hair or a mile apart. A generator that
    moves its samples a little sees no change: the slope is 0. $W_1$ is the mean distance still to go. It
    falls as the samples come closer, and wherever it has a gradient, that says which way to go. (It has
    kinks: for two point masses it is $|\theta|$.)
    """


my_words.wrong(
    "EMD is the least work, mass times distance, to turn one pile into the other: inf over plans of the "
    "mean cost, where Pi holds the joint laws with marginals P and Q. On disjoint supports the JS "
    "divergence is infinite, so it gives no gradient.",
    says="KL is infinite",
)
my_words.wrong(
    "EMD is the least work, mass times distance. On disjoint supports the JS divergence is zero, so a GAN "
    "cannot learn.",
    says="only between equal laws",
)
my_words.wrong(
    "Work is mass times distance, W1 = inf over Pi of the mean of |x - y|, where Pi is the product of P "
    "and Q. JS is constant on disjoint supports and has no gradient.",
    says="one member of Π",
)
my_words.wrong(
    "The earth mover's distance is mass times distance, for the maximum over all plans.",
    says="Over plans one takes the least work",
)
my_words.wrong(
    "Work is mass times distance; the least counts: inf over plans of E|x - y|, joint laws with marginals "
    "P, Q. JS is log 2 on disjoint supports, but W1 has a gradient everywhere.",
    says="with a kink at 0",
)
my_words.wrong(
    "It is the least work, mass times distance: inf over all plans, joint laws with marginals P and Q, of "
    "the mean of |x - y|. It is better than JS because it is a softer measure.",
    says="Which value has JS",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "Two exact solvers return different plans for the same piles and holes. What follows?",
        wrong(
            "One of them is wrong: a linear program has one solution.",
            "The least value is unique, the plan need not be. Our street had several plans of least work.",
        ),
        right(
            "Nothing yet: compare the work and the marginals of both.",
            "If both tables are plans and cost the same, both solvers are right, and so is every mixture "
            "of the two.",
        ),
        wrong(
            "The true plan is the mean of the two.",
            "If both are best, their mean is one more best plan, no truer than either. If one is not best, "
            "the mean is not either.",
        ),
        wrong(
            "The masses did not add up to 1.",
            "With unequal masses there is no plan at all, and a good solver refuses. Ties are the usual "
            "reason.",
        ),
    ),
    Question(
        "Which of these is the set Π(P, Q) in the primal form?",
        wrong(
            "The joint law under which x and y are independent.",
            "That is one member, the careless plan. The infimum would have nothing to choose from.",
        ),
        wrong(
            "All maps T that send each x to one y.",
            "A map cannot split a pile. With piles of 0.7 and 0.3 and holes of 0.4 and 0.6 no map fits, "
            "but plans do.",
        ),
        wrong(
            "All functions f that rise no faster than 1.",
            "Those are the critics of the dual problem, chapter 06: there one takes a largest value over "
            "functions.",
        ),
        right(
            "All joint laws whose marginals are P and Q.",
            "Each says how much goes from x to y; the marginals say that all piles are emptied and all "
            "holes filled.",
        ),
    ),
    Question(
        "The lecture calls the primal problem intractable. Of which problem is that true?",
        wrong(
            "Of every problem with more than a few hundred points: the set of plans is immense.",
            "The set is immense, and linear programming does not search it table by table. The chapter "
            "solved one with a million unknowns.",
        ),
        right(
            "Of two laws in many dimensions that have a density, or that are known only through samples.",
            "Ten cells along each axis make 10 to the power 2d unknowns. That is where critics, samples "
            "and gradient steps come in.",
        ),
        wrong(
            "Of the primal only: the dual problem searches a small set.",
            "The dual searches functions, a set just as infinite. It gains a form that samples and "
            "gradient steps can climb.",
        ),
        wrong(
            "Of none: with a larger computer any W1 can be found exactly.",
            "For finite sets yes. A law that is known only through samples has a sampling floor, whatever "
            "the computer.",
        ),
    ),
    Question(
        "The uniform law of a square moves right by one side. What is true of the optimal plan?",
        wrong(
            "It is a density on the space of pairs, positive everywhere.",
            "That describes the careless plan. The optimal one never changes height, so it puts no mass "
            "elsewhere.",
        ),
        wrong(
            "It does not exist, as the integral in the lecture needs a density.",
            "It exists: carry every point by the shift. It is the integral with a density that asks too "
            "much.",
        ),
        right(
            "It is a measure on a set without volume, so it has no density.",
            "Its pairs keep their height, and such pairs have no volume among all pairs. Marginals are "
            "defined without any density.",
        ),
    ),
    Question(
        "Two batches of 85 images have W1 = 2. What do you need before you call their laws different?",
        right(
            "W1 between two batches of the same size from one and the same law.",
            "That is the sampling floor: what the distance of a law from itself looks like at this size.",
        ),
        wrong(
            "Nothing: W1 is 0 if and only if the laws are equal.",
            "True of the laws. These are samples, and two samples of one law are hardly ever equal.",
        ),
        wrong(
            "The optimal plan, to see whether the moves are long.",
            "The mean length of the moves is W1, which you have. Long compared with what?",
        ),
        wrong(
            "A second solver, to make sure of the number.",
            "The gap already proves the number. What it means for the laws is another question.",
        ),
    ),
]
