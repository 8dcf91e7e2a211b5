"""Where the course lives: one address in `pyproject.toml`, and every badge and bootstrap made from it.

Whoever forks the course runs `python -m wgan_edu links --repo owner/name` once; then the badges of every
notebook and of the README open the fork, and on Colab the fork is installed. Whoever teaches a class on a
JupyterHub runs `python -m wgan_edu links --hub https://...` and hands out what it prints.
"""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

from wgan_edu.files import write_whole

__all__ = ["address_of", "hub_links", "set_address", "stale_links", "write_links"]

NAME = r"[A-Za-z0-9](?:[\w-]*)/[\w.-]+?(?=\.git\b|[^\w.-]|\.?$|\.\s)"
# What leads to a repository whose name is ours to write. Other links to GitHub are to other people's work.
LAUNCH = (
    r"mybinder\.org/(?:v2|badge)/gh/",
    r"colab\.research\.google\.com/github/",
    r"nbviewer\.org/github/",
    r"git\+https://github\.com/",
    r"github\.com/(?=[\w.-]+/[\w.-]+/actions/)",  # badges of the workflow
    r"git-pull\?repo=https://github\.com/",  # nbgitpuller, on a JupyterHub
)
# In a link of nbgitpuller, quoted: the repository, and the folder that it becomes, which bears its name.
PULLED = r"(git-pull\?repo=https%3A%2F%2Fgithub\.com%2F)" + NAME.replace("/", "%2F")
FOLDER = r"(git-pull\?repo=[^\s)]+?urlpath=lab(?:%2F|/)tree(?:%2F|/))([\w.-]+?)(?=%2F|/)"
PAGES = ("README.md", "CITATION.cff", "CONTRIBUTING.md", "notebooks/*.ipynb", "docs/**/*.md", "docs/**/*.py")


def address_of(root: str | Path) -> str:
    """The repository as owner/name, as `pyproject.toml` says it.

    Args:
        root: the folder with `pyproject.toml`.

    Raises:
        ValueError: if there is no such file, or no address of GitHub in it.
    """
    file = Path(root) / "pyproject.toml"
    if not file.exists():
        raise ValueError(f"The links are those of a checkout of the course; there is no {file}.")
    url = tomllib.loads(file.read_text(encoding="utf-8"))["project"].get("urls", {}).get("Repository", "")
    if not (found := re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", url)):
        raise ValueError(f"{file} must hold Repository = 'https://github.com/owner/name'; got {url!r}.")
    return found[1]


def set_address(root: str | Path, repo: str) -> list[Path]:
    """Give the course a new address, and write it wherever the old one stood.

    Args:
        root: the folder with `pyproject.toml`.
        repo: the repository as owner/name.

    Returns:
        The files that changed.

    Raises:
        ValueError: if `repo` is not of the form owner/name, or there is no checkout.
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w-]*/[\w.-]+", repo):
        raise ValueError(f"--repo must be owner/name, as on GitHub; got {repo!r}.")
    old = address_of(root)
    return [
        *_rewrite(
            Path(root) / "pyproject.toml",
            lambda text: text.replace(f"github.com/{old}", f"github.com/{repo}"),
        ),
        *write_links(root, old),
    ]


def hub_links(root: str | Path, hub: str, branch: str = "main") -> list[str]:
    """For a class on a JupyterHub: links that bring the notebooks into a student's folder, and open one.

    They are nbgitpuller's. It never overwrites what a student has written.

    Args:
        root: the folder with `pyproject.toml`.
        hub: the address of the hub, such as "https://hub.example.edu".
        branch: the branch or tag that the hub's image was built from. Default "main".

    Returns:
        One link for each chapter, in order.

    Raises:
        ValueError: if `hub` is not an address, or there is no checkout.
    """
    if not re.fullmatch(r"https?://[^\s?#]+", hub):
        raise ValueError(f"--hub must be the address of a JupyterHub, https://...; got {hub!r}.")
    address = address_of(root)
    folder = f"lab/tree/{address.split('/')[1]}/notebooks"
    start = (
        f"{hub.rstrip('/')}/hub/user-redirect/git-pull?repo={quote(f'https://github.com/{address}', safe='')}"
    )
    names = sorted(path.name for path in Path(root).glob("notebooks/*.ipynb"))
    return [f"{start}&branch={branch}&urlpath={quote(f'{folder}/{name}', safe='')}" for name in names]


def write_links(root: str | Path, before: str = "") -> list[Path]:
    """Make every badge and bootstrap lead to the address in `pyproject.toml`.

    Args:
        root: the folder with `pyproject.toml`.
        before: an address that stood there before, replaced in every kind of link.

    Returns:
        The files that changed.

    Raises:
        ValueError: if there is no checkout.
    """
    now = address_of(root)

    def current(text: str) -> str:
        for pattern in _patterns(before or now):
            text = re.sub(f"({pattern}){NAME}", rf"\g<1>{now}", text)
        text = re.sub(PULLED, rf"\g<1>{quote(now, safe='')}", text)
        return re.sub(FOLDER, rf"\g<1>{now.split('/')[1]}", text)

    return [file for path in _pages(root) for file in _rewrite(path, current)]


def stale_links(root: str | Path) -> dict[str, list[str]]:
    """Links that lead elsewhere, by file: to another owner, or to another name.

    Args:
        root: the folder with `pyproject.toml`.

    Raises:
        ValueError: if there is no checkout.
    """
    now, found = address_of(root), {}
    for path in _pages(root):
        text = unquote(path.read_text(encoding="utf-8"))
        others = {name for pattern in _patterns(now) for name in re.findall(f"{pattern}({NAME})", text)}
        others |= {folder for _, folder in re.findall(FOLDER, text)} - {now.split("/")[1]}
        if others - {now}:
            found[str(path.relative_to(root))] = sorted(others - {now})
    return found


def _patterns(address: str) -> tuple[str, ...]:
    """What a launching link begins with, and any link to a repository of our own name, whoever owns it."""
    return (*LAUNCH, rf"github\.com/(?=[\w.-]+/{re.escape(address.split('/')[1])}(?![\w-]))")


def _pages(root: str | Path) -> list[Path]:
    found = {path for pattern in PAGES for path in Path(root).glob(pattern)}
    built = Path(root) / "docs" / "_build"  # copies, made again from the pages
    return sorted(path for path in found if not path.is_relative_to(built))


def _rewrite(path: Path, change: Callable[[str], str]) -> list[Path]:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    if after == before:
        return []
    write_whole(path, after.encode())
    return [path]
