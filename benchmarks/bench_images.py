"""Does the critic's estimate follow the quality of pictures over a training, and does a GAN's loss?

Figures 3 and 4 of the WGAN paper at classroom size: convolutions on the bundled 8x8 digits. Twenty times in a
run, the mean of what the loss says since the last look is put beside the Frechet distance of 600 generated
pictures from 600 held-out ones, in the features of a classifier trained here; then their rank correlation.
The quality at the end, that of a perceptron on the same digits, and real pictures a second that the critic is
shown at 8x8 and at 28x28, are kept too. Writes
wgan_edu/results/images.json, which chapter 11 reads.

    python benchmarks/bench_images.py     about four minutes of processor time

Aims, medians of five seeds on which nothing was chosen: rank correlation at least 0.6 for the WGAN, at most
0.5 for the GAN; for perceptrons at least 0.6 where the critic keeps up, at most -0.6 where it does not. A
missed aim ends the program with status 1.
"""

import datetime
import json
import os
import platform
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from scipy.stats import spearmanr

import wgan_edu
from wgan_edu.classifier import train_classifier
from wgan_edu.devices import choose_device
from wgan_edu.image_metrics import class_coverage, copying, frechet_distance, precision_recall
from wgan_edu.images import digits_8, digits_28
from wgan_edu.lipschitz import Constraint
from wgan_edu.training import PRESETS, TrainState, train

RESULTS = Path(wgan_edu.__file__).parent / "results" / "images.json"
SEEDS = range(10, 15)
LOOKS = 20
WGAN = PRESETS["digits_conv"]
GAN = replace(
    WGAN, loss="gan_nonsaturating", constraint=Constraint(), betas=(0.5, 0.999), lr_critic=3e-4,
    lr_generator=3e-4, n_critic=1, decay_from=1.0, ema_decay=0.0,
)  # fmt: skip
KINDS = {
    "WGAN": WGAN, "GAN": GAN, "WGAN, longer": replace(WGAN, generator_steps=800),
    "perceptron, n_critic 1": PRESETS["digits"],
    "perceptron, n_critic 3": replace(PRESETS["digits"], n_critic=3, generator_steps=900),
}  # fmt: skip
AIMS = {
    "WGAN": ("at least", 0.6), "GAN": ("at most", 0.5),
    "perceptron, n_critic 1": ("at most", -0.6), "perceptron, n_critic 3": ("at least", 0.6),
}  # fmt: skip


def one_run(config, seed: int, judge, train_on, held_out) -> dict[str, object]:
    state, said, looks = TrainState.create(replace(config, seed=seed), train_on), [], []
    real = held_out.points()
    features = judge.features(real)
    start = time.process_time()
    for step in train(state):
        said.append(step.critic_gap if config.loss == "wgan" else step.critic_loss)
        if step.step % (config.generator_steps // LOOKS) == 0:
            fake = state.sample(len(real), seed=1, averaged=False)
            distance = frechet_distance(judge.features(fake), features)
            looks.append([step.step, float(np.mean(said)), distance])
            said = []
    fake = state.sample(len(real), seed=1)
    found, classes = (
        precision_recall(features, judge.features(fake)),
        class_coverage(judge.probabilities(fake)),
    )
    steps, loss, distance = np.transpose(looks)
    return {
        "seed": seed, "steps": steps.tolist(), "loss": loss.tolist(), "frechet": distance.tolist(),
        "correlation": float(spearmanr(loss, distance).statistic),
        "end": {
            "frechet": frechet_distance(judge.features(fake), features), "precision": found.precision,
            "recall": found.recall, "classes": classes.covered, "confident": classes.confident,
            "copying": copying(fake, train_on.points(), real),
        },
        "seconds": time.process_time() - start,
    }  # fmt: skip


def pictures_a_second(network: str, hidden: tuple[int, ...], data, device: str, steps: int = 12) -> float:
    """Real pictures that the critic is shown in a second of the plain loop, at batch 64."""
    config = replace(PRESETS["wgan_gp"], network=network, hidden=hidden, z_dim=64, generator_steps=steps + 2)
    state = TrainState.create(config, data, device)
    run = train(state)
    next(run), next(run)
    before, start = state.critic_steps, time.perf_counter()
    last = [step.critic_gap for step in run][-1]  # reading it waits for the device
    assert np.isfinite(last)
    return (state.critic_steps - before) * config.batch_size / (time.perf_counter() - start)


def main() -> None:
    torch.set_num_threads(1)
    device = choose_device()
    print(device)
    train_on, held_out = digits_8(), digits_8("test")
    judge = train_classifier(train_on.points(), train_on.labels, seed=0)
    runs = {}
    for name, config in KINDS.items():
        runs[name] = [one_run(config, seed, judge, train_on, held_out) for seed in SEEDS]
        for run in runs[name]:
            print(name, run["seed"], f"{run['correlation']:+.2f}", f"{run['seconds']:.0f} s", run["end"])
    speed = {}
    for side, data in {"8x8": digits_8(device=device.name), "28x28": digits_28(device=device.name)}.items():
        for network, hidden in {"conv": (32, 64), "mlp": (256, 256)}.items():
            speed[f"{network} {side}"] = pictures_a_second(network, hidden, data, device.name)
            print(f"{network} at {side}: {speed[f'{network} {side}']:,.0f} pictures a second")
    versions = {
        "device": device.hardware, "python": platform.python_version(), "torch": torch.__version__,
        "numpy": np.__version__, "date": datetime.date.today().isoformat(),
    }  # fmt: skip
    content = {
        "versions": versions, "seeds": [*SEEDS],
        "judge": judge.accuracy(held_out.points(), held_out.labels),
        "pictures a second": {device.name: speed}, "runs": runs,
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(content, indent=1) + "\n")
    missed = 0
    for name, (how, aim) in AIMS.items():
        median = statistics.median(run["correlation"] for run in runs[name])
        print(f"{name}: median rank correlation {median:+.2f}, aim {how} {aim}")
        missed += median < aim if how == "at least" else median > aim
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
