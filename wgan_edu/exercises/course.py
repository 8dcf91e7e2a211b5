"""What the course holds: its chapters and what each needs, and which exercise answers which seed question.

The seeds are the five documents that the course was made from: S0 and S2 are notes of two lectures
(*Wasserstein GANs*, *Saturation of GAN training*) with five self-assessment questions each, S1 an article, S3
slides with four algorithms and an argument for clipping, S4 an article with eight discussion points.
Taught in: 00_start_here.
"""

from typing import NamedTuple

from wgan_edu.exercises.frame import chapters, exercises_of
from wgan_edu.exercises.outcome import Table

__all__ = ["CHAPTERS", "SEEDS", "Chapter", "Seed", "before", "builds_on", "seed_table", "ways", "written"]

Place = tuple[float, float]
Link = tuple[str, str]  # what comes first, and for which chapter


class Chapter(NamedTuple):
    """One chapter: its name and question, what it needs and what merely helps, minutes, what it runs on.

    README, site and notebooks say the same, and tests hold them to it. No minutes: not yet written.
    """

    name: str
    question: str
    needs: tuple[str, ...]
    helps: tuple[str, ...] = ()
    minutes: int = 0
    device: str = "CPU"


CHAPTERS = {
    "00": Chapter("Start here", "Can a network learn by moving earth?", (), minutes=45),
    "01": Chapter("The manifold hypothesis", "Where does data live?", ("00",), minutes=75),
    "02": Chapter("The GAN game and JS", "What does a perfect discriminator measure?", ("00",), minutes=70),
    "03": Chapter(
        "Saturation",
        "Why does training stop exactly when the discriminator is best?",
        ("01", "02"),
        minutes=90,
    ),
    "04": Chapter(
        "Which distance?", "What would a softer distance look like?", ("00",), ("02", "03"), minutes=70
    ),
    "05": Chapter("The earth mover's distance", "What is the least work?", ("00",), ("04",), minutes=60),
    "06": Chapter("Kantorovich duality", "What would a shipper charge?", ("05",), minutes=100),
    "07": Chapter("Transport at scale", "What if there are a million points?", ("06",), minutes=75),
    "08": Chapter("Lipschitz critics", "How do you hold a network to slope 1?", ("06",), minutes=90),
    "09": Chapter("The WGAN", "What does each line of Algorithm 1 do?", ("06",), ("02", "08"), minutes=90),
    "10": Chapter("WGAN-GP", "What does clipping cost?", ("08", "09"), minutes=90),
    "11": Chapter(
        "Images on a GPU",
        "Does it scale to pictures?",
        ("10",),
        minutes=80,
        device="CPU; a GPU for MNIST",
    ),
    "12": Chapter("Conditional, controllable", "Can you ask for a seven?", ("11",), minutes=75),
    "13": Chapter("Do WGANs compute W1?", "Is the loss really W1?", ("10",)),
    "14": Chapter("Spot the bug", "Which of these famous lines is wrong?", ("10",)),
    "15": Chapter("Many GPUs", "What when one machine is not enough?", ("11",)),
}


class Seed(NamedTuple):
    """One question of a source: how it begins, in its own words, and the chapters that take it up."""

    words: str
    planned: tuple[str, ...]


SEEDS = {
    "S0.1": Seed("In your own words, explain the “Earth Mover's Distance” analogy", ("05",)),
    "S0.2": Seed("Write down the primal form ... Write down the dual form", ("05", "06")),
    "S0.3": Seed("What is the role of the “critic” in a WGAN?", ("09",)),
    "S0.4": Seed("What practical method was mentioned ... to enforce this constraint?", ("08", "09")),
    "S0.5": Seed("A single point mass at x = 0 ... and at x = θ. What is the JS divergence?", ("04",)),
    "S2.1": Seed("Explain the Manifold Hypothesis in your own words.", ("01",)),
    "S2.2": Seed("Describe the “perfect discriminator” problem.", ("03",)),
    "S2.3": Seed("Why does a perfect discriminator cause the generator's gradients to vanish?", ("03",)),
    "S2.4": Seed("What is meant by “training saturation”?", ("03",)),
    "S2.5": Seed("Why are f-divergences ... considered “harsh”?", ("04",)),
    "S3.1": Seed("Algorithm 1: WGAN", ("09",)),
    "S3.2": Seed("RMSProp", ("09",)),
    "S3.3": Seed("Penalize the gradient of f directly", ("08", "10")),
    "S3.4": Seed("Normalize the weights by the largest singular value", ("08",)),
    "S3.5": Seed("Clipping: if we find the sup for a K-Lipschitz function ... f/|K|", ("10",)),
    "S4.1": Seed("Why vanilla GAN suffers from Mode collapse and Vanishing Gradient", ("03", "09")),
    "S4.2": Seed("Comparison of KL, JS, TV divergences, Earth Mover's Distance", ("04", "05")),
    "S4.3": Seed("Earth Mover's Distance", ("05",)),
    "S4.4": Seed("W-Loss Derived from Earth Mover's Distance", ("09",)),
    "S4.5": Seed("How enforcing 1-Lipschitz Continuity ... forces W-Loss to be valid", ("06",)),
    "S4.6": Seed("1-Lipschitz Continuity, how 1 came to be for W-Loss", ("06",)),
    "S4.7": Seed("How to limit gradients of critic", ("08",)),
    "S4.8": Seed("Conditional and Controllable Generation", ("12",)),
}


