r"""Exercises and quiz of chapter 11, pictures.

Tasks: notebooks/11_images_on_gpu.ipynb. None of the seeds' questions belongs to it.
"""

from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.exercises.frame import NOT, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "by_the_kernel",
    "copy_share",
    "judged",
    "never_above_w2",
    "read_idx",
]

# --- 11.1 ---------------------------------------------------------------------------------------------


@exercise(
    "11.1",
    kind="by hand",
    title="What a kernel costs, and how steep it is",
    hints=(
        "A convolution has one kernel for each pair of an input and an output channel, and one bias for each "
        "output channel. A dense layer has one weight for each pair of numbers.",
        "With stride 2 and one pixel of padding, 28 becomes 14. Steepness: on a large picture that is 1 "
        "everywhere, every pixel away from the border becomes the sum of the nine weights.",
        "Fourth: the kernel as a matrix of one row has nine ones; its norm is that of the vector. Fifth: how "
        "much longer is the answer than the picture, if nearly all of its pixels are 9 times as large?",
    ),
    moral="The norm of the kernel, 3, is what a spectral normalization divides by that looks at the reshaped "
    "weight. The map itself stretches up to three times as much. A penalty on slopes has no such problem: it "
    "asks the critic itself.",
)
def by_the_kernel() -> list[float]:
    r"""Weights are shared over all places, and that is what both halves are about.

    - $28 \to 14 \to 7$: the side after two layers is 7.
    - From 1 to 24 channels: $24$ kernels of $3 \cdot 3$ weights, and $24$ biases: $240$.
    - A dense layer between the same numbers has $784$ inputs and $24 \cdot 14 \cdot 14 = 4704$ outputs, so
      $784 \cdot 4704 = 3687936$ weights.
    - Nine ones in a row: $\sqrt 9 = 3$.
    - A large picture of ones becomes 9 away from its border, so the map stretches it about 9 times; and no
      picture more, as nine shifted copies of it are added up, none of them longer than it is.
    """
    side = 28
    for _ in range(2):
        side = (side + 2 - 3) // 2 + 1
    kernel = np.ones((3, 3))
    weights, dense = 24 * kernel.size + 24, 28**2 * 24 * 14**2
    return [side, weights, dense, float(np.linalg.norm(kernel.reshape(1, 9), 2)), float(kernel.sum())]


for _side, _says in {
    14: "First: that is the side after one layer.",
    28: "First: stride 2 takes every second place.",
    6: "First: with one pixel of padding nothing is lost at the border: 28, 14, 7.",
    49: "First: that is how many pixels there are. The side was asked for.",
    13: "First: that is one layer, and without its pixel of padding.",
}.items():
    by_the_kernel.wrong([_side, ..., ..., ..., ...], says=_says)
for _weights, _says in {
    216: "Second: the 24 biases are missing.",
    24: "Second: each of the 24 channels has a kernel of nine weights, and a bias.",
    47040: "Second: the kernel is shared. It is not counted once for each place.",
}.items():
    by_the_kernel.wrong([..., _weights, ..., ..., ...], says=_says)
for _dense, _says in {
    18816: "Third: the output has 24 channels of 14 times 14 numbers, not 24 numbers.",
    153664: "Third: the output has 24 channels.",
    14751744: "Third: stride 2: the output's side is 14.",
}.items():
    by_the_kernel.wrong([..., ..., _dense, ..., ...], says=_says)
for _norm, _says in {
    9: "Fourth: that is the sum. The norm is the root of the sum of squares.",
    1: "Fourth: nine ones, not one. The norm of the row is the root of 9.",
}.items():
    by_the_kernel.wrong([..., ..., ..., _norm, ...], says=_says)
for _stretch, _says in {
    3: "Fifth: that is the norm of the kernel alone. The map adds up nine shifted copies of the picture.",
    81: "Fifth: every pixel becomes nine times as large, so the length does too. It is not squared.",
    1: "Fifth: a picture of ones becomes a picture of nines.",
    6.854: "Fifth: that is the map on pictures of 4 by 4, with their wide border. On large ones it is more.",
}.items():
    by_the_kernel.wrong([..., ..., ..., ..., _stretch], says=_says)

