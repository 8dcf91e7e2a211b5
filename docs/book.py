"""Build the site from the chapters, the pages in docs/ and the docstrings.

    python docs/book.py [--keep]

runs what chapters have changed, then Sphinx, and says where the site is. `--keep` runs no chapter that an
earlier run left. Sphinx reads docs/_build/source, a copy of the few folders that it needs, laid out as in the
repository: so a link from page to page is the same on the site, on GitHub and on disk.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "docs" / "_build"
SOURCE, SITE, EXECUTED = BUILD / "source", BUILD / "html", BUILD / "executed"
TOP = ("README.md", "CONTRIBUTING.md", "LICENSE", "LICENSE-TEXTS", "CITATION.cff")
SPHINX = [sys.executable, "-m", "sphinx", "-b", "html", "--fail-on-warning", "--keep-going", "--quiet"]


def pages() -> dict[Path, Path]:
    """Where each file of the source tree comes from, by its place in it."""
    chapters = sorted((ROOT / "notebooks").glob("*.ipynb"))
    found = {Path("notebooks", path.name): EXECUTED / path.name for path in chapters}
    beside = [path for path in (ROOT / "docs").iterdir() if path.suffix in {".md", ".rst", ".png"}]
    found |= {Path("docs", path.name): path for path in beside}
    found |= {Path(name): ROOT / name for name in TOP}
    found[Path("index.md")] = found.pop(Path("docs/index.md"))
    return {place: path for place, path in found.items() if path.exists()}


def assemble(wanted: dict[Path, Path], source: Path) -> None:
    """Copy what is new, with its date, as Sphinx goes by dates; and take away what has gone."""
    for old in [path for path in source.rglob("*") if path.is_file()]:
        place = old.relative_to(source)
        if place not in wanted and place.parts[:2] != ("docs", "api"):  # that one autosummary writes
            old.unlink()
    for place, path in wanted.items():
        target = source / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.stat().st_mtime != path.stat().st_mtime:
            shutil.copy2(path, target)


def main() -> int:
    """Run the chapters, build, and say what came of it."""
    run = [sys.executable, str(ROOT / "docs" / "execute.py"), *sys.argv[1:]]
    if failed := subprocess.run(run, check=False).returncode:
        return failed
    start = time.monotonic()
    assemble(pages(), SOURCE)
    settings = ["--conf-dir", ROOT / "docs", "--doctree-dir", BUILD / "doctrees", SOURCE, SITE]
    if failed := subprocess.run([*SPHINX, *settings], check=False).returncode:
        shutil.rmtree(BUILD / "doctrees", ignore_errors=True)  # else the next run would not warn again
        return failed
    files = [path for path in SITE.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    count = sum(path.suffix == ".html" for path in files)
    print(f"{count} pages, {size:.0f} MB, in {time.monotonic() - start:.0f} s. Open {SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
