"""Coming back: the same bits after a stop, a whole file after any kill, a run that survives its troubles."""

import gc
import hashlib
import io
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import warnings
import weakref
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from runs import bits

from wgan_edu import checkpoint
from wgan_edu.checkpoint import (
    BatchTooLarge,
    Damaged,
    Diverged,
    SavedRun,
    checkpoints,
    load,
    newest,
    resume,
    save,
)
from wgan_edu.data import ring_of_8
from wgan_edu.lipschitz import (
    Constraint,
    GradientPenalty,
    OrthonormalGroupSort,
    SpectralNormalization,
    WeightClipping,
    gradient_penalty,
)
from wgan_edu.training import TrainConfig, TrainState, critic_step, train

pytestmark = pytest.mark.usefixtures("one_thread")
RING = ring_of_8()
# Every field differs from its default, so that each one that is lost shows.
SMALL = TrainConfig(
    constraint=GradientPenalty(0.3, one_sided=True, at="data"),
    batch_size=16,
    n_critic=3,
    generator_steps=12,
    lr_critic=1e-2,
    lr_generator=2e-2,
    betas=(0.5, 0.99),
    decay_from=0.25,
    ema_decay=0.9,
    z_dim=3,
    hidden=(8,),
    seed=3,
)


def begun(config=SMALL, steps=5, extra=3):
    """A run that stopped in the middle of a turn, on its second attempt, between two looks at its numbers."""
    state = TrainState.create(config, RING)
    state.attempt, state.report_every = 1, 4
    list(itertools.islice(train(state), steps))
    for _ in range(extra):
        critic_step(state)
    return state


def finished(state):
    """The rest of a run: its reports and its last bits."""
    return list(train(state)), bits(state)


# --- the same bits ----------------------------------------------------------------------------------

CONFIGS = {
    "penalty": SMALL,
    "clipping": replace(SMALL, constraint=WeightClipping(0.05), optimizer="rmsprop"),
    "spectral": replace(SMALL, constraint=SpectralNormalization(), ema_decay=0.0),
    "groupsort": replace(SMALL, constraint=OrthonormalGroupSort()),
    "gan": replace(SMALL, loss="gan", constraint=Constraint(), decay_from=1.0),
}


STOPS = [(0, 0), (5, 0), (5, 1), (5, 3), (12, 0)]  # generator steps, and critic steps of the next turn


@pytest.mark.parametrize(
    ("config", "steps", "extra"),
    [
        *((SMALL, *stop) for stop in STOPS),
        *((config, 5, 1) for name, config in CONFIGS.items() if name != "penalty"),
    ],
)
def test_a_run_that_came_back_has_the_same_bits(config, steps, extra, tmp_path):
    expected = finished(begun(config, steps, extra))
    stopped = begun(config, steps, extra)
    before = bits(stopped)
    save(stopped, tmp_path / "run.pt")
    assert bits(stopped) == before, "saving changes nothing"
    again = load(tmp_path / "run.pt", RING)
    assert bits(again) == before
    assert again.config == config
    assert finished(again) == expected
    assert len(expected[0]) == 12 - steps


def test_seconds_go_on(tmp_path):
    state = begun()
    again = load(save(state, tmp_path / "run.pt"), RING)
    assert again.seconds == state.seconds > 0
    assert next(train(again)).seconds > state.seconds


def missing(name, monkeypatch):
    """Let both saving and loading know nothing of one part."""
    monkeypatch.setattr(checkpoint, "PARTS", tuple(part for part in checkpoint.PARTS if part != name))
    monkeypatch.setattr(checkpoint, "FIELDS", tuple(one for one in checkpoint.FIELDS if one != name))


@pytest.mark.parametrize("name", [*checkpoint.PARTS, *checkpoint.FIELDS])
def test_each_saved_part_matters(name, tmp_path, monkeypatch):
    """Stopped after step 5, the next reports repeat the latest; after step 7, the next reads new numbers."""
    expected = [finished(begun(steps=steps)) for steps in (5, 7)]
    stopped = [begun(steps=steps) for steps in (5, 7)]
    spent = stopped[0].seconds
    missing(name, monkeypatch)
    again = [load(save(state, tmp_path / "run.pt"), RING) for state in stopped]
    if name == "seconds":
        assert again[0].seconds < spent
    else:
        assert [*map(finished, again)] != expected


