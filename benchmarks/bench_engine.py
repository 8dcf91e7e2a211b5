"""How much sooner do written-out gradients train a WGAN-GP than the textbook loop, and how near to the peak?

Three programs do the same work, n_critic = 5 critic steps and one generator step a round, batches of 64 from
the eight Gaussians, Adam, three hidden layers of width 64, 128 and 512, on one thread:

    textbook   the usual loop: three backward calls, a batch carried over in each step, Adam weight by
               weight; the fakes of the critic's steps are detached, so that the work is the same
    train      `train(state)` of the package, reports, counted randomness and a moving average included
    bare       the written-out gradients and the optimizers alone, on data that lies on the device

Prints and writes to wgan_edu/results/engine.json the ratios textbook / train and textbook / bare: medians of
interleaved rounds, with quartiles; processor seconds. The matrix products that a round needs are counted,
and held against the speed of one large product measured in the same round (the roofline).

    python benchmarks/bench_engine.py             about two minutes

Aims: 3, 2.2 and 1.4 times through `train`, 3.5, 2.5 and 1.5 times bare. A missed aim ends it with status 1.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from bench_critics import device

import wgan_edu
from wgan_edu.data import ring_of_8
from wgan_edu.fast_gradients import FlatPerceptron, critic_gradients_, generator_gradients_
from wgan_edu.lipschitz import GradientPenalty, gradient_penalty
from wgan_edu.networks import mlp_critic, mlp_generator
from wgan_edu.training import PRESETS, TrainState, train

RESULTS = Path(wgan_edu.__file__).parent / "results" / "engine.json"
WIDTHS = {64: 40, 128: 20, 512: 4}  # rounds of training in each measurement
REPEATS, BATCH, N_CRITIC = 15, 64, 5
AIMS = {"train": {64: 3.0, 128: 2.2, 512: 1.4}, "bare": {64: 3.5, 128: 2.5, 512: 1.5}}
CONSTRAINT = GradientPenalty(10.0)
RING = ring_of_8()


def textbook(width: int) -> Callable[[], None]:
    """One round of WGAN-GP as tutorials write it."""
    generator, critic = mlp_generator(2, 2, (width,) * 3), mlp_critic(2, (width,) * 3)
    adams = [
        torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.0, 0.9)) for network in (critic, generator)
    ]
    device, batches = torch.device("cpu"), iter(range(10**9))

    def one_round() -> None:
        for _ in range(N_CRITIC):
            real = torch.tensor(RING.sample(BATCH, next(batches)), dtype=torch.float32).to(device)
            critic.zero_grad()
            (-critic(real).mean()).backward()
            fake = generator(torch.randn(BATCH, 2, device=device)).detach()
            critic(fake).mean().backward()
            (10 * gradient_penalty(critic, real, fake)).backward()
            adams[0].step()
        generator.zero_grad()
        (-critic(generator(torch.randn(BATCH, 2, device=device))).mean()).backward()
        adams[1].step()

    return one_round


def bare(width: int) -> Callable[[], None]:
    """One round of the written-out gradients and the optimizers, and nothing else."""
    networks = mlp_critic(2, (width,) * 3), mlp_generator(2, 2, (width,) * 3)
    critic, generator = (FlatPerceptron(network) for network in networks)
    adams = [
        torch.optim.Adam([one.flat], lr=1e-4, betas=(0.0, 0.9), fused=True) for one in (critic, generator)
    ]
    pool = torch.tensor(RING.sample(50_000), dtype=torch.float32)

    def one_round() -> None:
        for _ in range(N_CRITIC):
            real = pool[torch.randint(len(pool), (BATCH,))]
            with torch.no_grad():
                fake = generator.forward(torch.randn(BATCH, 2))[-1]
            critic_gradients_(critic, real, fake, torch.rand(BATCH), CONSTRAINT)
            adams[0].step()
        generator_gradients_(generator, critic, torch.randn(BATCH, 2))
        adams[1].step()

    return one_round


def package(width: int) -> Callable[[], None]:
    """One round of `train(state)` with everything that it does."""
    config = replace(PRESETS["wgan_gp"], hidden=(width,) * 3, generator_steps=10**6, ema_decay=0.99)
    steps = train(TrainState.create(config, RING))

    def one_round() -> None:
        next(steps)

    return one_round


def products_of_a_round(width: int) -> float:
    """Floating-point operations of the matrix products that a round cannot do without."""
    dense = {
        kind: 2 * sum(w.numel() for w in network.parameters() if w.ndim == 2)
        for kind, network in {
            "critic": mlp_critic(2, (width,) * 3), "generator": mlp_generator(2, 2, (width,) * 3)
        }.items()
    }  # fmt: skip
    # of 3 B rows: forward, backward, weights; of B rows: the tangents; and the fakes
    critic_step = BATCH * ((3 + 3 + 3 + 1) * dense["critic"] + dense["generator"])
    return N_CRITIC * critic_step + BATCH * (2 * dense["critic"] + 3 * dense["generator"])


def seconds_of(work: Callable[[], None], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


def roofline() -> float:
    """Operations a second of one large product of single-precision matrices."""
    a, b = torch.randn(512, 512), torch.randn(512, 512)
    return 2 * 512**3 / seconds_of(lambda: torch.mm(a, b), 10)


def quartiles(values: list[float]) -> dict[str, float]:
    low, middle, high = statistics.quantiles(values, n=4)
    return {"median": middle, "low": low, "high": high}


def measure(width: int) -> dict[str, object]:
    programs = {"textbook": textbook(width), "train": package(width), "bare": bare(width)}
    for work in programs.values():
        seconds_of(work, WIDTHS[width])  # warm
    rounds: list[dict[str, float]] = []
    for _ in range(REPEATS):
        rounds.append({name: seconds_of(work, WIDTHS[width]) for name, work in programs.items()})
        rounds[-1]["peak"] = roofline()
    needed = products_of_a_round(width)
    return {
        "milliseconds": {name: quartiles([1e3 * one[name] for one in rounds]) for name in programs},
        "ratio": {
            name: quartiles([one["textbook"] / one[name] for one in rounds]) for name in ("train", "bare")
        },
        "share_of_peak": {
            name: statistics.median(needed / one[name] / one["peak"] for one in rounds) for name in programs
        },
    }


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    widths, missed = {}, 0
    for width in WIDTHS:
        widths[str(width)] = found = measure(width)
        print(f"width {width}: a round of textbook {found['milliseconds']['textbook']['median']:.2f} ms")
        for name, aims in AIMS.items():
            ratio, share = found["ratio"][name], found["share_of_peak"][name]
            verdict = "met" if ratio["median"] >= aims[width] else "missed"
            missed += verdict == "missed"
            print(
                f"  {name:6s} {ratio['median']:.2f} times as fast "
                f"({ratio['low']:.2f} to {ratio['high']:.2f}), "
                f"{share:.0%} of the peak; aim {aims[width]} {verdict}"
            )
        print(f"  textbook reaches {found['share_of_peak']['textbook']:.0%} of the peak")
    RESULTS.parent.mkdir(exist_ok=True)
    content = {"versions": device(), "batch": BATCH, "n_critic": N_CRITIC, "repeats": REPEATS}
    RESULTS.write_text(json.dumps({**content, "widths": widths}, indent=1) + "\n")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
