"""JupyterLab in a real browser, for the tests and benchmarks of the widgets.

`python tests/browser.py` sees to it that there is a Chromium: an installed one, else Debian's when this runs
as root, else Playwright's own download.
"""

import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any

from playwright.sync_api import TimeoutError, sync_playwright

ROOT = Path(__file__).parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUIET = {  # no windowing: every cell stays in the page; no news, no questions
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},  # dark where a test asks for it
}
WAIT = 90_000  # ms for whatever has to happen; no test measures speed


def installed() -> str | None:
    """Where Chromium is, or None to use the one that Playwright has downloaded."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def provide() -> None:
    """Install a Chromium if there is none."""
    if installed():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
    if not installed():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def notebook(*cells: str) -> str:
    """A notebook of code cells, as the text of its file."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made = [{**empty, "id": f"cell-{i}", "source": text} for i, text in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


class Lab:
    """A running JupyterLab on a folder of its own."""

    def __init__(self, folder: Path, port: int, token: str) -> None:
        self.folder, self.port, self.token = folder, port, token

    def write(self, name: str, *cells: str) -> None:
        (self.folder / "notebooks" / name).write_text(notebook(*cells))

    def shut_kernels_down(self) -> None:
        """Stop all kernels; a kernel with torch takes a few hundred megabytes."""
        address = f"http://127.0.0.1:{self.port}/api/sessions"
        with urllib.request.urlopen(f"{address}?token={self.token}") as answer:
            sessions = json.load(answer)
        for session in sessions:
            request = urllib.request.Request(
                f"{address}/{session['id']}",
                method="DELETE",
                headers={"Authorization": f"token {self.token}"},
            )
            urllib.request.urlopen(request).close()

    def address(self, name: str, reset: bool = True) -> str:
        workspace = name.removesuffix(".ipynb")  # one a notebook: tests must not see each other's tabs
        way = f"lab/workspaces/{workspace}/tree/{name}"
        return f"http://127.0.0.1:{self.port}/{way}?token={self.token}{'&reset' * reset}"


@contextmanager
def jupyterlab(folder: Path) -> Iterator[Lab]:
    """Start JupyterLab on an empty folder, one thread for the kernels, and stop it after."""
    (folder / "notebooks").mkdir(parents=True)
    (folder / "settings").mkdir()
    (folder / "settings/overrides.json").write_text(json.dumps(QUIET))
    for _ in range(3):
        # The system gives none of these to kernels, which could otherwise take it before the server listens.
        port, token = secrets.choice(range(20_000, 32_000)), secrets.token_hex(8)
        with _server(folder, port, token) as up:
            if up:
                yield Lab(folder, port, token)
                return
    raise RuntimeError((folder / "lab.log").read_text())


@contextmanager
def _server(folder: Path, port: int, token: str) -> Iterator[bool]:
    """Start JupyterLab and give whether it answers; it ends by itself where another has taken the port."""
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
        f"--ServerApp.root_dir={folder / 'notebooks'}",
        f"--LabApp.app_settings_dir={folder / 'settings'}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    with (folder / "lab.log").open("a") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            yield _answers(server, f"http://127.0.0.1:{port}/api/status?token={token}")
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _answers(server: subprocess.Popen, address: str) -> bool:
    """Wait until a server answers to its token, and say whether it does."""
    for _ in range(1200):
        if server.poll() is not None:
            return False
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return True
        except (OSError, HTTPException):  # it does not listen yet, or another does
            time.sleep(0.1)
    return False


class Learner:
    """Someone at a notebook: opens it, runs cells, presses buttons."""

    def __init__(self, lab: Lab, page, name: str) -> None:
        self.lab, self.page, self.name = lab, page, name
        self.errors: list[str] = []
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open()

    def open(self, reset: bool = True) -> None:
        self.page.goto(self.lab.address(self.name, reset))
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.wait_idle()

    def wait_idle(self) -> None:
        """Wait until the status bar says that the kernel is idle; before that, the first run is dropped."""
        self.page.wait_for_function(
            r"[...document.querySelectorAll('.jp-StatusBar-Widget *')]"
            r".some(e => /\| Idle/.test(e.innerText || ''))"
        )

    def cell(self, index: int):
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(index)

    def run_cell(self, index: int, wait: bool = True) -> None:
        """Run one cell as with Ctrl+Enter, and wait until it has run."""
        cell = self.cell(index)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        has_run = (
            r"([i, before]) => { const text = document.querySelectorAll('.jp-Notebook .jp-CodeCell')[i]"
            r".querySelector('.jp-InputPrompt').innerText; return /\d/.test(text) && text !== before }"
        )
        for _ in range(5):  # JupyterLab drops a run that comes while it connects: press again, as one would
            cell.locator(".jp-InputArea-editor").click()
            self.page.keyboard.press("Control+Enter")
            if not wait:
                return
            try:
                self.page.wait_for_function(has_run, arg=[index, before], timeout=WAIT / 5)
                return
            except TimeoutError:
                if "*" in prompt.inner_text():
                    break  # it runs
        self.page.wait_for_function(has_run, arg=[index, before])

    def run_all(self) -> None:
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()
        self.page.wait_for_function(
            r"[...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]"
            r".every(e => /\d/.test(e.innerText))"
        )

    def output(self, index: int) -> str:
        return self.cell(index).locator(".jp-OutputArea").inner_text()

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function("!document.querySelector('.lm-DockPanel-tabBar .jp-mod-dirty')")


class View:
    """A view in the output of a cell: its controls, and the numbers in its data attributes."""

    seconds = 60  # for whatever has to happen

    def __init__(self, learner: Learner, cell: int = 0) -> None:
        self.page = learner.page
        self.paper = learner.cell(cell).locator(".wgan-edu")
        self.paper.scroll_into_view_if_needed()
        self.wait("painted", lambda painted: painted >= 1)

    def number(self, name: str) -> float:
        value = self.paper.get_attribute(f"data-{name}")
        return float(value) if value not in (None, "", "null", "true", "false") else float("nan")

    def wait(self, name: str, wanted: Any, near: float = 1e-6) -> float:
        """Wait until a number is what is wanted: near a value, or such that `wanted(number)` holds."""
        holds = wanted if callable(wanted) else lambda number: abs(number - wanted) <= near
        for _ in range(20 * self.seconds):
            if holds(number := self.number(name)):
                return number
            time.sleep(0.05)
        says = self.paper.inner_text()
        raise AssertionError(f"{name} is {self.number(name)}, not {wanted}; the view says: {says}")

    def stands_still(self) -> bool:
        """Whether nothing moves any more, in the page or in the run, once every question has its answer."""
        self.wait("open", 0)
        before = self.number("step"), self.number("painted")
        time.sleep(1)
        return before == (self.number("step"), self.number("painted"))

    def press(self, name: str) -> None:
        self.paper.get_by_role("button", name=name, exact=True).click()


@contextmanager
def pinned_lab() -> Iterator[tuple[Lab, Any]]:
    """For benchmarks: JupyterLab and its kernels on one core, as on Binder, and a browser on the others."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

    def run_on(some: list[int]) -> None:  # what is started next inherits it
        if cores:
            os.sched_setaffinity(0, some)

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run_on(cores[1:] or cores)
        chromium = playwright.chromium.launch(executable_path=installed(), args=ARGUMENTS)
        run_on(cores[:1])
        with jupyterlab(Path(folder) / "lab") as lab:
            run_on(cores[1:] or cores)
            yield lab, chromium
        chromium.close()


def machine() -> str:
    """What a benchmark ran on, as a line."""
    return f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    provide()
