"""What all tests share: one Hypothesis profile, and a home for progress that is not the real one."""

import os

import pytest
from hypothesis import settings

# The same examples every time, no clock, nothing kept on disk.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None, max_examples=40)
settings.load_profile("repeatable")


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
