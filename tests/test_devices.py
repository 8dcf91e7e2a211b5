"""Devices: the choice is tried and said in words, and limits of a container are seen."""

import pytest
import torch
from torch import nn

from wgan_edu import devices
from wgan_edu.devices import Device, choose_device, memory_limit, threads_for, usable_cores
from wgan_edu.lipschitz import gradient_penalty

GB = 10**9


def system(root, files):
    """A system's files under a folder: `{"proc/meminfo": "..."}`."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


# --- the choice -------------------------------------------------------------------------------------


def pretend(monkeypatch, cuda=False, mps=False):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


def answers(monkeypatch, **factors):
    """Let each kind of device take the step on the CPU, and give its gradient times a factor, or an error."""
    exact = devices._penalized_step("cpu")[0]

    def step(name):
        factor = factors.get(name, 1.0)
        if isinstance(factor, Exception):
            raise factor
        return exact * factor, 0.032

    monkeypatch.setattr(devices, "_penalized_step", step)


def test_without_a_gpu_it_is_the_cpu_and_says_so(monkeypatch):
    pretend(monkeypatch)
    device = choose_device()
    assert device.name == "cpu"
    assert device.why == "No GPU: there is no CUDA here; there is no MPS here."
    assert 1 < device.pictures_per_second < 1e7
    assert str(device).startswith("CPU, ")
    assert f"{device.pictures_per_second:,.0f} pictures a second" in str(device)
    assert torch.device(device.name) == torch.device("cpu")


@pytest.mark.parametrize(("cuda", "mps", "name"), [(True, True, "cuda"), (False, True, "mps")])
def test_a_gpu_that_differentiates_twice_is_taken(monkeypatch, cuda, mps, name):
    pretend(monkeypatch, cuda, mps)
    answers(monkeypatch, cuda=1.001, mps=0.999)
    device = choose_device()
    assert device == Device(name, device.hardware, "It differentiates twice and agrees with the CPU.", 2000)
    assert str(device).endswith(
        "Cost: a penalized critic step on 64 pictures of 28x28 took 32 ms, 2,000 pictures a second."
    )


def test_one_that_does_not_is_left_with_the_reason(monkeypatch):
    pretend(monkeypatch, mps=True)
    answers(monkeypatch, mps=NotImplementedError("derivative for convolution_backward is not there\nmore"))
    device = choose_device()
    assert device.name == "cpu"
    assert "MPS cannot differentiate twice (derivative for convolution_backward is not there)" in device.why


def test_one_that_is_wrong_is_left_too(monkeypatch):
    pretend(monkeypatch, cuda=True)
    answers(monkeypatch, cuda=1.25)
    assert "CUDA gives second derivatives that are 25% off" in choose_device().why
    answers(monkeypatch, cuda=float("nan"))
    assert choose_device().name == "cpu"


def test_an_unlinked_mps_is_noticed_for_real(monkeypatch):
    if torch.backends.mps.is_built():
        pytest.skip("this torch has MPS")
    pretend(monkeypatch, mps=True)
    assert "MPS cannot differentiate twice" in choose_device().why


def test_a_wish_is_granted_or_refused_in_one_sentence(monkeypatch):
    pretend(monkeypatch)
    assert choose_device("cpu").why == "As you asked."
    with pytest.raises(ValueError, match=r"^device 'cuda' cannot be used: there is no CUDA here\.$"):
        choose_device("cuda")
    with pytest.raises(ValueError, match="wish must be one of"):
        choose_device("tpu")


def test_the_step_that_is_tried_is_the_penalty_of_the_course():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers = nn.Conv2d(1, 32, 5, 2), nn.ReLU(), nn.Conv2d(32, 64, 5, 2), nn.ReLU(), nn.Flatten()
        critic = nn.Sequential(*layers, nn.Linear(1024, 1))
        x = torch.rand(64, 1, 28, 28)
    gradient_penalty(critic, x, x).backward()
    gradients = [weight.grad.flatten() for weight in critic.parameters() if weight.grad is not None]
    found, seconds = devices._penalized_step("cpu")
    torch.testing.assert_close(found[found != 0], torch.cat(gradients)[found != 0].double())
    assert found.norm() > 0
    assert seconds > 0


def test_choosing_leaves_the_global_stream():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    choose_device("cpu")
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("weights", "cores", "threads"), [(10, 8.0, 1), (10**6, 8.0, 8), (10**6, 1.5, 1), (10**6, 0.5, 1)]
)
def test_small_networks_get_one_thread_and_large_ones_what_is_allowed(monkeypatch, weights, cores, threads):
    monkeypatch.setattr(devices, "usable_cores", lambda: cores)
    assert threads_for(weights) == threads


# --- limits -----------------------------------------------------------------------------------------

MEMINFO = {"proc/meminfo": "MemTotal:       16000000 kB\nMemFree:  100 kB\n"}


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"sys/fs/cgroup/memory.max": f"{2 * GB}\n"}, 2 * GB),
        ({"sys/fs/cgroup/memory.max": "max\n"}, 16_000_000 * 1024),
        ({"sys/fs/cgroup/memory.max": ""}, 16_000_000 * 1024),
        # version 2, where the limit stands at a folder above the process's own
        (
            {
                "proc/self/cgroup": "0::/pod/box\n",
                "sys/fs/cgroup/pod/memory.max": f"{3 * GB}",
                "sys/fs/cgroup/pod/box/memory.max": "max",
            },
            3 * GB,
        ),
        # version 1, as Docker shows it, and with a path of the host
        ({"sys/fs/cgroup/memory/memory.limit_in_bytes": f"{4 * GB}"}, 4 * GB),
        ({"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, 16_000_000 * 1024),
        (
            {
                "proc/self/cgroup": "5:cpu,cpuacct:/a\n4:memory:/a/b\n1:name=systemd:/a\n",
                "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": f"{GB}",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{8 * GB}",
            },
            GB,
        ),
        ({"proc/self/cgroup": "nonsense\n"}, 16_000_000 * 1024),
    ],
)
def test_the_memory_limit_is_the_least_of_all(tmp_path, files, limit):
    assert memory_limit(system(tmp_path, MEMINFO | files)) == limit


def test_without_files_the_memory_of_the_machine_counts(tmp_path, monkeypatch):
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}
    monkeypatch.setattr("os.sysconf", sizes.__getitem__, raising=False)
    assert memory_limit(tmp_path) == 4_096_000
    monkeypatch.delattr("os.sysconf")
    assert memory_limit(tmp_path) is None


def test_memory_here_agrees_with_another_library():
    psutil = pytest.importorskip("psutil")
    assert 0 < memory_limit() <= 1.001 * psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, 8),
        ({"sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ({"sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5),
        ({"sys/fs/cgroup/cpu.max": "1600000 100000\n"}, 8),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"}, 8),
        (
            {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"},
            0.5,
        ),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000"}, 8),
        (
            {
                "proc/self/cgroup": "2:cpu,cpuacct:/a\n",
                "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "300000",
                "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000",
            },
            3,
        ),
    ],
)
def test_cores_are_the_least_of_quota_and_affinity(tmp_path, monkeypatch, files, cores):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert usable_cores(system(tmp_path, files)) == cores


def test_cores_without_affinity(tmp_path, monkeypatch):
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert usable_cores(tmp_path) == 1
