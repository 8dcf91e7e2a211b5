"""`python -m wgan_edu train`: a folder is a run, and no stop loses it."""

import csv
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from wgan_edu import headless, images
from wgan_edu.__main__ import main
from wgan_edu.checkpoint import checkpoints, newest
from wgan_edu.data import ring_of_8
from wgan_edu.training import PRESETS, TrainState

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _as_it_was():
    """The command sets handlers and threads as a process of its own may."""
    with warnings.catch_warnings():
        yield


def train(folder, *words):
    return main(["train", "--out", str(folder), *map(str, words)])


def table(folder):
    with (folder / "metrics.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def pictures(folder):
    return {path.name: path.read_bytes() for path in (folder / "samples").iterdir()}


WORDS = ("--data", "ring", "--steps", 40, "--report", 10, "--device", "cpu")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of 40 steps that nobody stopped."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert train(folder, *WORDS) == 0
    return folder


def test_a_run_fills_its_folder(whole, capsys):
    assert sorted(path.name for path in whole.iterdir()) == [
        "checkpoints",
        "metrics.csv",
        "run.json",
        "samples",
    ]
    rows = table(whole)
    assert [row["step"] for row in rows] == ["10", "20", "30", "40"]
    assert float(rows[-1]["w1"]) > 2 * float(rows[-1]["w1_floor"]) > 0, "forty steps do not teach much"
    assert sorted(pictures(whole)) == [f"step-{step:06d}.png" for step in (10, 20, 30, 40)]
    assert all(content[:8] == b"\x89PNG\r\n\x1a\n" for content in pictures(whole).values())
    state = newest(whole / "checkpoints", ring_of_8())
    assert state.generator_steps == 40
    assert state.config.generator_steps == 40
    assert len(checkpoints(whole / "checkpoints")) == 2


def test_a_longer_run_goes_on_and_has_no_row_twice(whole, tmp_path, capsys):
    assert train(tmp_path / "a", *WORDS, "--seed", 3) == 0
    assert train(tmp_path / "a", "--resume", "--steps", 60, "--report", 10) == 0
    assert [row["step"] for row in table(tmp_path / "a")] == ["10", "20", "30", "40", "50", "60"]
    assert newest(tmp_path / "a" / "checkpoints", ring_of_8()).config.seed == 3
    assert table(tmp_path / "a")[0] != table(whole)[0]
    before = (tmp_path / "a" / "metrics.csv").read_bytes()
    capsys.readouterr()
    assert train(tmp_path / "a", "--resume") == 0
    assert "is done, 60 steps" in capsys.readouterr().out
    assert (tmp_path / "a" / "metrics.csv").read_bytes() == before


def test_resume_without_a_run_starts_one(tmp_path):
    assert train(tmp_path, *WORDS, "--resume", "--steps", 3) == 0
    assert newest(tmp_path / "checkpoints", ring_of_8()).generator_steps == 3


# --- stops ------------------------------------------------------------------------------------------


PAUSED = """
import sys, time
from wgan_edu import headless
from wgan_edu.__main__ import main

write_whole = headless.write_whole

def and_pause(path, content):
    write_whole(path, content)
    if path.name == sys.argv[1]:
        time.sleep(60)  # until the signal comes

headless.write_whole = and_pause
sys.exit(main(sys.argv[2:]))
"""


def stopped_at(step, stop, folder, *words):
    """Run the command, send its process a signal when the picture of a step is there, give what it said."""
    picture = folder / "samples" / f"step-{step:06d}.png"
    command = [sys.executable, "-c", PAUSED, picture.name, "train", "--out", str(folder), *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 120
    while not picture.exists():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.005)
    process.send_signal(stop)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def test_kill_9_then_resume_gives_the_same_table_and_pictures(whole, tmp_path):
    stopped_at(20, signal.SIGKILL, tmp_path, *WORDS, "--every", 0)
    assert newest(tmp_path / "checkpoints", ring_of_8()).generator_steps == 19, (
        "a step is saved after its report"
    )
    assert train(tmp_path, "--resume", "--report", 10) == 0
    assert table(tmp_path) == table(whole)
    assert pictures(tmp_path) == pictures(whole)


def test_a_row_after_the_last_checkpoint_is_written_again(whole, tmp_path):
    """Killed with a row for step 20 on the disk and a checkpoint of step 0."""
    stopped_at(20, signal.SIGKILL, tmp_path, *WORDS, "--every", 3600)
    assert newest(tmp_path / "checkpoints", ring_of_8()).generator_steps == 0
    assert train(tmp_path, "--resume", "--report", 10) == 0
    assert table(tmp_path) == table(whole)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_is_clean_and_says_how_to_go_on(whole, tmp_path, stop):
    folder = tmp_path / "my run"
    returncode, err = stopped_at(10, stop, folder, *WORDS)
    assert returncode == 130
    assert "Traceback" not in err
    assert f"To go on: python -m wgan_edu train --out '{folder}' --resume" in err
    state = newest(folder / "checkpoints", ring_of_8())
    assert f"Stopped at step {state.generator_steps}." in err
    assert train(folder, "--resume", "--report", 10) == 0
    assert table(folder) == table(whole)


def test_the_handlers_of_the_process_come_back(tmp_path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    train(tmp_path, *WORDS, "--steps", 1)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


# --- what is said -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "There is no run in {}: say with --data what a new one is to learn."),
        (["--data", "ring", "--preset", "best"], "preset must be one of 'wgan_clip'"),
        (["--data", "ring", "--steps", "0"], "generator_steps must be a whole number, at least 1; got 0."),
        (["--data", "ring", "--steps", "-3"], "generator_steps must be a whole number, at least 1; got -3."),
        (["--data", "ring", "--device", "mps"], "device 'mps' cannot be used"),
        (["--data", "ring", "--report", "0"], "report must be a whole number, at least 1; got 0."),
        (["--data", "ring", "--every", "-1"], "every must be at least 0; got -1."),
    ],
)
def test_what_makes_no_sense_gives_one_sentence(tmp_path, capsys, words, sentence):
    assert train(tmp_path / "run", *words) == 1
    _, err = capsys.readouterr()
    assert sentence.format(tmp_path / "run") in err
    assert err.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("words", [["--data", "cats"], ["--steps", "many"], ["--device", "tpu"], ["--fast"]])
