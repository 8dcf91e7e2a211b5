"""What do the checks and the proof around exact W1 cost?

Measured: `w1_exact` on 1,000 against 1,000 points in the plane, which checks its input, builds the cost
matrix, solves and makes the potentials feasible, against a bare `ot.emd2` that is handed the same cost
matrix ready-made. Each round draws new points and times one after the other (A B A B ...), so that a machine
that slows down slows both; the first rounds are thrown away. One thread and processor time, so that neither
idle threads of the linear algebra library nor other programs count.

How to read it: the last line is the median over rounds of (time of w1_exact) / (time of ot.emd2). The stated
limit is 1.15; over it, the program ends with status 1. On a busy machine single rounds scatter widely and
the median moves by a few hundredths. Both calls must also give the same distance.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import ot
from threadpoolctl import threadpool_limits

from wgan_edu.transport import cost_matrix, w1_exact

POINTS = 1_000
WARM_UP = 3
ROUNDS = 40
LIMIT = 1.15


def timed(call: Callable[[], float]) -> tuple[float, float]:
    """Seconds of processor time, and what the call returned."""
    start = time.process_time()
    value = call()
    return time.process_time() - start, float(value)


def one_round(seed: int) -> tuple[float, float]:
    """Seconds of w1_exact and of ot.emd2 on the same new points."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(POINTS, 2))
    y = rng.normal(loc=(1.0, 0.5), size=(POINTS, 2))
    cost, uniform = cost_matrix(x, y), np.full(POINTS, 1 / POINTS)
    seconds, value = timed(lambda: w1_exact(x, y))
    bare_seconds, bare_value = timed(lambda: ot.emd2(uniform, uniform, cost))
    if not np.isclose(value, bare_value, rtol=1e-9, atol=0):
        raise SystemExit(f"Seed {seed}: w1_exact says {value}, ot.emd2 says {bare_value}.")
    return seconds, bare_seconds


def main() -> int:
    """Print the comparison; 1 if the limit is passed."""
    with threadpool_limits(1):
        rounds = [one_round(seed) for seed in range(WARM_UP + ROUNDS)][WARM_UP:]
    ours, bare = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratios = [seconds / bare_seconds for seconds, bare_seconds in rounds]
    ratio = statistics.median(ratios)
    print(f"{ROUNDS} rounds, {POINTS} against {POINTS} points in the plane, one thread")
    print(f"w1_exact   median {1e3 * ours:7.1f} ms")
    print(f"ot.emd2    median {1e3 * bare:7.1f} ms")
    print(f"ratio      median {ratio:.3f} (from {min(ratios):.3f} to {max(ratios):.3f}), limit {LIMIT}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
