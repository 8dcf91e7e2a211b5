"""The two commands of the README, as a newcomer types them."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
START = "lab/tree/00_start_here.ipynb"
WAIT = 60  # seconds for a server to say where it is; no test measures speed

pytestmark = pytest.mark.setup


@pytest.fixture
def lab(tmp_path):
    """`make lab`, without a browser, on a free port; gives its output so far as a function."""
    log = (tmp_path / "lab.log").open("w+")
    server = subprocess.Popen(
        ["make", "lab", "LAB_ARGS=--no-browser --ServerApp.port_retries=50"],
        cwd=ROOT,
        stdout=log,
        stderr=log,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))},
    )
    yield lambda: (tmp_path / "lab.log").read_text()
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(WAIT)
    log.close()


def wait_for(pattern, output):
    for _ in range(10 * WAIT):
        if found := re.search(pattern, output()):
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {pattern!r} in:\n{output()}")


def fetched(address):
    """What a server says; it prints its address shortly before it listens."""
    for _ in range(10 * WAIT):
        try:
            with urllib.request.urlopen(address, timeout=WAIT) as answer:
                return answer.read().decode()
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.1)
    raise AssertionError(f"{address} did not answer")


def test_make_lab_serves_the_course(lab):
    address, token = wait_for(rf"(http://(?:127\.0\.0\.1|localhost):\d+)/{START}\?token=(\w+)", lab).groups()
    contents = json.loads(fetched(f"{address}/api/contents?token={token}"))["content"]
    names = {entry["name"] for entry in contents}
    on_disk = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert names == on_disk
    assert "00_start_here.ipynb" in names, "the address leads to the start page"
    assert "JupyterLab" in fetched(f"{address}/{START}?token={token}")
    assert "If no browser appears" in lab()
    assert "Creating" not in lab(), "a second run reuses the environment"


def test_help_names_both_commands():
    answer = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(r"^make lab +set up once", answer, flags=re.M)
    assert re.search(r"^make test +set up once", answer, flags=re.M)


def test_set_up_is_not_repeated():
    """Nothing is left to do for the environment that these tests run in."""
    assert subprocess.run(["make", "--question", ".venv/ready"], cwd=ROOT, check=False).returncode == 0


def test_an_old_python_gets_one_sentence(tmp_path):
    copy = tmp_path / "Makefile"
    copy.write_text((ROOT / "Makefile").read_text())
    (tmp_path / "pyproject.toml").touch()
    answer = subprocess.run(
        ["make", "PYTHON=", ".venv/ready"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode != 0
    assert "Python 3.11 or newer" in answer.stdout
