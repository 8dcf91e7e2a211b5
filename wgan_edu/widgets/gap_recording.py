"""What a recording of "the gap closes" holds: plans, prices and steps of training, and what leads where.

On the line prices and plan do not ask for each other, nor do network and plan in the plane. So every plan on
the way to the best one is combined with every list of prices, or every step of training. The lists of prices:
flat ones and raised ones, from there pile by pile to the best ones, each also with one price changed, and
whatever the two buttons make of any of these. Used in 06_kantorovich_duality.
"""

import copy
from itertools import product
from typing import Any

import numpy as np
from torch import nn

from wgan_edu.checking import Array
from wgan_edu.transport import kantorovich_potential
from wgan_edu.widgets.bounds_game import BarrowPlan
from wgan_edu.widgets.recorded import SURFACE, Recording, nearest

__all__ = ["game_recording"]

STEP, LAST_STEP = 0.5, 60  # of a price; of the network
ROUND = 9  # decimals of a price
Prices = tuple[float, ...]
Links = dict[str, tuple[int, str]]


def game_recording(view: Any) -> Recording:
    """Record both games of a `GapCloses` from their beginning, with the games that it holds now."""
    where: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    links: list[Links] = []
    starts = {}
    for mode in sorted(("line", "plane"), key=lambda mode: bool(mode != view.mode)):
        view.show(mode)
        view.reset()
        starts[mode] = start = len(answers)
        for answer, place, leads in (_line if mode == "line" else _plane)(view, start):
            answers.append({name: value for name, value in answer.items() if name != "history"})
            where.append({"mode": mode, **place})
            links.append({**leads, "reset": (start, "")})
    verbs = sorted({verb for leads in links for verb in leads})
    return Recording(
        says="Recorded with one price changed at a time. Open the notebook to set them all as you like.",
        answers=answers,
        next=nearest(
            where,
            jumps={"show": starts},
            links={verb: [leads.get(verb, (-1, "")) for leads in links] for verb in verbs},
            grows={"history": ("lower", "upper")},
            set_price={"index": "", "value": "p{index}"},
        ),
        kept={"surface": SURFACE},
    )


def _line(view: Any, start: int) -> Any:
    """Each answer of the game on the line, where it is, and where the buttons lead."""
    game, (plans, improved) = view.line, _plans(view)
    lists, ways = _prices(view)
    row = {prices: start + len(plans) * k for k, prices in enumerate(lists)}
    for prices, (k, plan) in product(lists, enumerate(plans)):
        game.prices, game.plan = np.array(prices), BarrowPlan(plan, game.cost)
        links = {verb: (row[to] + k, says) for verb, (to, says) in ways[prices].items()}
        links["improve_plan"] = row[prices] + min(k + 1, len(plans) - 1), improved[k]
        where = {"plan": f"{k}", **{f"p{place}": price for place, price in enumerate(prices)}}
        yield view.now() | {"step": STEP}, where, links


def _prices(view: Any) -> tuple[list[Prices], dict[Prices, dict[str, tuple[Prices, str]]]]:
    """All lists of prices, and what the two buttons make of each."""
    game = view.line

    def after(prices: Prices, verb: str, *values: Any) -> tuple[Prices, str]:
        game.prices = np.array(prices)
        says = getattr(view, verb)(*values)["says"]
        return tuple(game.prices.round(ROUND).tolist()), says

    flat = tuple(game.prices.tolist())
    bases = [flat, after(flat, "raise_prices")[0]]
    piles = np.searchsorted(game.places, game.x[:, 0])
    best: Array = kantorovich_potential(game.x, game.y, game.a, game.b)(game.x)
    for place, price in zip(piles, best - best[0] + bases[1][piles[0]], strict=True):
        bases.append(after(bases[-1], "set_price", place, round(float(price), ROUND))[0])
    most = STEP * round(0.5 * np.ptp(game.places) / STEP)
    values = np.arange(-most, most + STEP / 2, STEP).tolist()
    edits = [after(base, "set_price", *edit)[0] for base, *edit in product(bases, range(len(flat)), values)]
    lists, ways = list(dict.fromkeys([*bases, *edits])), {}
    for prices in lists:  # which grows
        ways[prices] = {verb: after(prices, verb) for verb in ("nearest", "raise_prices")}
        lists += [to for to, _ in ways[prices].values() if to not in ways and to not in lists]
    return lists, ways


def _plane(view: Any, start: int) -> Any:
    """Likewise of the game in the plane; a critic that is no network stays as it is."""
    plans, improved = _plans(view)
    fresh, last = copy.deepcopy(view.plane), LAST_STEP if isinstance(view.plane.critic, nn.Module) else 0
    ways: dict[int, Links] = {step: {} for step in range(last + 1)}
    for rest in range(min(10, last)):
        view.plane = copy.deepcopy(fresh)
        for _ in range(rest):
            view.train(1)
        for step in range(rest, last - 9, 10):
            ways[step]["train 10"] = 10, view.train(10)["says"]
    view.plane = fresh
    for step in range(last + 1):
        here = start + len(plans) * step
        for k, plan in enumerate(plans):
            view.plane.plan = BarrowPlan(plan, view.plane.cost)
            answer = view.now()
            if k == 0 and step < last:
                trained = copy.deepcopy(view.plane)
                view.plane, now = trained, view.plane
                ways[step]["train 1"] = 1, view.train(1)["says"]
                view.plane = now
            links = {
                verb: (here + len(plans) * steps + k, says) for verb, (steps, says) in ways[step].items()
            }
            links["improve_plan"] = here + min(k + 1, len(plans) - 1), improved[k]
            yield answer, {"plan": f"{k}", "steps": f"{step}"}, links
        if step < last:
            view.plane = trained


def _plans(view: Any) -> tuple[list[Any], list[str]]:
    """The plans from the first to the best one, and what is said of the way on from each."""
    plans, says = [view.game.plan.barrows], [view.improve_plan()["says"]]
    while view.game.plan.barrows is not plans[-1]:
        plans.append(view.game.plan.barrows)
        says.append(view.improve_plan()["says"])
    return plans, says
