"""Files that are whole or not there: what is killed while writing leaves the old file as it was.

Content goes to a temporary file beside the target, down to the disk, and then takes the target's name in one
step. A reader sees the old file or the new one, and never a part. Used for progress, checkpoints and caches.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["sweep", "write_whole"]


def write_whole(path: str | Path, content: bytes, mode: int = 0o644) -> None:
    """Replace a file at once.

    Args:
        path: the file; its folder must exist.
        content: all of it.
        mode: who may read it. Default everyone; a temporary file alone would be for its owner only.

    Raises:
        OSError: if it cannot be written; what was there before is still there.

    Taught in: 11_images_on_gpu.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:  # an interrupt too
        with suppress(OSError):
            os.unlink(temporary)
        raise
    with suppress(OSError):  # some systems cannot sync a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def sweep(folder: str | Path, names: str = "*") -> None:
    """Remove the temporary files that killed processes have left behind.

    Args:
        folder: where to look; it need not exist.
        names: a pattern for the files whose temporaries go, such as "*.pt". Nobody may be writing them now.

    Taught in: 11_images_on_gpu.
    """
    with suppress(OSError):
        for temporary in Path(folder).glob(f"{names}.*.tmp"):
            temporary.unlink(missing_ok=True)
