"""Binder and a JupyterHub: what repo2docker makes of `binder/`, how a server starts, what memory it takes."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import browser
import psutil
import pytest
import yaml
from checkout import PROJECT, ROOT, SUPPORTED, copy_of_the_checkout, floors
from packaging.specifiers import SpecifierSet

CONDA_NAMES = {
    "environment.yml": {"torch": "pytorch", "matplotlib": "matplotlib-base"},
    "binder/environment.yml": {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"},
}
FOR_A_HUB = {"environment.yml": set(), "binder/environment.yml": {"nbgitpuller"}}  # what the package lacks
BINDER = 700e6  # bytes that an idle server with one trained chapter stays under


# --- what it is built from --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory):
    """What repo2docker would build from a fresh clone, in the words of the README."""
    pytest.importorskip("repo2docker", reason="repo2docker is not installed here")
    folder = tmp_path_factory.mktemp("clone")
    copy_of_the_checkout(folder)
    [options] = re.findall(r"jupyter-repo2docker --no-run ([^\\]+)\\", (ROOT / "README.md").read_text())
    command = ["-m", "repo2docker", "--no-build", "--debug", *options.split(), str(folder)]
    # Debugging output goes to stderr, and with a Docker that does not answer, so does a warning.
    outcome = subprocess.run([sys.executable, *command], capture_output=True, text=True, cwd="/", check=False)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout + outcome.stderr


def test_repo2docker_takes_the_binder_folder_and_nothing_above_it(dockerfile):
    assert "Building conda environment for python=3.13" in dockerfile
    assert re.search(r"env update -p \S+ --file \"binder/environment.yml\"", dockerfile)
    assert set(re.findall(r"[\w./-]*environment\.yml", dockerfile)) == {
        "src/binder/environment.yml",
        "/binder/environment.yml",
        "binder/environment.yml",
    }, "nothing reads the environment.yml of a laptop"
    assert re.search(r"^RUN \./binder/postBuild$", dockerfile, flags=re.M)
    assert re.search(r'^ENV R2D_ENTRYPOINT="\$\{REPO_DIR\}/binder/start"$', dockerfile, flags=re.M)
    assert not re.search(r"requirements\.txt|pip install|setup\.py", dockerfile), "no other way to install"


def test_the_image_belongs_to_the_user_and_not_to_the_home_folder(dockerfile):
    """A hub mounts each student's folder over the home folder: what the image holds there is gone."""
    assert "COPY --chown=1000:1000 src/ ${REPO_DIR}/" in dockerfile
    [folder] = re.findall(r"--target-repo-dir (\S+)", (ROOT / "README.md").read_text())
    assert not folder.startswith(("/home", "~", "$HOME"))


def conda_pins(file: str) -> dict[str, SpecifierSet]:
    """Conda's `name=1.2` means any 1.2.x; its `name >=1.2` reads as Python's."""
    pins = {}
    for entry in yaml.safe_load((ROOT / file).read_text())["dependencies"]:
        if isinstance(entry, str):
            name, version = re.fullmatch(r"([\w-]+)\s*(.*)", entry).groups()
            if exact := re.fullmatch(r"=(\d[\d.]*)", version):
                version = f"=={exact[1]}.*"
            pins[name] = SpecifierSet(version)
    return pins


@pytest.mark.parametrize("file", CONDA_NAMES)
def test_conda_files_agree_with_pyproject(file):
    pins = conda_pins(file)
    names = {CONDA_NAMES[file].get(name, name): spec for name, spec in floors("notebooks").items()}
    different = set(pins) ^ {*names, *FOR_A_HUB[file], "python", "pip"}
    assert not different, f"{file} and pyproject.toml differ in {sorted(different)}"
    for name, floor in names.items():
        if file == "environment.yml":
            assert pins[name] == floor, f"{file}: {name} is {pins[name]}, pyproject.toml says {floor}"
        else:
            pin = re.fullmatch(r"==(\d+\.\d+\.\d+)\.\*", str(pins[name]))
            assert pin, f"{file}: {name} must be pinned to one release, as in {name}=1.2.3"
            assert floor.contains(pin[1]), f"{file}: {name} {pin[1]} is not {floor}"


def test_conda_files_offer_a_supported_python():
    assert conda_pins("environment.yml")["python"] == SpecifierSet(PROJECT["requires-python"])
    admitted = [version for version in SUPPORTED if version in conda_pins("binder/environment.yml")["python"]]
    assert len(admitted) == 1, "binder/environment.yml must pin one Python of pyproject's classifiers"


def test_torch_is_the_build_for_the_cpu():
    """Binder has no GPU, and the CUDA build would take gigabytes of every image."""
    text = (ROOT / "binder/environment.yml").read_text()
    assert "pytorch-cpu=" in text
    assert not re.search(r"^\s*- .*(cuda|pytorch=|pytorch-gpu|nvidia)", text, flags=re.M)


