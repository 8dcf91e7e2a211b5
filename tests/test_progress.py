"""Progress lasts: through kills, two kernels at once, damaged files, full disks, new machines."""

import errno
import json
import os
import subprocess
import sys
import textwrap

import pytest

from wgan_edu.__main__ import main
from wgan_edu.exercises import ex, export_progress, progress, quiz, records, restore_progress

pytestmark = pytest.mark.usefixtures("home")

RIGHT = [4, 1, 1]  # of exercise 05.4


def python(program, *arguments, **more):
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, **more).stdout


def row(chapter):
    """A chapter's line in the table."""
    return next(row for row in progress().rows if row[0] == chapter)


def stored(home):
    return json.loads((home / "progress.json").read_text())


# --- what is kept -----------------------------------------------------------------------------------


def test_tries_and_passes_are_kept(home):
    ex("05.4").check([3, 1, 1])
    ex("05.4").check(RIGHT)
    ex("05.4").check([1, 1, 1])
    assert stored(home)["exercises"]["05.4"] == {"tried": 3, "passed": True, "text": ""}


def test_it_is_kept_where_the_learner_says(home, monkeypatch, tmp_path):
    assert records.progress_file() == home / "progress.json"
    monkeypatch.delenv("WGAN_EDU_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert records.progress_file() == tmp_path / ".wgan_edu" / "progress.json"


def test_a_new_kernel_sees_it():
    ex("05.4").check(RIGHT)
    quiz("05").answer(1, "b")
    lines = python("from wgan_edu.exercises import progress; print(progress())").splitlines()
    [line] = [line for line in lines if line.startswith("05")]
    assert " ".join(line.split()) == "05 1 of 6 1 1 of 5 05.1, 05.2, 05.3, 05.5, 05.6"


def test_the_table(home):
    before = repr(progress())
    assert "0 of 6" in before
    ex("05.4").check(RIGHT)
    ex("05.1").check([0, 0, 0, 0])
    table = progress()
    assert row("05") == ("05", "1 of 6", "2", "0 of 5", "05.1, 05.2, 05.3, 05.5, 05.6")
    page = table._repr_html_()
    assert '<th scope="col"' in page
    assert "<caption" in page
    assert 'download="wgan_progress.json"' in page


# --- nothing breaks it ------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_it_survives_kill_9(home):
    """Twenty writers, each killed in the middle of writing: a whole file each time, and no try is lost."""
    program = """
        import json, os, random, signal, time
        from wgan_edu.exercises import records
        from wgan_edu.exercises.frame import ex
        ex("05.5").save("x" * 200_000)  # a long write is easier to hit
        random.seed(1)
        for _ in range(20):
            reader, writer = os.pipe()
            child = os.fork()
            if child == 0:
                while True:
                    note = records.update(lambda record: record["exercises"]["05.5"].update(
                        tried=record["exercises"]["05.5"]["tried"] + 1))
                    assert note == ""
                    os.write(writer, b"x")  # one more is safe on disk
            os.read(reader, 1)
            time.sleep(random.uniform(0, 0.02))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(writer)
            safe = 1
            while more := os.read(reader, 4096):
                safe += len(more)
            os.close(reader)
            record, note = records.current()
            assert note == "", note
            tried = record["exercises"]["05.5"]["tried"]
            assert tried >= safe, (tried, safe)
            assert len(record["exercises"]["05.5"]["text"]) == 200_000
            records.update(lambda record: record["exercises"]["05.5"].update(tried=0))
        print(*sorted(os.listdir(os.environ["WGAN_EDU_HOME"])))
    """
    left = set(python(program).split()) - {"progress.lock"}  # some releases of filelock remove it
    assert left == {"progress.json"}, "stale temporary files are swept"


def test_two_kernels_at_once(home):
    program = """
        import sys
        from wgan_edu.exercises.frame import ex
        for number in range(40):
            ex("05.4").check([3, 1, 1])
            ex("05.5").save(f"{sys.argv[1]} {number}")
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    both = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert stored(home)["exercises"]["05.4"]["tried"] == 80


@pytest.mark.parametrize(
    "content",
    [b"", b'{"exercises": {"05.4": {"pas', b"\xff\xfe\x00", b"[]", b'{"exercises": 3}', b"[" * 100_000,
     b'{"exercises": {"05.4": 1}, "quizzes": {}}', b'{"exercises": {"05.4": {"tried": "x"}}, "quizzes": {}}'],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_set_aside(home, content):
    home.mkdir()
    (home / "progress.json").write_bytes(content)
    outcome = ex("05.4").check(RIGHT)
    assert outcome.passed
    [aside] = home.glob("progress-unreadable-*.json")
    assert str(aside) in outcome.message
    assert aside.read_bytes() == content
    assert stored(home)["exercises"]["05.4"]["passed"]
    assert "set aside" not in ex("05.4").check(RIGHT).message, "said once"


def test_looking_sets_it_aside_too(home):
    home.mkdir()
    (home / "progress.json").write_text("no JSON")
    assert "set aside" in repr(progress())
    assert "set aside" not in repr(progress())


def test_fields_of_a_later_version_stay(home):
    home.mkdir()
    later = {"exercises": {"16.1": {"passed": True, "stars": 5}}, "quizzes": {}, "inventory": [1, 2]}
    (home / "progress.json").write_text(json.dumps(later))
    ex("05.4").check(RIGHT)
    assert stored(home)["inventory"] == [1, 2]
    assert stored(home)["exercises"]["16.1"]["stars"] == 5


@pytest.mark.parametrize("place", ["os.replace", "tempfile.mkstemp", "pathlib.Path.mkdir", "os.fsync"])
@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EACCES])
def test_a_disk_that_cannot_be_written(home, monkeypatch, place, code):
    ex("05.1").check([0, 0, 0, 0])
    before = (home / "progress.json").read_bytes()

    def fails(*_, **__):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(place, fails)
        outcome = ex("05.4").check(RIGHT)
        assert outcome.passed
        assert f"cannot be saved to {home / 'progress.json'}" in outcome.message
        assert os.strerror(code) in outcome.message
        assert "cannot be saved" not in ex("05.4").check(RIGHT).message, "said once"
        assert row("05")[1] == "1 of 6", "remembered until the kernel stops"
        assert (home / "progress.json").read_bytes() == before
        assert not list(home.glob("*.tmp"))
    ex("05.1").check([0, 0, 0, 0])
    assert stored(home)["exercises"]["05.4"]["passed"], "written as soon as that is possible"


def test_a_file_that_may_not_be_read_is_never_overwritten(home, monkeypatch):
    ex("05.4").check(RIGHT)
    before = (home / "progress.json").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.read_text", lambda *_, **__: os.open("/", os.O_WRONLY))  # an OSError
        assert "cannot be saved" in ex("05.1").check([0, 0, 0, 0]).message
        assert "cannot be read" in progress().note
    assert (home / "progress.json").read_bytes() == before


# --- to another machine and back --------------------------------------------------------------------


def test_export_and_restore(home, tmp_path, monkeypatch):
    ex("05.4").check(RIGHT)
    ex("05.5").check("My proof goes from above and from below.")
    quiz("05").answer(2, "d")
    saved = export_progress(tmp_path / "saved.json")
    monkeypatch.setenv("WGAN_EDU_HOME", str(tmp_path / "elsewhere"))
    assert restore_progress(saved).endswith("not yet here: 1. Passed in all: 1.")
    assert stored(tmp_path / "elsewhere") == stored(home)
    assert restore_progress(str(saved)).endswith("not yet here: 0. Passed in all: 1.")
    assert ex("05.5").draft() == "My proof goes from above and from below."


def test_one_call_each_where_no_file_is_named(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ex("05.4").check(RIGHT)
    assert export_progress() == tmp_path / "wgan_progress.json"
    (home / "progress.json").unlink()
    assert restore_progress().endswith("Passed in all: 1.")


def test_the_text_of_a_saved_record_will_do(home, tmp_path):
    """Where no file can be brought: the text of one, pasted."""
    ex("05.4").check(RIGHT)
    text = export_progress(tmp_path / "saved.json").read_text()
    (home / "progress.json").unlink()
    ex("05.1").check([0, 0, 0, 0])
    assert restore_progress(f"\n{text}\n").endswith("not yet here: 1. Passed in all: 1.")
    assert stored(home)["exercises"]["05.1"]["tried"] == 1
    with pytest.raises(ValueError, match="must be one that"):
        restore_progress(text[:-5])


def test_restoring_loses_nothing(home, tmp_path):
    ex("05.4").check([3, 1, 1])
    ex("05.5").save("old")
    quiz("05").answer(1, "b")
    saved = export_progress(tmp_path / "saved.json")
    ex("05.4").check(RIGHT)
    ex("05.5").save("new")
    quiz("05").answer(2, "d")
    restore_progress(saved)
    assert stored(home)["exercises"]["05.4"] == {"tried": 2, "passed": True, "text": ""}
    assert ex("05.5").draft() == "new"
    assert quiz("05").score() == 2


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"exercises": {"05.4": 3}}'])
def test_a_file_that_is_no_record_is_refused(home, tmp_path, content):
    ex("05.4").check(RIGHT)
    before = stored(home)
    (tmp_path / "bad.json").write_bytes(content)
    with pytest.raises(ValueError, match="must be one that"):
        restore_progress(tmp_path / "bad.json")
    assert stored(home) == before


def uploaded(version, content):
    """What the upload button holds in versions 7 and 8 of the widgets."""
    file = {"name": "saved.json", "content": memoryview(content) if version == 8 else content}
    return (file,) if version == 8 else {"saved.json": file}


@pytest.mark.parametrize("version", [7, 8])
def test_the_upload_button_restores(home, tmp_path, version):
    from wgan_edu.exercises.writing import restore_files

    ex("05.4").check(RIGHT)
    content = export_progress(tmp_path / "saved.json").read_bytes()
    (home / "progress.json").unlink()
    assert "not yet here: 1" in restore_files(uploaded(version, content)).message
    assert stored(home)["exercises"]["05.4"]["passed"]
    assert restore_files(()) is None


def test_a_notebook_shows_table_and_button(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda thing, **_: shown.append(thing))
    progress()._ipython_display_()
    assert set(shown[0]) == {"text/html", "text/plain"}
    assert type(shown[1]).__name__ == "VBox"


# --- the command line -------------------------------------------------------------------------------


def test_the_command_shows_saves_and_restores(home, tmp_path, capsys, monkeypatch):
    ex("05.4").check(RIGHT)
    assert main(["progress", "--export", str(tmp_path / "saved.json")]) == 0
    assert "1 of 6" in capsys.readouterr().out
    monkeypatch.setenv("WGAN_EDU_HOME", str(tmp_path / "elsewhere"))
    assert main(["progress"]) == 0
    assert "0 of 6" in capsys.readouterr().out
    assert main(["progress", "--restore", str(tmp_path / "saved.json")]) == 0
    assert "1 of 6" in capsys.readouterr().out


def test_the_command_says_what_went_wrong(tmp_path, capsys):
    assert main(["progress", "--restore", str(tmp_path / "missing.json")]) == 1
    (tmp_path / "bad.json").write_text("[]")
    assert main(["progress", "--restore", str(tmp_path / "bad.json")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "missing.json" in err
    assert "must be one that" in err


def test_the_command_runs_as_a_module():
    command = [sys.executable, "-m", "wgan_edu", "progress"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("Chapter")
