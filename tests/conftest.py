"""What all tests share: one Hypothesis profile, and a home for progress that is not the real one."""

import ast
import os
import re
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent

# The same examples every time, no clock, nothing kept on disk.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None, max_examples=40)
settings.load_profile("repeatable")


def missing_tools(path):
    """Packages that a file of tests imports at its top, itself or by its helpers, and that are missing."""
    missing = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
            for name in {name.split(".")[0] for name in names}:
                if (helper := TESTS / f"{name}.py").exists():
                    missing |= missing_tools(helper)
                elif not find_spec(name):
                    missing.add(name)
    return missing


# `make test-colab` has Colab's libraries and few tools: tests of pages, slides and browsers are left out.
left_out = {}
if Path(sys.prefix).name == ".venv-colab":
    left_out = {path.name: tools for path in TESTS.glob("test_*.py") if (tools := missing_tools(path))}
collect_ignore = sorted(left_out)


def pytest_report_header():
    """Which files of tests are left out, and for want of what."""
    return [f"left out: {name}, for want of {', '.join(sorted(left_out[name]))}" for name in collect_ignore]


@pytest.fixture(scope="session", autouse=True)
def _home_of_all_tests(tmp_path_factory):
    """Nothing that a test runs, kernels and commands included, may touch the progress of a real learner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WGAN_EDU_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home for one test, as a new learner has it: the folder that progress will go to."""
    from wgan_edu.exercises import records

    folder = tmp_path / "home"
    monkeypatch.setenv("WGAN_EDU_HOME", str(folder))
    monkeypatch.setattr(records, "_unsaved", {})
    monkeypatch.setattr(records, "_told", set())
    assert os.environ["WGAN_EDU_HOME"] == str(records.progress_file().parent)
    return folder


@pytest.fixture
def one_thread():
    """The same bits every time: torch on one thread."""
    import torch  # here, as most tests do without it

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def interruptible():
    """Ctrl-C raises KeyboardInterrupt, also where these tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """One JupyterLab for the browser tests of this worker."""
    import browser  # here, as most tests do without it

    with browser.jupyterlab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium():
    """One browser for the tests of this worker."""
    import browser
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser.installed(), args=browser.ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def learner(lab, chromium, request):
    """Give `learner(cell, cell, ...)`: someone who has opened a new notebook with these cells."""
    import browser

    contexts = []

    def opened(*cells, **settings):
        test = re.sub(r"\W+", "-", request.node.name)  # parameters come in brackets, which addresses escape
        name = f"{test}-{len(contexts)}.ipynb"
        lab.write(name, *cells)
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 1000}, **settings))
        return browser.Learner(lab, contexts[-1].new_page(), name)

    yield opened
    for context in contexts:
        context.close()
    lab.shut_kernels_down()
