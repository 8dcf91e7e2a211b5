"""Progress leaves a machine that forgets, and comes back: the link and the button, in JupyterLab."""

import json

import pytest

pytestmark = pytest.mark.browser

BEGIN = """import os, tempfile
os.environ["WGAN_EDU_HOME"] = tempfile.mkdtemp()
from wgan_edu.exercises import contents, ex, progress
"""


def test_a_record_is_downloaded_and_restored_elsewhere(learner, tmp_path):
    here = learner(BEGIN + 'ex("05.4").check([4, 1, 1])', "progress()", accept_downloads=True)
    here.run_all()
    with here.page.expect_download() as download:
        here.cell(1).get_by_role("link", name="download your progress").click()
    assert download.value.suggested_filename == "wgan_progress.json"
    saved = tmp_path / "wgan_progress.json"
    download.value.save_as(saved)
    assert json.loads(saved.read_text())["exercises"]["05.4"]["passed"]

    elsewhere = learner(BEGIN + 'ex("05.1").check([0, 0, 0, 0])', "progress()", "contents()")
    elsewhere.run_cell(0)
    elsewhere.run_cell(1)
    with elsewhere.page.expect_file_chooser() as chooser:
        elsewhere.cell(1).get_by_role("button", name="Restore a saved record").click()
    chooser.value.set_files(saved)
    elsewhere.cell(1).get_by_text("not yet here: 1. Passed in all: 1.").wait_for()
    elsewhere.run_cell(2)
    elsewhere.cell(2).get_by_text("···✓·· 1 of 6, quiz 0 of 5").wait_for()
    assert here.errors == elsewhere.errors == []