def test_conda_files_install_the_package():
    last = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][-1]
    assert last == {"pip": ["-e ."]}
    for script in ("binder/postBuild", "binder/start"):
        assert os.access(ROOT / script, os.X_OK), f"{script} must be executable"
        assert (ROOT / script).read_text().startswith("#!/usr/bin/env bash\n")


@pytest.mark.setup
def test_what_runs_once_in_the_image_installs_the_package_and_nothing_else(tmp_path):
    """In an environment that has what the package needs, as conda has made it, and in a fresh clone."""
    copy_of_the_checkout(tmp_path / "repo")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = tmp_path / "env/bin/python"
    [site] = (tmp_path / "env/lib").glob("python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    before = {path.name for path in site.iterdir()}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PATH": f"{python.parent}:{environment['PATH']}", "PIP_NO_BUILD_ISOLATION": "0"}

    def run(command, folder):
        how = {"capture_output": True, "text": True, "check": False}
        return subprocess.run(command, cwd=folder, env=environment, **how)

    assert run([python, "-c", "import wgan_edu"], tmp_path).returncode != 0
    outcome = run(["./binder/postBuild"], tmp_path / "repo")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.endswith("The course is ready.\n")
    new = {path.name for path in site.iterdir()} - before
    assert len(new) >= 2
    assert all("wgan_edu" in name for name in new), new
    found = run([python, "-c", "import wgan_edu; print(wgan_edu.__file__)"], tmp_path).stdout
    assert Path(found.strip()) == tmp_path / "repo/wgan_edu/__init__.py"


# --- how a server starts ----------------------------------------------------------------------------


def started(root, python=Path(sys.executable).parent, **environment):
    """What a server sees that `binder/start` starts in a container with these files."""
    says = "echo $OMP_NUM_THREADS $MKL_NUM_THREADS $OPENBLAS_NUM_THREADS 'a  b'"
    command = [ROOT / "binder/start", "bash", "-c", says]
    path = {"PATH": f"{python}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "CONTAINER_ROOT": str(root)}
    return subprocess.run(command, env=path | environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("quota", "threads"),
    [
        ("100000 100000", 1),  # Binder
        ("50000 100000", 1),
        ("199000 100000", 1),
        ("200000 100000", 2),
        ("400000 100000", 4),
        ("max 100000", 1),  # no quota: the cores may be shared with others
        ("", 1),
        (None, 1),
    ],
)
def test_a_server_starts_with_the_whole_cores_of_its_quota(tmp_path, quota, threads):
    if quota is not None:
        (tmp_path / "sys/fs/cgroup").mkdir(parents=True)
        (tmp_path / "sys/fs/cgroup/cpu.max").write_text(quota)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    allowed = min(threads, cores)
    assert started(tmp_path) == f"{allowed} {allowed} {allowed} a  b\n"


def test_a_number_of_threads_that_is_set_stays(tmp_path):
    assert started(tmp_path, OMP_NUM_THREADS="3", OPENBLAS_NUM_THREADS="5") == "3 1 5 a  b\n"


def test_a_server_starts_where_the_package_cannot_be_asked(tmp_path):
    """With one thread; a student who breaks the package still gets a server to mend it in."""
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    assert started(tmp_path, tmp_path) == "1 1 1 a  b\n"


# --- what memory it takes ---------------------------------------------------------------------------


def memory_of(processes):
    """Bytes that these processes hold in memory together: a file that several have mapped counts once."""
    held = {}
    for process in processes:
        for part in process.memory_maps(grouped=True):
            held.setdefault(part.path, []).append(part.rss)
    return sum(max(sizes) if path.startswith("/") else sum(sizes) for path, sizes in held.items())


@pytest.mark.browser
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which pages processes share")
def test_a_server_with_chapter_09_trained_stays_under_700_mb(tmp_path, chromium):
    """A new server and its kernel when all cells of chapter 09 have run, live views included."""
    with browser.jupyterlab(tmp_path) as lab:
        shutil.copy(ROOT / "notebooks/09_wgan.ipynb", lab.folder / "notebooks")
        page = chromium.new_page()
        reader = browser.Learner(lab, page, "09_wgan.ipynb")
        page.set_default_timeout(600_000)  # ms; no test measures speed
        reader.run_all()
        reader.wait_idle()
        assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
        ours = {process: " ".join(process.cmdline()) for process in psutil.Process().children(recursive=True)}
        [server] = [process for process, command in ours.items() if f"--port={lab.port}" in command]
        [kernel] = [process for process in server.children(recursive=True) if "ipykernel" in ours[process]]
        sizes = {"server": [server], "kernel": [kernel], "together": [server, kernel]}
        found = {name: memory_of(processes) for name, processes in sizes.items()}
        page.close()
    print({name: f"{size / 1e6:.0f} MB" for name, size in found.items()})
    assert found["kernel"] > 300e6, "torch is loaded, or something else was measured"
    assert found["together"] < BINDER