@pytest.mark.parametrize("name", sorted({one.name for one in fields(TrainConfig)} - {"betas", "network"}))
def test_each_field_of_the_configuration_matters(name):
    """The betas are saved with the optimizers as well; the network decides the shape of all that is saved."""
    config = replace(SMALL, **{"loss": {"loss": "gan"}, "optimizer": {"optimizer": "rmsprop"}}.get(name, {}))
    expected = finished(begun(config))
    saved = checkpoint._unpacked(checkpoint._packed(begun(config)), "run.pt")
    default = getattr(TrainConfig(), name)
    assert getattr(config, name) != default
    try:
        again = checkpoint._rebuilt(saved, replace(config, **{name: default}), RING, "cpu", "run.pt")
        found = list(itertools.islice(train(again), 10)), bits(again)
    except (ValueError, KeyError):
        found = "networks of another shape, or another optimizer"
    assert found != expected
    assert isinstance(found, str) == (name in {"z_dim", "hidden", "optimizer"})


def test_nothing_of_a_run_is_forgotten():
    """A field that is added to a run must be saved, or be named here as one that need not be."""
    held = {one.name for one in fields(TrainState)} - {*checkpoint.PARTS, *checkpoint.FIELDS}
    made_again = {"config", "data", "device", "lock", "engine", "flat", "weights", "blocks"}
    assert held <= made_again


def test_the_thread_count_is_recorded(tmp_path):
    path = save(begun(), tmp_path / "run.pt")
    assert torch.load(path, weights_only=True)["threads"] == 1
    torch.set_num_threads(2)
    with pytest.warns(UserWarning, match=r"saved with 1 threads and torch has 2"):
        load(path, RING)


def test_any_torch_reads_the_file(tmp_path):
    state = begun()
    saved = torch.load(save(state, tmp_path / "run.pt"), weights_only=True)
    assert saved["generator_steps"] == 5
    assert TrainConfig.from_json(saved["config"]) == SMALL
    assert torch.equal(saved["generator"]["0.weight"], state.generator[0].weight)


def test_networks_stay_where_they_are(tmp_path):
    """Weights come in by copy: whoever holds them, such as an engine with views of them, holds them still."""
    state = begun()
    run = SavedRun(state, tmp_path)
    run.save()
    held = [weight.data_ptr() for weight in state.critic.parameters()]
    list(itertools.islice(train(state), 2))
    checkpoint._restore(state, checkpoint._unpacked(run._sound, ""))
    assert [weight.data_ptr() for weight in state.critic.parameters()] == held
    assert finished(state) == finished(begun())


# --- files that are not right -----------------------------------------------------------------------