def test_what_is_no_word_of_the_command_is_argparse_s(tmp_path, capsys, words):
    with pytest.raises(SystemExit) as caught:
        train(tmp_path, *words)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--data", "ring"], "holds a run: add --resume to go on with it, or use another folder."),
        (["--resume", "--data", "grid"], "has --data ring, and not grid: leave the word out"),
        (["--resume", "--preset", "wgan_gp"], "has --preset ring, and not wgan_gp"),
        (["--resume", "--seed", "1"], "has --seed 0, and not 1"),
    ],
)
def test_another_run_never_takes_a_folder(whole, capsys, words, sentence):
    before = {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    assert train(whole, *words) == 1
    assert sentence in capsys.readouterr().err
    assert {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"data": "ring", "preset": "x", "config": {}}'])
def test_a_folder_of_something_else_is_named(tmp_path, capsys, content):
    (tmp_path / "run.json").write_text(content)
    assert train(tmp_path, "--resume") == 1
    assert "run.json does not say what the run is" in capsys.readouterr().err


def test_a_damaged_checkpoint_is_told_of(tmp_path, capsys):
    train(tmp_path, *WORDS, "--steps", 3, "--every", 0)
    checkpoints(tmp_path / "checkpoints")[-1].write_bytes(b"")
    capsys.readouterr()
    assert train(tmp_path, "--resume") == 0
    assert "The checkpoint before it is used." in capsys.readouterr().err
    assert newest(tmp_path / "checkpoints", ring_of_8()).generator_steps == 3


def test_a_disk_that_is_full_does_not_stop_it(tmp_path, capsys, monkeypatch):
    def fails(*_, **__):
        raise OSError(28, "No space left on device")

    def write_plan(folder, plan):
        before(folder, plan)
        monkeypatch.setattr("os.replace", fails)

    before = headless._write_plan
    monkeypatch.setattr(headless, "_write_plan", write_plan)
    assert train(tmp_path, *WORDS) == 0
    err = capsys.readouterr().err
    assert err.count("The run cannot be saved") == 1
    assert err.count("Metrics and samples cannot be written") == 1
    assert "40/40" in err


def test_the_default_preset_is_that_of_the_data():
    for name in headless.DATA:
        assert headless.PRESET_FOR.get(name, name) in PRESETS
    request = headless.Request("nowhere", "digits")
    assert headless._plan(request).config == PRESETS["digits"]


# --- pictures ---------------------------------------------------------------------------------------


def test_the_digits_learn_to_be_digits(tmp_path):
    """A fifth of the run: more than half of the way from noise to the floor."""
    assert train(tmp_path, "--data", "digits", "--steps", 300, "--report", 150) == 0
    first = TrainState.create(PRESETS["digits"], images.digits_8())
    rows = table(tmp_path)
    before = headless.w1_exact(first.sample(500, 1), images.digits_8("test").sample(500, 3))
    floor = float(rows[-1]["w1_floor"])
    assert float(rows[-1]["w1"]) - floor < (before - floor) / 2
    assert len(pictures(tmp_path)) == 2


def test_where_nothing_can_be_downloaded_the_digits_stand_in(tmp_path, capsys, monkeypatch, home):
    def fails(*_):
        raise OSError("no network")

    monkeypatch.setattr(images, "_download", fails)
    assert train(tmp_path, "--data", "mnist", "--steps", 2) == 0
    assert "you get the bundled digits instead" in capsys.readouterr().err
    assert headless._read_plan(tmp_path / "run.json").data == "digits"
    assert train(tmp_path, "--resume", "--steps", 3) == 0


def test_the_command_names_all_data(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    out = capsys.readouterr().out
    assert all(name in out for name in headless.DATA)
    assert os.linesep in out
