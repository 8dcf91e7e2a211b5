"""What the repository says of itself, and copies of it, for the tests of how it is built and started."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SUPPORTED = [
    line.rsplit(" ", 1)[1] for line in PROJECT["classifiers"] if re.search(r":: Python :: 3\.\d+$", line)
]


def committed_files() -> list[Path]:
    """What a commit would hold: tracked files, and new ones that git does not ignore."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def copy_of_the_checkout(folder: Path) -> list[Path]:
    """Copy what a commit would hold, and nothing else; gives the names of the files."""
    names = [path.relative_to(ROOT) for path in committed_files()]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return names


def floors(*extras: str) -> dict[str, SpecifierSet]:
    """What the package needs, by name, with the versions that it admits."""
    texts = PROJECT["dependencies"] + [
        text for extra in extras for text in PROJECT["optional-dependencies"][extra]
    ]
    return {canonicalize_name((entry := Requirement(text)).name): entry.specifier for text in texts}
