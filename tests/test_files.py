"""Files that are whole or not there. Kills are in test_checkpoint and test_progress."""

import os
import stat

import pytest

from wgan_edu.files import sweep, write_whole


def test_a_file_is_written_and_replaced(tmp_path):
    for content in (b"old", b"new", b""):
        write_whole(tmp_path / "file", content)
        assert (tmp_path / "file").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.name == "nt", reason="no such modes there")
def test_others_may_read_it_unless_told(tmp_path):
    write_whole(tmp_path / "shared", b"")
    write_whole(tmp_path / "mine", b"", mode=0o600)
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o600


@pytest.mark.parametrize("place", ["os.fdopen", "os.fsync", "os.chmod", "os.replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path, place, error):
    def fails(*_, **__):
        raise error

    write_whole(tmp_path / "file", b"old")
    patch = pytest.MonkeyPatch()
    patch.setattr(place, fails)
    with pytest.raises(type(error)):
        write_whole(tmp_path / "file", b"new")
    patch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"old"}


def test_a_folder_that_is_not_there(tmp_path):
    sweep(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "file", b"")


def test_only_temporaries_are_swept(tmp_path):
    for name in ("a.pt", "a.pt.x1.tmp", "b.json.x2.tmp", "notes.tmp"):
        (tmp_path / name).touch()
    sweep(tmp_path, "*.pt")
    assert {path.name for path in tmp_path.iterdir()} == {"a.pt", "b.json.x2.tmp", "notes.tmp"}
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"a.pt", "notes.tmp"}