# --- 11.2 ---------------------------------------------------------------------------------------------


@exercise(
    "11.2",
    kind="code",
    title="Read a file of pictures",
    hints=(
        "`content[:4]` says what it is, `content[3]` how many sizes follow. Each size is four bytes, the "
        'most significant first: `int.from_bytes(content[4:8], "big")`.',
        "The pixels begin at `4 + 4 * ndim`. `np.frombuffer(content, np.uint8, offset=start)` reads them "
        "all, then `.reshape(shape)`.",
        "A download may be cut off, or be an error page. Compare `len(content) - start` with the product of "
        "the sizes, and the first three bytes with 0, 0, 8; `raise ValueError(...)` otherwise.",
    ),
    moral="A file from elsewhere is read by rules, and refused where it breaks them: a picture that is cut "
    "off must not become a smaller data set without a word. The package checks the SHA-256 as well, so a "
    "mirror cannot even send other pictures.",
)
def read_idx(content: bytes) -> Any:
    """The array in an IDX file of bytes: 0, 0, 8, how many sizes, the sizes big-endian, the bytes."""
    if len(content) < 4 or content[:3] != bytes([0, 0, 8]):
        raise ValueError("This is not an IDX file of bytes.")
    start = 4 + 4 * content[3]
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    if len(content) - start != np.prod(shape, dtype=object):
        raise ValueError("This is not a whole IDX file of bytes.")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _idx(array: Any) -> bytes:
    """A file that holds an array."""
    sizes = b"".join(int(size).to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + bytes(array.astype(np.uint8))


@read_idx.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(112)
    for shape in [(5, 4, 3), (7,), (2, 2), (300, 2, 2)]:
        array = rng.integers(256, size=shape).astype(np.uint8)
        got = np.asarray(answer(_idx(array)))
        expect(
            got.shape != (array.size,) or len(shape) == 1,
            "The bytes are there, and in one long row. Give them the shape that the header says.",
        )
        expect(
            got.size != array.size + 4 * len(shape) + 4 and got.size != array.size + 4 * len(shape),
            "Your pixels begin too early: the header, 4 bytes and 4 for each size, belongs to them.",
        )
        expect(
            got.shape == shape,
            f"The file holds {shape} bytes; yours has shape {got.shape}. Are the sizes read with the most "
            "significant byte first?",
        )
        expect(
            got.ndim == 1 or not np.array_equal(got, array.ravel().reshape(shape, order="F")),
            "The order is mixed up: the last size changes fastest, as NumPy reshapes by default.",
        )
        expect(
            got.min() >= 0,
            "Some of your pixels are negative: a byte goes from 0 to 255, so its type is `np.uint8`.",
        )
        expect(np.array_equal(got, array), "The shape is right, and the numbers are not those of the file.")
    whole = _idx(rng.integers(256, size=(6, 3, 3)))
    for broken, says in (
        (
            whole[:-5],
            "A file whose end is missing is read without a word. Refuse it: `raise ValueError(...)`.",
        ),
        (whole + b"123", "A file that is too long is read without a word. Refuse it."),
        (
            whole[:2] + b"\x0d" + whole[3:],
            "The third byte says which numbers follow, 8 for bytes. You read 13.",
        ),
        (
            b"<!DOCTYPE html><html>Not found</html>",
            "An error page is read as pictures. Look at the first bytes.",
        ),
        (b"", "A file without a single byte is read without a word. Refuse it."),
    ):
        expect(_refuses(answer, broken), says)


def _refuses(answer: Any, content: bytes) -> bool:
    """Whether a reader raises something for a broken file."""
    try:
        answer(content)
    except Exception:
        return True
    return False


def _parsed(content: bytes, order: Any = "big", kind: Any = np.uint8) -> tuple[Any, list[int]]:
    """Numbers and shape by slightly other rules; what is refused is refused here too."""
    if len(read_idx(content)) == 0:
        raise ValueError
    ndim = content[3]
    shape = [int.from_bytes(content[4 * i + 4 : 4 * i + 8], order) for i in range(ndim)]
    return np.frombuffer(content, kind, offset=4 * ndim + 4), shape


@read_idx.wrong(says="in one long row")
def _(content: bytes) -> Any:
    numbers, _ = _parsed(content)
    return numbers


@read_idx.wrong(says="Your pixels begin too early")
def _(content: bytes) -> Any:
    return np.frombuffer(content, np.uint8)


@read_idx.wrong(says="most significant byte first")
def _(content: bytes) -> Any:
    numbers, shape = _parsed(content, order="little")
    return np.resize(numbers, [min(size, 50) for size in shape])


@read_idx.wrong(says="The order is mixed up")
def _(content: bytes) -> Any:
    numbers, shape = _parsed(content)
    return numbers.reshape(shape, order="F")


@read_idx.wrong(says="Some of your pixels are negative")
def _(content: bytes) -> Any:
    numbers, shape = _parsed(content, kind=np.int8)
    return numbers.reshape(shape)


@read_idx.wrong(says="whose end is missing")
def _(content: bytes) -> Any:
    shape = [int.from_bytes(content[4 * i + 4 : 4 * i + 8], "big") for i in range(content[3])]
    numbers = np.frombuffer(content, np.uint8, offset=4 + 4 * content[3])
    whole = len(numbers) // int(np.prod(shape[1:]))
    return numbers[: whole * int(np.prod(shape[1:]))][: int(np.prod(shape))].reshape([whole, *shape[1:]])


@read_idx.wrong(says="which numbers follow, 8 for bytes")
def _(content: bytes) -> Any:
    start = 4 + 4 * content[3]
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    if len(content) - start != np.prod(shape):
        raise ValueError
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


# --- 11.3 ---------------------------------------------------------------------------------------------


@exercise(
    "11.3",
    kind="code",
    title="Copies",
    hints=(
        "First the distance of each picture from the training picture nearest to it, for the generated ones "
        "and for the held-out ones: two vectors.",
        "Then all pairs: in which share of them is the generated picture the nearer one? `d_fake[:, None] < "
        "d_real` is a table of all pairs.",
        "Ties count half: add half of the share of pairs with equal distances.",
    ),
    moral="No threshold, and no unit: 1/2 is what new pictures of the same law get on average, 1 is what "
    "copies get. It cannot tell copies from averages of a few training pictures, which lie near to all of "
    "them; look at the pairs as well.",
)
def copy_share(fake: Array, train: Array, held_out: Array) -> float:
    """How often a generated picture lies nearer to the training pictures than a held-out one; ties half."""
    d_fake = np.linalg.norm(fake[:, None] - train, axis=2).min(axis=1)
    d_real = np.linalg.norm(held_out[:, None] - train, axis=2).min(axis=1)
    nearer, level = d_fake[:, None] < d_real, d_fake[:, None] == d_real
    return float(nearer.mean() + level.mean() / 2)


@copy_share.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(113)
    sizes = ((8, 30, 11), (9, 25, 9), (6, 12, 17))
    samples = [tuple(rng.normal(size=(n, 3)) for n in row) for row in sizes]
    samples[0] = (0.4 * samples[0][0], *samples[0][1:])  # near to many, copies of none
    samples.append((samples[0][1][:8], samples[0][1], samples[0][2]))  # copies
    grid = [np.round(x) for x in (rng.normal(size=(9, 1)), rng.normal(size=(4, 1)), rng.normal(size=(8, 1)))]
    samples.append((grid[0], grid[1], grid[2]))  # many ties
    for fake, train, held_out in samples:
        got = answer(fake, train, held_out)
        expect(np.ndim(got) == 0, "The answer is one number, a share of all pairs.")
        if not same(got, copy_share(fake, train, held_out)):
            _explain_share(float(got), fake, train, held_out)


def _explain_share(got: float, fake: Array, train: Array, held_out: Array) -> None:
    """Say which mistake a share looks like."""
    d_fake, d_real = (np.linalg.norm(x[:, None] - train, axis=2) for x in (fake, held_out))
    near_fake, near_real = d_fake.min(axis=1), d_real.min(axis=1)
    less = float((near_fake[:, None] < near_real).mean())
    level = float((near_fake[:, None] == near_real).mean())
    between = np.linalg.norm(fake[:, None] - held_out, axis=2).min(axis=1)
    block = [np.abs(x[:, None] - train).sum(axis=2).min(axis=1) for x in (fake, held_out)]
    for value, message in (
        (less, "Ties: two pictures at the same distance count half, or copies among copies would get 0."),
        (less + level, "Ties count half, not whole."),
        (
            float((block[0][:, None] < block[1]).mean() + (block[0][:, None] == block[1]).mean() / 2),
            "You added up the differences of the coordinates. Distance here is that of a straight line, the "
            "root of the sum of squares.",
        ),
        (1 - less - level / 2, "The other way round: that is how often the *held-out* picture is nearer."),
        (
            float((d_fake.mean(axis=1)[:, None] < d_real.mean(axis=1)).mean()),
            "You took the mean distance from all training pictures. A copy is near to *one* of them.",
        ),
        (
            float((between[:, None] < near_real).mean()),
            "You took the distance from the held-out pictures. What a generator can copy is what it was "
            "trained on.",
        ),
        (
            float((near_fake == 0).mean()),
            "Only exact copies are counted. A copy with a little noise is one too.",
        ),
        (
            float(near_fake.mean() < near_real.mean()),
            "You compare two means, and get yes or no. The share is over all pairs.",
        ),
    ):
        expect(not same(got, value), message)
    expect(0 <= got <= 1, "A share lies between 0 and 1; yours does not.")
    expect(False, "Not the share of pairs in which the generated picture is the nearer one.")


def _nearest(x: Array, train: Array) -> Array:
    return np.asarray(np.linalg.norm(x[:, None] - train, axis=2).min(axis=1))


@copy_share.wrong(says="Ties: two pictures at the same distance")
def _(fake: Array, train: Array, held_out: Array) -> float:
    return float((_nearest(fake, train)[:, None] < _nearest(held_out, train)).mean())


@copy_share.wrong(says="Ties count half, not whole")
def _(fake: Array, train: Array, held_out: Array) -> float:
    return float((_nearest(fake, train)[:, None] <= _nearest(held_out, train)).mean())


@copy_share.wrong(says="The other way round")
def _(fake: Array, train: Array, held_out: Array) -> float:
    return float(1 - copy_share(fake, train, held_out))


@copy_share.wrong(says="near to *one* of them")
def _(fake: Array, train: Array, held_out: Array) -> float:
    d_fake, d_real = (np.linalg.norm(x[:, None] - train, axis=2).mean(axis=1) for x in (fake, held_out))
    return float((d_fake[:, None] < d_real).mean())


@copy_share.wrong(says="what it was trained on")
def _(fake: Array, train: Array, held_out: Array) -> float:
    return float((_nearest(fake, held_out)[:, None] < _nearest(held_out, train)).mean())


@copy_share.wrong(says="You compare two means")
def _(fake: Array, train: Array, held_out: Array) -> float:
    return float(_nearest(fake, train).mean() < _nearest(held_out, train).mean())


@copy_share.wrong(says="Only exact copies are counted")
def _(fake: Array, train: Array, held_out: Array) -> float:
    return float((_nearest(fake, train) == 0).mean())


@copy_share.wrong(says="straight line")
def _(fake: Array, train: Array, held_out: Array) -> float:
    d_fake, d_real = (np.abs(x[:, None] - train).sum(axis=2).min(axis=1) for x in (fake, held_out))
    return float((d_fake[:, None] < d_real).mean() + (d_fake[:, None] == d_real).mean() / 2)


# --- 11.4 ---------------------------------------------------------------------------------------------


@exercise(
    "11.4",
    kind="proof",
    title="Never above the squared W2",
    hints=(
        "Take any plan, that is, a joint law of (x, y). Write E|x - y|^2 by the means, the two covariances "
        "and the cross-covariance C = Cov(x, y). Nothing else of the plan enters.",
        "Which C are possible? The joint covariance of (x, y) has blocks A, C and B and must be positive "
        "semidefinite. For Gaussians every such C occurs: take the joint Gaussian.",
        "So over all plans of the two laws you minimize the same expression over a set of C that is at most "
        "as large as for Gaussians. For part 3 think of a coin with the values -1 and 1.",
    ),
    rubric=(
        Point(
            "the mean squared distance under a plan splits into means, covariances and the cross-covariance;",
            r"cross|cov(ariance)?\w*\s*\(?x|tr(ace)?\b|E\s*[\[(]?\s*x\W*(\\cdot|·|\^|T|y)|inner product"
            r"|⟨x|<x, ?y>",
            "Part 1: expand E|x - y|^2 for one plan. Which property of the plan is left?",
        ),
        Point(
            "so it depends on means and second moments only;",
            r"(only|nothing|just|sole|alone)[^.]{0,80}(mean|moment|covarianc|cross|C\b)"
            r"|(mean|moment|covarianc|cross|C\b)[^.]{0,60}(only|alone|nothing else)",
            "Part 1: say which numbers of the plan the cost depends on, and that nothing else enters.",
        ),
        Point(
            "the joint covariance matrix of any plan is positive semidefinite;",
            r"semi-?definite|psd|nonnegative definite|positive (semi)?definite|⪰|\\succeq|nonnegative "
            r"variance",
            "Part 2: which condition does the joint covariance of (x, y) obey, whatever the laws are?",
        ),
        Point(
            "for Gaussians every such cross-covariance occurs, by a joint Gaussian;",
            r"(joint|jointly|every|each|any|all)[^.]{0,100}gauss|gauss[^.]{0,100}(joint|every|each|any|all"
            r"|attain|occur|possible|realiz|reach)",
            "Part 2: for two Gaussians, which of these cross-covariances can occur?",
        ),
        Point(
            "a minimum over fewer cross-covariances is no smaller: the Frechet distance is a lower bound;",
            r"(small|few|sub)\w*[^.]{0,30}set|subset|fewer|minimum over|min\w* over|inf\w* over|at least|"
            r"lower bound|no smaller|at most|"
            r"larg\w*[^.]{0,30}set|smallest|≥|>=|≤|<=|\\ge|cannot be (less|smaller)|not (less|smaller)",
            "Part 2: compare the two minima: which one is over the larger set?",
        ),
        Point(
            "it can be 0 for different laws, such as a coin with values -1 and 1 and a standard Gaussian.",
            r"coin|(-|−|\\pm ?|±|minus )1|uniform|two[- ]point|rademacher|mixture|kurtosis|third moment|"
            r"skew|fourth",
            "Part 3: give two different laws of equal mean and variance.",
        ),
    ),
    slips=(
        Slip(
            r"(?:^|[.;:])(?![^.;:]*(?:\bif\b|\bwhen\b|\bwhere\b|" + NOT + r"))[^.;:]*?"
            r"(features?|laws?|they|activations)\s+"
            r"(are|must be|have to be)\s+(\w+\s+){0,2}gauss",
            "The features need not be Gaussian, and the inequality does not assume it. Only one of the two "
            "sides is about Gaussians.",
        ),
        Slip(
            r"(?:^|[.;:])(?![^.;:]*" + NOT + r")[^.;:]*?(zero|\b0\b|vanish\w*)[^.;:]{0,50}"
            r"(implies|means that|then|so|therefore)[^.;:]{0,30}(laws?|distributions?)\s+(are|is|must be)\s+"
            r"(\w+\s+)?(equal|the same|identical)",
            "It is 0 as soon as means and covariances agree. Find two different laws for which they do.",
        ),
        Slip(
            r"(?:^|[.;:])(?![^.;:]*" + NOT + r")[^.;:]*?(fr[eé]chet|\bFD\b|\bFID\b|it|this)[^.;:]{0,40}"
            r"(upper bound|overestimat|bounds? (\w+ )?from above)",
            "The other way round: it looks at fewer properties of the laws, and so it can only be smaller.",
        ),
    ),
)
def never_above_w2() -> None:
    r"""**Part 1.** Let $(x, y)$ follow any plan of the two laws, with means $m_a, m_b$, covariances $A, B$
    and cross-covariance $C = \mathrm{Cov}(x, y)$. Then
    $\mathbb E \|x - y\|^2 = \|m_a - m_b\|^2 + \mathrm{tr}(A) + \mathrm{tr}(B) - 2\, \mathrm{tr}(C)$. Of the
    plan only $C$ is left; means and covariances belong to the laws. Nothing else enters.

    **Part 2.** The joint covariance, with blocks $A, C, C^\top, B$, is positive semidefinite, whatever the
    laws are. For two Gaussians with the same means and covariances *every* such $C$ is possible: take the
    jointly Gaussian $(x, y)$ with this covariance. So the Gaussians minimize over the set of all such $C$,
    and the laws themselves over a subset of it. The minimum over a subset is no smaller: $W_2^2$ of the laws
    is at least $W_2^2$ of the Gaussians, which is the Frechet distance.

    **Part 3.** A coin with the values $-1$ and $1$ and a standard Gaussian have mean 0 and variance 1, so
    their Frechet distance is 0, while no plan brings a coin and a Gaussian together at cost 0. A Frechet
    distance of 0 does not say that the laws are equal.
    """


never_above_w2.wrong(
    "The features are Gaussian, so W2 squared is the closed form, and the Frechet distance is just that.",
    says="need not be Gaussian",
)
never_above_w2.wrong(
    "E|x - y|^2 splits into means, covariances and the cross-covariance only. The joint covariance is "
    "positive semidefinite, and every such one occurs for a joint Gaussian, a larger set. If the distance is "
    "zero then the laws are equal.",
    says="as soon as means and covariances agree",
)
never_above_w2.wrong(
    "The Frechet distance is an upper bound since it fits Gaussians, which are wider.",
    says="it can only be smaller",
)
never_above_w2.wrong(
    "W2 looks at the whole law and the Frechet distance at two moments, so it is smaller.",
    says="expand E|x - y|^2",
)
never_above_w2.wrong(
    "Under a plan E|x - y|^2 is the squared distance of the means plus tr A + tr B - 2 tr C, and of the plan "
    "only C enters. So the minimum over plans is at least the Gaussian one.",
    says="which condition does the joint covariance",
)
never_above_w2.wrong(
    "Under a plan E|x - y|^2 is the squared distance of the means plus tr A + tr B - 2 tr C, and of the plan "
    "only C enters. The joint covariance is positive semidefinite. For Gaussians every such C occurs, so "
    "theirs is the minimum over the larger set.",
    says="Part 3: give two different laws",
)

# --- 11.5 ---------------------------------------------------------------------------------------------


@exercise(
    "11.5",
    kind="prediction",
    title="Five judges, three cheats",
    hints=(
        "For each cheat ask what the judge looks at: nearest training pictures, the shares of the classes, "
        "two moments, or balls around points.",
        "A copy has distance 0 from the training pictures. Five classes of ten, evenly: KL of (1/5, ..., 0) "
        "from (1/10, ...).",
        "Recall counts the real pictures that lie in a ball around some generated one. With small balls, "
        "what of the five classes that are never generated?",
    ),
    moral="Each judge is blind to something: precision to what is missing, recall to what is false, the "
    "Frechet distance to everything but two moments, all of them to copying but the one that asks for it. So "
    "ask several, and look at the pictures.",
)
def judged() -> list[float]:
    r"""Each number follows from the definition.

    - Copies have distance 0, every held-out picture more: all pairs count, so the share is 1.
    - Five classes with a fifth each: $KL = \sum \frac15 \log \frac{1/5}{1/10} = \log 2 = 0.69$.
    - Every generated picture is real, and lies in the ball around itself: precision 1.
    - Half of the real pictures are of classes that are never generated, and no ball reaches them: recall one
      half.
    - Mean and variance agree: 0.
    """
    shares = np.repeat([0.2, 0.0], 5)
    kept = shares > 0
    return [1.0, float(np.sum(shares[kept] * np.log(shares[kept] / 0.1))), 1.0, 0.5, 0.0]


judged.wrong([0.5, ..., ..., ..., ...], says="First: one half is what *new* pictures get.")
judged.wrong([0, ..., ..., ..., ...], says="First: 0 means that they lie farther from the training pictures.")
judged.wrong([..., 0, ..., ..., ...], says="Second: 0 is for shares that are even over all ten classes.")
judged.wrong([..., 2.303, ..., ..., ...], says="Second: log 10 is for all pictures in one class.")
judged.wrong([..., 1.609, ..., ..., ...], says="Second: log 5 is the entropy of the shares. Even is log 10.")
judged.wrong([..., -0.693, ..., ..., ...], says="Second: the other sign. A KL is never negative.")
judged.wrong([..., 0.301, ..., ..., ...], says="Second: that is the logarithm to base 10. A nat has base e.")
judged.wrong([..., 1, ..., ..., ...], says="Second: one bit. This course counts in nats.")
judged.wrong(
    [..., 0.5, ..., ..., ...], says="Second: that is the share of the classes. KL is a mean of logs."
)
judged.wrong([..., ..., 0.5, ..., ...], says="Third: precision does not ask what is missing.")
judged.wrong([..., ..., 0, ..., ...], says="Third: each of its pictures is a real one. What more can it do?")
judged.wrong([..., ..., ..., 1, ...], says="Fourth: recall asks what is missing, and five classes are.")
judged.wrong([..., ..., ..., 0, ...], says="Fourth: the other half is found.")
judged.wrong([..., ..., ..., ..., 1], says="Fifth: 1 is the variance of both. They agree in it.")
judged.wrong(
    [..., ..., ..., ..., 0.404],
    says="Fifth: that is the true squared W2 of the two laws. The Frechet distance sees two moments only.",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "Why does the critic of a WGAN-GP have no batch normalization?",
        wrong(
            "It would be slower.",
            "It costs little. The trouble is what it does to the meaning of the penalty.",
        ),
        right(
            "With it, f(x) depends on the other pictures in the batch, and the penalty is about f at one "
            "picture.",
            "The gradient of one answer in one picture would no longer be all there is. Layer or group "
            "normalization keeps pictures apart.",
        ),
        wrong(
            "Batch normalization makes every network 1-Lipschitz already.",
            "It divides by a standard deviation, which can be small: it can make a network as steep as it "
            "likes.",
        ),
    ),
    Question(
        "A generator's Frechet distance is 3. Is that good?",
        wrong(
            "Yes: published values of good models lie below 10.",
            "Those are with the features of Inception-v3 on 50,000 pictures. Other features, other numbers.",
        ),
        wrong(
            "No: a perfect generator gets 0.",
            "A perfect generator gets the floor, what two samples of real pictures have between them. It "
            "falls about as 1/n.",
        ),
        right(
            "It depends on the features and on the number of pictures: ask for the floor of the same size.",
            "Without features, n and floor the number says nothing.",
        ),
    ),
    Question(
        "The gap on training pictures grows, the gap on held-out ones falls. What is happening?",
        right(
            "The critic learns its training pictures by heart.",
            "The two differ by mean f(training) - mean f(held out), which is about 0 for a critic that "
            "generalizes.",
        ),
        wrong(
            "The generator has collapsed.",
            "Both gaps have the same generated pictures in them. What differs is the real side.",
        ),
        wrong(
            "The samples become better.",
            "Then both gaps would fall, as both have the same generated pictures in them.",
        ),
    ),
    Question(
        "Which of these must a checkpoint of this course hold, for the resumed run to have the same bits?",
        wrong(
            "The state of torch's random generator.",
            "Randomness is found by counting steps, so the counters are enough.",
        ),
        right(
            "Both networks, the moving average, both optimizers' moments, and the counters.",
            "Leave out any of them and the next steps differ. A test of the course leaves out each in turn.",
        ),
        wrong(
            "The two networks.",
            "Adam would begin with moments of 0 and take another first step.",
        ),
    ),
    Question(
        "Exact W1 in pixels of some pictures to held-out ones is below the floor of real pictures. Then they "
        "are",
        wrong(
            "better than real ones.",
            "Real pictures of the same size get the floor, on average. Below it something else is going on.",
        ),
        right(
            "smoother than real ones, or lucky.",
            "A mean of several real pictures is nearer to most pictures than a real one. Recall in features "
            "sees the difference.",
        ),
        wrong(
            "copies of the held-out pictures.",
            "That would do it: copies of half of them bring W1 to about half of the floor. But those were "
            "never shown, and that is what holding out is for.",
        ),
    ),
]
