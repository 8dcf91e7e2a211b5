"""Run every chapter once, with its views recorded, for the site and the slides.

    python docs/execute.py [--keep] [00_start_here ...]

writes docs/_build/executed/NN_name.ipynb, with outputs. A chapter runs again if it or the package has changed
since; `--keep` takes whatever an earlier run left.
"""

import argparse
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
EXECUTED = ROOT / "docs" / "_build" / "executed"


def fingerprint(notebook: Path) -> str:
    """Of all that an output depends on here: the chapter and the package."""
    digest = hashlib.sha256(notebook.read_bytes())
    for file in sorted((ROOT / "wgan_edu").rglob("*")):
        if file.suffix in {".py", ".js", ".css", ".json"}:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def executed(name: str, keep: bool = False) -> Path:
    """The file of a chapter with its outputs, run now unless it stands there already."""
    source, target = NOTEBOOKS / f"{name}.ipynb", EXECUTED / f"{name}.ipynb"
    mark = fingerprint(source)
    if target.exists():
        found = nbformat.read(target, as_version=4).metadata.get("fingerprint")
        if keep or found == mark:
            return target
    notebook = nbformat.read(source, as_version=4)
    print(f"Running {name}", flush=True)
    where = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources=where, store_widget_state=False
    ).execute()
    notebook.metadata["fingerprint"] = mark
    EXECUTED.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return target


def main() -> None:
    """Run what is asked for, on as many cores as there are, one thread each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
    parser.add_argument("--keep", action="store_true", help="take what an earlier run left")
    arguments = parser.parse_args()
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[threads] = "1"
    os.environ["WGAN_EDU_WIDGETS"] = "recorded"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    os.environ["WGAN_EDU_HOME"] = str(EXECUTED.parent / "home")  # nobody's progress
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for path in pool.map(lambda name: executed(name, arguments.keep), arguments.names):
            print(path.relative_to(ROOT), flush=True)


if __name__ == "__main__":
    sys.exit(main())