class Bomb:
    """What runs code when it is unpickled without care."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def sealed(content):
    return content + checkpoint.MARK + hashlib.sha256(content).hexdigest().encode()


def pickled(thing):
    buffer = io.BytesIO()
    torch.save(thing, buffer)
    return buffer.getvalue()


BAD = {
    "empty": b"",
    "text": b"hello\n" * 30,
    "a torch file of another kind": pickled({"weights": torch.ones(3)}),
    "sealed text": sealed(b"hello"),
    "sealed, of another kind": sealed(pickled({"weights": torch.ones(3)})),
    "sealed, not a dictionary": sealed(pickled([1, 2])),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_foreign_file_gives_one_sentence(content, tmp_path):
    path = tmp_path / "run.pt"
    path.write_bytes(content)
    with pytest.raises(Damaged, match=r"run\.pt is not a (whole )?checkpoint of this course") as caught:
        load(path, RING)
    assert "\n" not in str(caught.value)
    assert str(caught.value).count(". ") == 0


def test_every_truncation_and_every_flipped_bit_is_seen(tmp_path):
    content = save(begun(), tmp_path / "run.pt").read_bytes()
    rng = np.random.default_rng(0)
    for length in [0, 1, len(content) // 2, len(content) - 1, *rng.integers(len(content), size=30)]:
        with pytest.raises(Damaged):
            checkpoint._unpacked(content[:length], "run.pt")
    for place in [0, len(content) - 1, *rng.integers(len(content), size=30)]:
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(rng.integers(8))
        with pytest.raises(Damaged):
            checkpoint._unpacked(bytes(flipped), "run.pt")
    assert checkpoint._unpacked(content, "run.pt")["turn"] == 3


def test_code_in_a_file_is_never_run(tmp_path):
    for place, content in {"careless": pickled, "careful": lambda bomb: sealed(pickled(bomb))}.items():
        path = tmp_path / f"{place}.pt"
        path.write_bytes(content(Bomb(tmp_path / "ran")))
    torch.load(tmp_path / "careless.pt", weights_only=False)
    assert (tmp_path / "ran").exists(), "the bomb is a real one"
    (tmp_path / "ran").rmdir()
    with pytest.raises(Damaged, match="not a checkpoint of this course"):
        load(tmp_path / "careful.pt", RING)
    assert not (tmp_path / "ran").exists()


def test_a_file_of_another_version_is_named(tmp_path):
    saved = checkpoint._unpacked(checkpoint._packed(begun()), "")
    later = json.loads(SMALL.to_json()) | {"a_later_field": 1}
    (tmp_path / "run.pt").write_bytes(sealed(pickled(saved | {"config": json.dumps(later)})))
    with pytest.raises(Damaged, match="another version"):
        load(tmp_path / "run.pt", RING)


def test_other_data_is_noticed(tmp_path):
    class Line:
        def sample(self, n, seed=0):
            return RING.sample(n, seed)[:, :1]

    path = save(begun(), tmp_path / "run.pt")
    with pytest.raises(ValueError, match=r"data of another shape; the data here has d = 1\.") as caught:
        load(path, Line())
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.pt", RING)


# --- a folder ---------------------------------------------------------------------------------------


def steps_in(folder):
    return [int(path.stem.rsplit("-", 1)[1]) for path in checkpoints(folder)]


def test_a_folder_without_a_run_starts_one(tmp_path):
    assert newest(tmp_path / "none", RING) is None
    assert finished(resume(tmp_path / "none", SMALL, RING)) == finished(TrainState.create(SMALL, RING))


def test_a_saved_run_gives_the_same_steps_and_keeps_two(tmp_path):
    expected = finished(TrainState.create(SMALL, RING))
    state = TrainState.create(SMALL, RING)
    found = list(SavedRun(state, tmp_path, every=0))
    assert (found, bits(state)) == expected
    assert steps_in(tmp_path) == [11, 12]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".pt", ".pt"]
    assert bits(newest(tmp_path, RING)) == expected[1]
    assert list(SavedRun(state, tmp_path)) == []


def test_it_saves_by_the_clock(tmp_path, monkeypatch):
    now = iter(range(0, 10_000, 10))
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: next(now))
    written = []
    monkeypatch.setattr(SavedRun, "_write", lambda run, content: written.append(run.state.generator_steps))
    list(SavedRun(TrainState.create(SMALL, RING), tmp_path, every=35.0))
    assert written == [0, 4, 8, 12]


@pytest.mark.parametrize("how", ["break", "error", "interrupt", "islice"])
def test_it_saves_when_it_is_left(how, tmp_path):
    expected = finished(TrainState.create(SMALL, RING))
    state = TrainState.create(SMALL, RING)
    kinds = {"error": ZeroDivisionError, "interrupt": KeyboardInterrupt}

    def watch():
        for step in SavedRun(state, tmp_path):
            if step.step == 7 and how == "break":
                break
            if step.step == 7:
                raise kinds[how]

    if how == "islice":
        list(itertools.islice(SavedRun(state, tmp_path), 7))
    elif how == "break":
        watch()
    else:
        with pytest.raises(kinds[how]):
            watch()
    gc.collect()
    assert steps_in(tmp_path)[-1] == 7
    again = resume(tmp_path, SMALL, RING)
    assert [*SavedRun(again, tmp_path)] == expected[0][7:]
    assert bits(again) == expected[1]


@dataclass(frozen=True)
class Interrupting(Constraint):
    """Ctrl-C in the middle of the eighth critic step."""

    def penalty(self, critic, real, fake, mix):
        COUNT.append(None)
        if len(COUNT) == 8:
            signal.raise_signal(signal.SIGINT)
        return gradient_penalty(critic, real, fake, mix)


COUNT = []


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_in_a_turn_is_saved_with_the_turn(tmp_path):
    config = replace(SMALL, constraint=Interrupting())
    COUNT[:] = range(100)  # without the interrupt
    expected = finished(TrainState.create(config, RING))
    COUNT.clear()
    with pytest.raises(KeyboardInterrupt):
        list(SavedRun(TrainState.create(config, RING), tmp_path))
    again = resume(tmp_path, config, RING)
    assert (again.critic_steps, again.turn, again.generator_steps) == (8, 2, 2)
    assert finished(again) == (expected[0][2:], expected[1])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nothing_is_open_between_steps(tmp_path):
    for _ in itertools.islice(SavedRun(TrainState.create(SMALL, RING), tmp_path, every=0), 2):
        assert torch.is_grad_enabled()
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("how", ["truncated", "flipped", "empty"])
def test_a_damaged_newest_leaves_the_one_before(how, tmp_path):
    list(itertools.islice(SavedRun(TrainState.create(SMALL, RING), tmp_path, every=0), 6))
    older, broken = checkpoints(tmp_path)
    content = broken.read_bytes()
    flipped = content[:999] + bytes([content[999] ^ 1]) + content[1000:]
    broken.write_bytes({"truncated": content[:-9], "flipped": flipped, "empty": b""}[how])
    with pytest.warns(UserWarning, match="The checkpoint before it is used") as told:
        again = resume(tmp_path, SMALL, RING)
    assert len(told) == 1
    assert bits(again) == bits(load(older, RING))
    assert again.generator_steps == 5
    list(itertools.islice(SavedRun(again, tmp_path, every=0), 4))
    assert newest(tmp_path, RING).generator_steps == 9, "what comes after is newer than the damaged one"


def test_when_all_are_damaged_nothing_is_overwritten(tmp_path):
    list(itertools.islice(SavedRun(TrainState.create(SMALL, RING), tmp_path), 3))
    for path in checkpoints(tmp_path):
        path.write_bytes(b"")
    warnings.simplefilter("ignore", UserWarning)
    with pytest.raises(Damaged, match=r"No checkpoint in .* can be read"):
        resume(tmp_path, SMALL, RING)
    assert len(checkpoints(tmp_path)) == 2


def test_a_resumed_run_may_be_longer_or_have_another_batch_and_no_more(tmp_path):
    list(itertools.islice(SavedRun(TrainState.create(SMALL, RING), tmp_path), 3))
    longer = resume(tmp_path, replace(SMALL, generator_steps=20, batch_size=4), RING)
    assert len(list(train(longer))) == 17
    assert len(longer.draw_noise()) == 4
    with pytest.raises(ValueError, match=r"has lr_critic = 0\.01, and now it is 0\.5\. Ask for the same"):
        resume(tmp_path, replace(SMALL, lr_critic=0.5), RING)


def test_temporary_files_of_the_killed_are_swept(tmp_path):
    (tmp_path / "000003-step-7.pt.x8s.tmp").write_bytes(b"half")
    (tmp_path / "mine.txt.a.tmp").write_bytes(b"not ours")
    list(itertools.islice(SavedRun(TrainState.create(SMALL, RING), tmp_path), 1))
    assert {path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"} == {"mine.txt.a.tmp"}


# --- a disk that fails ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["os.replace", "os.fsync", "tempfile.mkstemp", "pathlib.Path.mkdir"])
@pytest.mark.parametrize("number", [28, 30], ids=["full", "read-only"])
def test_training_goes_on_when_the_disk_does_not(place, number, tmp_path):
    expected = finished(TrainState.create(SMALL, RING))
    state = TrainState.create(SMALL, RING)
    run, found, patch = SavedRun(state, tmp_path / "runs", every=0), [], pytest.MonkeyPatch()

    def fails(*_, **__):
        raise OSError(number, os.strerror(number))

    def watch():
        for step in run:
            found.append(step)
            assert bool(run.problem) == (step.step <= 6), "it says what is wrong as long as it is"
            if step.step == 6:
                patch.undo()

    patch.setattr(place, fails)
    with pytest.warns(UserWarning, match=os.strerror(number)) as told:
        watch()
    assert len(told) == 1
    assert (found, bits(state)) == expected
    assert steps_in(tmp_path / "runs") == [11, 12]


@pytest.mark.filterwarnings("ignore:The run cannot be saved")
def test_a_disk_that_fails_does_not_hide_why_the_run_was_left(tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fails)
    run = SavedRun(TrainState.create(SMALL, RING), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        interrupted(run)
    assert "No space left" in run.problem
    assert list(tmp_path.iterdir()) == []


def interrupted(run):
    for _ in run:
        raise KeyboardInterrupt


# --- numbers that are not finite ----------------------------------------------------------------------


@dataclass(frozen=True)
class Poisoned(Constraint):
    """From its 20th call on, as often as `POISON` says, the loss or the weights are NaN."""

    def penalty(self, critic, real, fake, mix):
        POISON["calls"] += 1
        return gradient_penalty(critic, real, fake, mix) * (math.nan if self.strikes("loss") else 1)

    def project_(self, critic):
        if self.strikes("weights"):
            next(critic.parameters()).data.fill_(math.nan)

    def strikes(self, where):
        now = POISON["where"] == where and POISON["calls"] >= 20 and POISON["left"] > 0
        if now:
            POISON["left"] -= 1
            POISON["calls"] -= 4  # the next time is in another turn
        return now


POISON = {}


def poisoned(where, left):
    POISON.update(calls=0, where=where, left=left)
    return TrainState.create(replace(SMALL, constraint=Poisoned()), RING)


@pytest.mark.parametrize("where", ["loss", "weights"])
@pytest.mark.parametrize("left", [1, 3])
@pytest.mark.parametrize("every", [0, math.inf])
@pytest.mark.parametrize("report_every", [1, 100])
def test_a_run_goes_back_from_nan_and_tries_other_numbers(where, left, every, report_every, tmp_path):
    state = poisoned(where, left)
    state.report_every = report_every
    with pytest.warns(UserWarning, match=r"not finite at step \d+: back to step \d+, with fresh") as told:
        steps = list(SavedRun(state, tmp_path, every=every))
    rollbacks = 1 if every == math.inf and report_every == 100 else left  # unread until its end
    assert len(told) == state.attempt == rollbacks
    assert state.generator_steps == 12
    assert all(math.isfinite(number) for step in steps for number in vars(step).values())
    assert all(weight.isfinite().all() for weight in state.critic.parameters())
    POISON["left"] = 0
    again = newest(tmp_path, RING)
    assert (again.attempt, bits(again)) == (rollbacks, bits(state))
    assert not torch.equal(again.critic[0].weight, poisoned("", 0).critic[0].weight)


def test_after_three_rollbacks_the_error_has_a_name(tmp_path):
    state = poisoned("loss", 4)
    with (
        pytest.warns(UserWarning, match="rollback") as told,
        pytest.raises(Diverged, match="after 3 rollbacks") as caught,
    ):
        list(SavedRun(state, tmp_path, every=0))
    assert [str(one.message)[-26:] for one in told] == [f"(rollback {k} of at most 3)." for k in (1, 2, 3)]
    assert "lower learning rates" in str(caught.value)
    assert state.attempt == 3
    assert all(weight.isfinite().all() for weight in state.critic.parameters()), "the state is sound"
    again = newest(tmp_path, RING)
    assert bits(again) == bits(state)
    POISON.update(calls=20, left=1)
    with pytest.raises(Diverged):  # it counts in the run, however often that is resumed
        list(SavedRun(again, tmp_path, every=0))


def test_a_real_divergence_ends_with_the_name(tmp_path):
    config = replace(SMALL, lr_critic=1e30, lr_generator=1e30, decay_from=1.0)
    with pytest.warns(UserWarning, match="back to step 0"), pytest.raises(Diverged):
        list(SavedRun(TrainState.create(config, RING), tmp_path))


def test_a_broken_state_does_not_replace_a_sound_one(tmp_path):
    state = TrainState.create(SMALL, RING)
    for step in SavedRun(state, tmp_path):
        if step.step == 3:
            next(state.generator.parameters()).data.fill_(math.nan)
            break
    assert steps_in(tmp_path) == [0]


def test_a_run_that_is_broken_already_is_refused(tmp_path):
    state = begun()
    next(state.critic.parameters()).data.fill_(math.inf)
    with pytest.raises(Diverged, match="load an earlier checkpoint"):
        next(iter(SavedRun(state, tmp_path)))
    assert list(tmp_path.iterdir()) == []


# --- memory that does not suffice ---------------------------------------------------------------------


@dataclass(frozen=True)
class Large(Constraint):
    """A penalty for which only so many samples fit, from its tenth call on."""

    def penalty(self, critic, real, fake, mix):
        MEMORY["calls"] += 1
        if MEMORY["calls"] >= 10 and len(real) > MEMORY["room"]:
            MEMORY["held"].append(weakref.ref(fake))
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 TiB.")
        assert all(held() is None for held in MEMORY["held"]), "what failed is freed before the next try"
        return gradient_penalty(critic, real, fake, mix)


MEMORY = {}


@pytest.mark.parametrize(("room", "advice"), [(9, "batch_size=8 fits"), (4, "batch_size=4 fits")])
def test_too_large_a_batch_is_freed_and_explained(room, advice, tmp_path):
    MEMORY.update(calls=0, room=room, held=[])
    config = replace(SMALL, constraint=Large())
    state = TrainState.create(config, RING)
    with pytest.raises(BatchTooLarge, match=f"for batch_size=16; {advice}") as caught:
        list(SavedRun(state, tmp_path))
    assert caught.value.__context__ is None
    assert all(held() is None for held in MEMORY["held"])
    assert all(weight.grad is None for weight in state.critic.parameters())
    assert (state.generator_steps, state.turn) == (3, 0)
    again = resume(tmp_path, replace(config, batch_size=room), RING)
    assert bits(again) == bits(state)
    assert len(list(SavedRun(again, tmp_path))) == 9


@pytest.mark.parametrize("config", [SMALL, replace(SMALL, loss="gan")], ids=["written_out", "autograd"])
def test_what_is_freed_is_not_missed(config):
    state = begun(config)
    checkpoint._free(state)
    assert finished(state) == finished(begun(config))


def test_a_network_too_large_for_a_single_sample(tmp_path):
    MEMORY.update(calls=0, room=0, held=[])
    with pytest.raises(BatchTooLarge, match="take a smaller network"):
        list(SavedRun(TrainState.create(replace(SMALL, constraint=Large()), RING), tmp_path))


@pytest.mark.parametrize("words", ["MPS backend out of memory", "DefaultCPUAllocator: can't allocate memory"])
def test_other_devices_say_it_in_words(words):
    assert checkpoint._is_out_of_memory(RuntimeError(words))
    assert not checkpoint._is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_other_errors_pass(tmp_path):
    state = TrainState.create(replace(SMALL, loss="gan"), RING)
    state.critic = torch.nn.Linear(7, 1)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        list(SavedRun(state, tmp_path))


# --- kill -9 ------------------------------------------------------------------------------------------

# One process imports torch; each of its children resumes the run and saves every step until it is killed.
KILLED = """
import json, os, random, signal, sys, time, warnings
from dataclasses import replace
import torch
torch.set_num_threads(1)
from wgan_edu import checkpoint
from wgan_edu.data import ring_of_8
from wgan_edu.training import TrainConfig

