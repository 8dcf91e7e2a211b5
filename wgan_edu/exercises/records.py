"""The record of progress: one JSON file, `$WGAN_EDU_HOME/progress.json`, else `~/.wgan_edu/progress.json`.

Each change is read, made and written under a lock, so two kernels can work at once; a write goes to a
temporary file that then takes the old one's place, so a kernel killed at any moment leaves a whole file. A
file that cannot be understood is set aside, never overwritten. Where nothing can be written, progress lives
in memory, goes into the next file that can be, and one message says so. Used in every chapter.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from wgan_edu.files import sweep, write_whole

__all__ = [
    "SAVED",
    "Record",
    "current",
    "export_progress",
    "progress_file",
    "restore",
    "restore_progress",
    "update",
]

# {"exercises": {"05.2": {"tried": 1, "passed": True, "text": ""}}, "quizzes": {"05": {"1": True}}}, and after
# a take {"inventory": [{"date": "2026-11-22T10:03:12", "score": 9, "of": 20, "answers": {"1": "b"}}]} as well
Record = dict[str, Any]

SAVED = "wgan_progress.json"  # a record to carry away, if nobody says otherwise
PATIENCE = 10.0  # seconds to wait for another kernel, which holds the lock for milliseconds

_unsaved: dict[Path, Record] = {}  # what could not be written yet
_told: set[str] = set()  # each complaint is made once
_one_at_a_time = threading.RLock()  # widgets may answer on a thread of their own


def progress_file() -> Path:
    """Where progress is kept."""
    home = os.environ.get("WGAN_EDU_HOME") or os.path.join("~", ".wgan_edu")
    return Path(os.path.expanduser(home)).absolute() / "progress.json"


def update(change: Callable[[Record], None]) -> str:
    """Read, change and write the record, or keep the change in memory. Returns a message, mostly empty."""
    file = progress_file()
    with _one_at_a_time:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(file.with_suffix(".lock"), timeout=PATIENCE):
                record, note = _read_or_set_aside(file)
                _merge(record, _unsaved.get(file, _empty()))
                change(record)
                _write(file, record)
        except (OSError, NotImplementedError) as error:
            change(_unsaved.setdefault(file, _empty()))
            return _once(
                f"Your progress cannot be saved to {file} ({error}). Checks still work, and what you do now "
                "is remembered until this kernel stops: `progress()` offers it as a download."
            )
        _unsaved.pop(file, None)
        return note


def current() -> tuple[Record, str]:
    """The record as it stands, with what could not be written, and a message, mostly empty."""
    file, record, note = progress_file(), _empty(), ""
    try:
        record = _read(file)
    except ValueError:
        note = update(lambda record: None)  # sets the file aside
    except OSError as error:
        note = _once(f"Your progress in {file} cannot be read ({error}).")
    _merge(record, _unsaved.get(file, _empty()))
    return record, note


def export_progress(path: str | Path = SAVED) -> Path:
    """Write the record to a file of your own, to restore it elsewhere.

    Args:
        path: where to write; default "wgan_progress.json" in the present folder. What is there is replaced.

    Returns:
        The path of the file.
    """
    file = Path(path).expanduser().absolute()
    _write(file, current()[0])
    return file


def restore_progress(path: str | Path = SAVED) -> str:
    """Add a saved record to the present one. Nothing is lost: passed here or there is passed.

    Args:
        path: a file from `export_progress` or from the download of `progress()`; default
            "wgan_progress.json" in the present folder. The text of such a file will do as well, where no
            file can be brought: paste all of it, from the first brace to the last.

    Returns:
        A sentence that says what was restored.

    Raises:
        ValueError: if the file is not a record of progress.
    """
    if isinstance(path, str) and path.lstrip().startswith("{"):
        return restore(path.encode())
    return restore(Path(path).expanduser().read_bytes())


def restore(content: bytes) -> str:
    """Add a saved record, given as the content of its file; see `restore_progress`."""
    try:
        other = json.loads(content.decode("utf-8"))
        _merge(_empty(), other)  # reject a bad one before anything is changed
    except (ValueError, RecursionError):
        raise ValueError("The file must be one that `export_progress` or `progress()` wrote.") from None
    before = _passed(current()[0])
    note = update(lambda record: _merge(record, other))
    now = _passed(current()[0])
    gain = f"exercises passed there and not yet here: {now - before}"
    return f"Restored; {gain}. Passed in all: {now}. {note}".strip()


# --- the file ---------------------------------------------------------------------------------------


def _empty() -> Record:
    return {"exercises": {}, "quizzes": {}}


def _passed(record: Record) -> int:
    return sum(entry["passed"] for entry in record["exercises"].values())


def _merge(into: Record, other: Record) -> None:
    """Put into one record what another holds: no pass or take is lost, and no text replaces a text."""
    try:
        for key, theirs in other["exercises"].items():
            mine = into["exercises"].setdefault(str(key), {})
            mine["tried"] = max(mine.get("tried", 0), int(theirs.get("tried", 0)))
            mine["passed"] = mine.get("passed") is True or theirs.get("passed") is True
            mine["text"] = str(mine.get("text") or theirs.get("text") or "")
        for chapter, theirs in other["quizzes"].items():
            answers = into["quizzes"].setdefault(str(chapter), {})
            for question, right in theirs.items():
                answers[str(question)] = answers.get(str(question)) is True or right is True
        if "inventory" in other:  # every take stands beside the others
            if not isinstance(other["inventory"], list):
                raise TypeError
            takes = into.setdefault("inventory", [])
            takes.extend(take for take in list(other["inventory"]) if take not in takes)
    except (KeyError, TypeError, AttributeError, OverflowError):
        raise ValueError("This is not a record of progress.") from None


def _read(file: Path) -> Record:
    """The record in a file; a ValueError if there is none in it."""
    try:
        record: Record = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _empty()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _merge(_empty(), record)
    _merge(record, record)  # every field in its place; fields of a later version stay
    return record


def _read_or_set_aside(file: Path) -> tuple[Record, str]:
    try:
        return _read(file), ""
    except ValueError:
        aside = file.with_name(f"progress-unreadable-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.json")
        os.replace(file, aside)
        return _empty(), f"Your record of progress could not be read: it is set aside as {aside}."


def _write(file: Path, record: Record) -> None:
    """Replace the file at once: a reader sees the old record or the new one, and never a part."""
    sweep(file.parent, file.name)  # what killed kernels left; those that live wait for the lock
    write_whole(file, json.dumps(record, indent=1, sort_keys=True).encode(), mode=0o600)


def _once(message: str) -> str:
    said_before = message in _told
    _told.add(message)
    return "" if said_before else message
