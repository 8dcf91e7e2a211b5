"""The doctor: right about limits and versions, clear about what to do, and never in the way."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import torch
from packaging.requirements import Requirement

import wgan_edu.widgets
from wgan_edu import doctor as module
from wgan_edu.__main__ import main
from wgan_edu.devices import Device
from wgan_edu.doctor import FLOORS, doctor

ROOT = Path(__file__).parent.parent
GB = 10**9

pytestmark = pytest.mark.usefixtures("home")


def finding(what):
    [one] = [one for one in doctor().findings if one.what == what]
    return one


# --- the report -------------------------------------------------------------------------------------


def test_every_line_has_a_value_and_a_verdict_and_says_what_to_do(home):
    report = doctor()
    names = [one.what for one in report.findings]
    expected = {"course", "device", "threads", "memory", "live views", "progress", "cache", "disk", *FLOORS}
    assert set(names) == expected
    assert len(names) == len(set(names))
    for one in report.findings:
        assert one.value
        assert one.verdict in {"fine", "look", "missing", "unknown"}
        assert one.verdict == "fine" or len(one.advice) > 15, one
    assert report.fine == all(one.verdict == "fine" for one in report.findings)


def test_it_is_a_table_in_a_page_and_in_a_terminal():
    report = doctor()
    page, lines = report._repr_html_(), repr(report).splitlines()
    assert "<caption" in page
    assert '<th scope="row"' in page
    assert len(lines) == len(report.findings) + 1
    assert any(line.startswith("memory") for line in lines)


def test_the_command_prints_it(capsys):
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "python" in out
    assert "disk" in out


def test_it_leaves_nothing_behind(home):
    doctor()
    assert list(home.iterdir()) == []


def test_it_is_light_until_it_is_called():
    program = "import sys, wgan_edu.doctor; print([m for m in ('torch', 'ipywidgets') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name", ["_device", "_threads", "_memory", "_views", "_progress", "_cache", "_disk", "_package"]
)
@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), RuntimeError(), KeyError("x"), ImportError("no")]
)
def test_it_never_raises(monkeypatch, name, error):
    def fails(*_):
        raise error

    monkeypatch.setattr(module, name, fails)
    broken = [one for one in doctor().findings if one.verdict == "unknown"]
    assert broken
    assert all(type(error).__name__ in one.value for one in broken)


# --- versions and live views ------------------------------------------------------------------------


def test_the_floors_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {"python": project["requires-python"].removeprefix(">=")}
    for text in project["dependencies"]:
        [floor] = Requirement(text).specifier
        wanted[Requirement(text).name] = floor.version
    assert wanted == FLOORS


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ("2.10", "fine"),
        ("2.10.0+cpu", "fine"),
        ("2.13.0a0+git1", "fine"),
        ("3.0rc1", "fine"),
        ("2.9.1", "look"),
        ("1.99", "look"),
    ],
)
def test_versions_compare_by_number(monkeypatch, found, verdict):
    monkeypatch.setattr(module, "version", lambda name: found)
    one = module._package("torch", "2.10")
    assert one.verdict == verdict
    assert found in one.value
    assert ("pip install" in one.advice) == (verdict == "look")


def test_a_missing_package_is_named_with_the_command_that_helps(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "version", missing)
    one = module._package("POT", "0.9.5")
    assert one.verdict == "missing"
    assert 'pip install "POT>=0.9.5"' in one.advice


def without(*names):
    found = importlib.util.find_spec
    return lambda name, *rest: None if name in names else found(name, *rest)


def test_live_views_with_and_without_anywidget(monkeypatch):
    assert finding("live views").value.startswith("anywidget")
    monkeypatch.setattr(module, "find_spec", without("anywidget"))
    one = finding("live views")
    assert one.verdict == "look"
    assert one.value.startswith("core ipywidgets")
    monkeypatch.setattr(module, "find_spec", without("anywidget", "ipywidgets"))
    assert finding("live views").verdict == "missing"


@pytest.mark.parametrize("wish", ["core", ""])
@pytest.mark.parametrize("missing", [(), ("anywidget",)])
def test_it_names_the_view_that_is_used(monkeypatch, wish, missing):
    monkeypatch.setenv("WGAN_EDU_WIDGETS", wish)
    monkeypatch.setattr(module, "find_spec", without(*missing))
    monkeypatch.setattr(wgan_edu.widgets, "find_spec", without(*missing))
    of_core = wgan_edu.widgets.TrainingPlayer.__module__.endswith(".core_player")
    assert finding("live views").value.startswith("core") == of_core == bool(wish or missing)


# --- device, threads, memory ------------------------------------------------------------------------


def test_the_device_is_named(monkeypatch):
    one = finding("device")
    assert one.value.startswith(("CPU", "CUDA", "MPS"))
    assert re.search(r"; [\d,]+ pictures of 28x28 a second", one.value)
    gpu = Device("cuda", "CUDA: a GPU", "It differentiates twice.", 12_345.6)
    monkeypatch.setattr(module, "choose_device", lambda: gpu)
    one = finding("device")
    assert one.value == "CUDA: a GPU; 12,346 pictures of 28x28 a second in a critic step"
    assert one.advice == ""


def test_too_many_threads_are_noticed(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    for cores, verdict in ((4.0, "fine"), (8.0, "fine"), (1.0, "look"), (0.5, "look")):
        monkeypatch.setattr(module, "usable_cores", lambda cores=cores: cores)
        assert finding("threads").verdict == verdict
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert finding("threads").verdict == "fine", "one thread is never too many"


def test_little_memory_is_noticed(monkeypatch):
    for limit, verdict in ((2 * GB, "fine"), (GB, "look"), (None, "unknown")):
        monkeypatch.setattr(module, "memory_limit", lambda limit=limit: limit)
        assert finding("memory").verdict == verdict


# --- files ------------------------------------------------------------------------------------------


def test_what_is_in_the_cache_is_counted(home):
    one = finding("cache")
    assert one.value == f"mnist: 0 of 4 files, fashion: 0 of 4 files in {home / 'cache'}"
    assert "digits" in one.advice
    for name in ("mnist", "fashion"):
        (home / "cache" / name).mkdir(parents=True)
        (home / "cache" / name / "a.gz").touch()
    one = finding("cache")
    assert one.value.startswith("mnist: 1 of 4 files, fashion: 1")
    assert one.advice == ""


def test_a_home_that_cannot_be_written_is_noticed(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WGAN_EDU_HOME", str(tmp_path / "file" / "home"))  # not even for an administrator
    one = finding("progress")
    assert one.verdict == "look"
    assert "cannot be written" in one.value
    assert "download" in one.advice
    assert finding("disk").verdict == "fine"


def test_a_read_only_home_is_noticed(monkeypatch):
    def fails(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", fails)
    one = finding("progress")
    assert one.verdict == "look"
    assert "Read-only file system" in one.value


@pytest.mark.parametrize("sign", ["COLAB_RELEASE_TAG", "BINDER_LAUNCH_HOST"])
def test_places_that_forget_are_named(monkeypatch, sign):
    assert finding("progress").verdict == "fine"
    monkeypatch.setenv(sign, "x")
    one = finding("progress")
    assert one.verdict == "look"
    assert "forgets" in one.advice
    assert finding("course").value.endswith({"COLAB_RELEASE_TAG": "Colab"}.get(sign, "Binder"))


def test_a_full_disk_is_noticed(monkeypatch):
    class Usage:
        free = 10**8

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
    one = finding("disk")
    assert one.verdict == "look"
    assert one.value == "0.1 GB free"