warnings.simplefilter("error")
folder, config, how = sys.argv[1], TrainConfig.from_json(sys.argv[2]), sys.argv[3]
if how == "careless":
    def in_two_parts(path, content):
        with open(path, "wb") as stream:
            for part in (content[:999], content[999:]):
                stream.write(part)
                stream.flush()
                os.fsync(stream.fileno())
                time.sleep(0.02)  # most kills come here, however busy the machine is

    checkpoint.write_whole = in_two_parts
random.seed(0)
for _ in checkpoint.train(checkpoint.TrainState.create(replace(config, generator_steps=2), ring_of_8())):
    pass  # load what torch loads late
steps, sound = [], []
for _ in range(int(sys.argv[4])):
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        state = checkpoint.resume(folder, config, ring_of_8())
        for step in checkpoint.SavedRun(state, folder, every=0):
            os.write(tell, b".")
        os._exit(0)
    os.close(tell)
    os.read(ready, 1), os.read(ready, 1)  # two steps are done, and the first is saved
    time.sleep(random.random() * 0.03)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    os.close(ready)
    try:
        steps.append(checkpoint.newest(folder, ring_of_8()).generator_steps)
    except UserWarning as damaged:
        sound.append(str(damaged))
        os.remove(checkpoint.checkpoints(folder)[-1])
print(json.dumps([steps, sound]))
"""


def killed(folder, how, times):
    config = replace(SMALL, generator_steps=10**6, n_critic=1, hidden=(64, 64))
    command = [sys.executable, "-c", KILLED, str(folder), config.to_json(), how, str(times)]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[1]
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fifty_kills_leave_a_whole_newest_checkpoint_each_time(tmp_path):
    steps, damaged = killed(tmp_path, "careful", 50)
    assert damaged == []
    assert len(steps) == 50
    assert steps == sorted(steps)
    assert len(set(steps)) > 40, "each of them came some way"
    left = [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]
    list(itertools.islice(SavedRun(newest(tmp_path, RING), tmp_path), 1))
    assert not any(path.exists() for path in left)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_without_care_kills_do_damage(tmp_path):
    """The test above can fail."""
    assert killed(tmp_path, "careless", 10)[1]
