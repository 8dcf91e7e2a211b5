"""How much of exact W1 does a critic find on two samples that stay, and how much does it prove?

Ten ways to hold a critic, four pairs, five seeds that no setting was chosen on; 1,000 points a side in the
plane, all the digits. For each run: the raw estimate, the certified lower bound (c-transform, float64), exact
W1 of the very same samples (linear program), what the zero critic certifies, the raw estimate on new points,
and processor seconds on one thread. Writes wgan_edu/results/critics.json, which chapter 08 reads.

    python benchmarks/bench_critics.py            about five minutes of processor time
    python benchmarks/bench_critics.py --search   behind the learning rates: three a method, another seed

Aims, medians of five seeds by the best method: certified at least 99 % of exact W1 within 2 s on the shift
and within 4 s on the grid, 97.5 % on the digits, 95 % on the shifted grid; raw estimates of orthonormal
GroupSort at most W1 (1 + 1e-5). A missed aim ends the program with status 1.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy
import torch

import wgan_edu
from wgan_edu.fixed_pairs import PAIRS, Pair, fixed_pair, judge, train_critic
from wgan_edu.lipschitz import (
    Constraint,
    GradientPenalty,
    OrthonormalGroupSort,
    SpectralNormalization,
    WeightClipping,
    WeightNormalization,
    lipschitz_upper_bound,
)
from wgan_edu.networks import mlp_critic
from wgan_edu.normalization import Cones
from wgan_edu.transport import certify

RESULTS = Path(wgan_edu.__file__).parent / "results" / "critics.json"
SEEDS = range(5)
SEARCH_SEED, RATES = 100, (2e-3, 5e-3, 2e-2)
CENTERS = 300  # of the cones

CONSTRAINTS = {
    "clipping at 0.01": WeightClipping(0.01),
    "clipping at 0.1": WeightClipping(0.1),
    "Frobenius norm 1": WeightNormalization("frobenius"),
    "row norm 1": WeightNormalization("row"),
    "spectral norm 1": SpectralNormalization(),
    "orthonormal, GroupSort": OrthonormalGroupSort(),
    "penalty, two-sided": GradientPenalty(10.0),
    "penalty, one-sided": GradientPenalty(10.0, one_sided=True),
    "penalty at data": GradientPenalty(10.0, at="data"),
    "cones": Constraint(),
}
USUAL = {"hidden": (64, 64, 64), "steps": 300, "batch_size": 256, "betas": (0.0, 0.9), "decay_from": 0.5}
SLOWER = {"Frobenius norm 1", "spectral norm 1", *(name for name in CONSTRAINTS if "penalty" in name)}
SETTINGS = {name: {**USUAL, "lr": 2e-3 if name in SLOWER else 5e-3} for name in CONSTRAINTS}  # by --search
SETTINGS["orthonormal, GroupSort"] |= {"hidden": (32, 32), "betas": (0.9, 0.99)}
SETTINGS["cones"] |= {"hidden": (), "steps": 200, "batch_size": 1000, "betas": (0.9, 0.99), "lr": 2e-2}
AIMS = {"shift": (0.99, 2.0), "grid": (0.99, 4.0), "shifted grid": (0.95, np.inf), "digits": (0.975, np.inf)}


def untrained(name: str, pair: Pair, hidden: tuple[int, ...], seed: int) -> torch.nn.Module:
    """The critic of a method before its first step."""
    if name == "cones":
        both = np.concatenate([pair.x, pair.y])
        chosen = np.random.default_rng(seed).permutation(len(both))[:CENTERS]
        return Cones(torch.as_tensor(both[chosen], dtype=torch.float32))
    return CONSTRAINTS[name].wrap(mlp_critic(pair.x.shape[1], hidden, seed))


def one_run(name: str, where: str, pair: Pair, new: Pair, seed: int, **setting) -> dict[str, object]:
    hidden = setting.pop("hidden")
    setting["batch_size"] = min(setting["batch_size"], len(pair.x), len(pair.y))
    start = time.process_time()
    critic = untrained(name, pair, hidden, seed)
    for _ in train_critic(critic, CONSTRAINTS[name], pair.x, pair.y, seed=seed, **setting):
        pass
    seconds = time.process_time() - start
    verdict = judge(critic, pair)
    with torch.no_grad():
        values = [critic(torch.as_tensor(z, dtype=torch.float32)).mean().item() for z in (new.x, new.y)]
    return {
        "method": name, "pair": where, "seed": seed, "seconds": round(seconds, 3), "raw": verdict.raw,
        "certified": verdict.certified, "w1": pair.w1, "unseen": values[0] - values[1],
        "bound": lipschitz_upper_bound(critic),
    }  # fmt: skip


def search() -> None:
    """One seed, three learning rates a method: the mean certified share over two pairs decides."""
    pairs = {where: fixed_pair(where, SEARCH_SEED) for where in ("grid", "digits")}
    for name in CONSTRAINTS:
        shares = {}
        for lr in RATES:
            setting = {**SETTINGS[name], "lr": lr}
            runs = [one_run(name, where, pair, pair, SEARCH_SEED, **setting) for where, pair in pairs.items()]
            shares[lr] = statistics.mean(run["certified"] / run["w1"] for run in runs)
        print(name, {lr: round(share, 4) for lr, share in shares.items()}, flush=True)


def zero(points: np.ndarray) -> np.ndarray:
    return np.zeros(len(points))


def device() -> dict[str, str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return {
        "device": (models or [platform.processor() or platform.machine()])[0] + ", one thread",
        "load": f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        "python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__,
        "scipy": scipy.__version__, "date": datetime.date.today().isoformat(),
    }  # fmt: skip


def measure() -> list[dict[str, object]]:
    runs = []
    for where in PAIRS:
        for seed in SEEDS:
            pair, new = fixed_pair(where, seed), fixed_pair(where, 1000 + seed)
            baseline = certify(zero, pair.x, pair.y).value
            runs += [
                {**one_run(name, where, pair, new, seed, **SETTINGS[name]), "zero": baseline}
                for name in CONSTRAINTS
            ]
            print(where, seed, flush=True)
    return runs


def median(runs: list[dict[str, object]], where: str, name: str, value) -> float:
    return statistics.median(value(run) for run in runs if (run["pair"], run["method"]) == (where, name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", action="store_true")
    torch.set_num_threads(1)
    if parser.parse_args().search:
        return search()
    runs = measure()
    content = {"versions": device(), "seeds": [*SEEDS], "points": 1000, "centers": CENTERS}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**content, "settings": SETTINGS, "runs": runs}, indent=1) + "\n")
    missed = 0
    for where in PAIRS:
        print(f"{where}: certified and raw shares of exact W1, seconds; medians of {len(SEEDS)}")
        for name in CONSTRAINTS:
            proved = median(runs, where, name, lambda run: run["certified"] / run["w1"])
            raw = median(runs, where, name, lambda run: run["raw"] / run["w1"])
            seconds = median(runs, where, name, lambda run: run["seconds"])
            print(f"  {name:24s} {proved:7.2%} {raw:8.2%} {seconds:5.2f} s")
        share, limit = AIMS[where]
        best = max(
            (median(runs, where, name, lambda run: run["certified"] / run["w1"]), name)
            for name in CONSTRAINTS
            if median(runs, where, name, lambda run: run["seconds"]) <= limit
        )
        print(f"  aim {share:.1%} within {limit:g} s: {best[0]:.2%} by {best[1]}")
        missed += best[0] < share
    sorted_runs = [run for run in runs if run["method"] == "orthonormal, GroupSort"]
    most = max(run["raw"] / run["w1"] for run in sorted_runs)
    print(f"largest raw share of orthonormal GroupSort: {most:.7f}, aim at most 1.00001")
    sys.exit(missed or most > 1 + 1e-5)


if __name__ == "__main__":
    main()