def written() -> set[str]:
    """The chapters that stand: those that have exercises."""
    return set(chapters())


def before(key: str) -> set[str]:
    """All chapters that a chapter needs, and that those need in turn."""
    needs = CHAPTERS[key].needs
    return set(needs).union(*map(before, needs))


def builds_on(key: str) -> str:
    """What a chapter needs, and what merely helps, in words."""
    chapter = CHAPTERS[key]
    helps = f" ({' and '.join(chapter.helps)} help{'s' * (len(chapter.helps) == 1)})" if chapter.helps else ""
    return (", ".join(chapter.needs) or "nothing") + helps


def ways() -> tuple[dict[str, Place], dict[tuple[str, str], list[Place]]]:
    """A place for each chapter, and a way from each chapter to those that it is needed for or prepares.

    Chapters stand in rows, each below all that comes before it, and as near the middle of that as its row
    allows. A way through a row takes a place of its own in it, so no way runs through a chapter.
    """
    links = [(first, key) for key, it in CHAPTERS.items() for first in (*it.needs, *it.helps)]
    places: dict[str, Place] = {}
    passed: dict[Link, list[Place]] = {link: [] for link in links}

    def end(link: Link) -> float:
        """Where a way has come to so far, from left to right."""
        return (passed[link] or [places[link[0]]])[-1][0]

    for depth in range(max(map(_depth, CHAPTERS)) + 1):
        wish: dict[str | Link, float] = {}
        for link in links:
            if _depth(link[0]) < depth < _depth(link[1]):
                wish[link] = end(link)
        for key in CHAPTERS:
            if _depth(key) == depth:
                above = [end(link) for link in links if link[1] == key]
                wish[key] = sum(above) / max(len(above), 1)
        for one, x in _in_a_row(wish).items():
            if isinstance(one, str):
                places[one] = x, -float(depth)
            else:
                passed[one].append((x, -float(depth)))
    return places, passed


def _in_a_row(wish: dict[str | Link, float]) -> dict[str | Link, float]:
    """Places in the order of the wishes, far enough apart, and right on average."""
    order = sorted(wish, key=lambda one: (wish[one], one if isinstance(one, str) else one[1]))
    across: list[float] = []
    for i, one in enumerate(order):
        room = 1.0 if isinstance(one, str) and isinstance(order[i - 1], str) else 0.6
        across.append(max(wish[one], across[-1] + room) if i else wish[one])
    shift = (sum(wish.values()) - sum(across)) / len(order)
    return {one: x + shift for one, x in zip(order, across, strict=True)}


def seed_table() -> Table:
    """Which exercise answers which question of the sources, read from the exercises themselves."""
    there = [one for chapter in chapters() for one in exercises_of(chapter)]
    rows = []
    for key, seed in SEEDS.items():
        found = [f"{one.key} {one.title}" for one in there if key in one.seeds]
        to_come = [chapter for chapter in seed.planned if chapter not in written()]
        promise = [f"not yet written: chapter {' and '.join(to_come)}"] if to_come else []
        rows.append((key, seed.words, "; ".join(found + promise) or "no exercise yet"))
    return Table("Every question of the sources", ("Source", "Question", "Answered by"), rows)


def _depth(key: str) -> int:
    return 1 + max(map(_depth, CHAPTERS[key].needs + CHAPTERS[key].helps), default=-1)
