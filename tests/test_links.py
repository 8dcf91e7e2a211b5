"""A fork works after one command: every badge and bootstrap leads to the address in pyproject.toml."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from wgan_edu.links import address_of, hub_links, set_address, stale_links, write_links

ROOT = Path(__file__).resolve().parents[1]
HERE = address_of(ROOT)


@pytest.fixture
def fork(tmp_path):
    """A copy of all that holds an address."""
    for name in ("README.md", "CITATION.cff", "CONTRIBUTING.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".ipynb*"))
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("_build"))
    return tmp_path


def texts(root):
    return {
        path: path.read_text()
        for path in root.rglob("*")
        if path.suffix in {".md", ".cff", ".toml", ".ipynb"}
    }


def links(root, *words):
    command = [sys.executable, "-m", "wgan_edu", "links", "--root", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_course_s_own_links_are_right():
    assert stale_links(ROOT) == {}
    assert write_links(ROOT) == []


@pytest.mark.parametrize("repo", ["university/wasserstein", "someone/wgan-edu", "wgan-edu/course.2027"])
def test_a_renamed_copy_has_no_stale_address(fork, repo):
    before = texts(fork)
    changed = set_address(fork, repo)
    assert address_of(fork) == repo
    assert stale_links(fork) == {}
    assert fork / "pyproject.toml" in changed
    assert {fork / "README.md", fork / "CITATION.cff"} <= {*changed}
    for path, text in texts(fork).items():
        assert len(re.findall(re.escape(repo), text)) >= len(re.findall(re.escape(HERE), before[path])), (
            path.name
        )
        assert HERE not in text.replace(repo, ""), path.name
        if path.suffix == ".ipynb":
            assert path in changed
            json.loads(text)
    set_address(fork, HERE)
    assert texts(fork) == before


def test_links_to_other_people_s_work_stay(fork):
    readme = fork / "README.md"
    theirs = "The toy data of https://github.com/someone/their_code, and raw files of theirs."
    readme.write_text(readme.read_text() + theirs)
    set_address(fork, "a/b")
    assert readme.read_text().endswith(theirs)


@pytest.mark.parametrize(
    "stale",
    [
        "https://mybinder.org/v2/gh/someone/else/main?urlpath=lab",
        "https://colab.research.google.com/github/someone/else/blob/main/notebooks/05.ipynb",
        "%pip install -q --no-deps git+https://github.com/someone/else.git",
        "%pip install -q --no-deps git+https://github.com/someone/else",
        "https://hub.example/git-pull?repo=https%3A%2F%2Fgithub.com%2Fsomeone%2F" + HERE.split("/")[1],
        "(https://hub.example/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fsomeone%2Felse)",
        "https://github.com/someone/else/actions/workflows/tests.yml/badge.svg",
        f"https://github.com/someone/{HERE.split('/')[1]}.",
    ],
)
def test_a_stale_link_is_seen_and_mended(fork, stale):
    readme = fork / "README.md"
    readme.write_text(f"{readme.read_text()}\n{stale}\n")
    assert [*stale_links(fork)] == ["README.md"]
    outcome = links(fork, "--check")
    assert outcome.returncode == 1
    assert "README.md leads to someone/" in outcome.stderr
    assert write_links(fork) == [readme]
    assert stale_links(fork) == {}
    mended = stale.replace("%2Felse", "/else").replace("%2F" + HERE.split("/")[1], "/" + HERE.split("/")[1])
    mended = mended.replace("someone/else", HERE).replace("someone/", HERE[: HERE.index("/") + 1])
    quoted = HERE.replace("/", "%2F")
    assert readme.read_text().endswith((mended.replace(HERE, quoted) if "%2F" in stale else mended) + "\n")


def test_a_class_gets_a_link_for_each_chapter(fork):
    """Those that the command prints; the README shows the first, and a renamed copy has its own."""
    names = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    for repo in (HERE, "university/course.2027"):
        set_address(fork, repo)
        printed = links(fork, "--hub", "https://HUB/").stdout.splitlines()
        assert printed == hub_links(fork, "https://HUB")
        assert printed[0] in (fork / "README.md").read_text()
        for name, link in zip(names, printed, strict=True):
            address, _, query = link.partition("?")
            assert address == "https://HUB/hub/user-redirect/git-pull"
            assert parse_qs(query, strict_parsing=True) == {
                "repo": [f"https://github.com/{repo}"],
                "branch": ["main"],
                "urlpath": [f"lab/tree/{repo.split('/')[1]}/notebooks/{name}"],
            }
    assert all("&branch=v1&" in link for link in links(fork, "--hub=https://h", "--branch=v1").stdout.split())
    wrong = links(fork, "--hub", "hub.example")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("--hub must be the address of a JupyterHub")


def test_the_folder_that_a_link_opens_is_the_repository_s(fork):
    """nbgitpuller names the folder after the repository: a link into another one finds nothing."""
    readme = fork / "README.md"
    before = readme.read_text()
    readme.write_text(before.replace("lab%2Ftree%2F" + HERE.split("/")[1], "lab%2Ftree%2Felsewhere"))
    assert stale_links(fork) == {"README.md": ["elsewhere"]}
    assert write_links(fork) == [readme]
    assert readme.read_text() == before


def test_the_command_writes_checks_and_explains(fork, tmp_path_factory):
    outcome = links(fork, "--repo", "university/wasserstein")
    assert outcome.returncode == 0
    assert "university/wasserstein" in outcome.stdout
    assert links(fork, "--check").stdout == "All links lead to university/wasserstein.\n"
    wrong = links(fork, "--repo", "https://github.com/university/wasserstein")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("--repo must be owner/name")
    nowhere = links(tmp_path_factory.mktemp("empty"))
    assert nowhere.returncode == 1
    assert "there is no" in nowhere.stderr


def test_an_address_that_is_none_is_told(fork):
    project = fork / "pyproject.toml"
    project.write_text(project.read_text().replace(f"https://github.com/{HERE}", "https://example.org"))
    with pytest.raises(ValueError, match=r"must hold Repository = 'https://github.com/owner/name'"):
        address_of(fork)
