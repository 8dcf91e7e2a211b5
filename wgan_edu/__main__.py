"""The command line, `python -m wgan_edu COMMAND`.

A command is a function that adds its parser; COMMANDS lists them. Used in every chapter.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `python -m wgan_edu`; those of this process if left out.

    Returns:
        0, or 1 if the command could not do what was asked.
    """
    parser = argparse.ArgumentParser(
        prog="python -m wgan_edu", description="Tools of the Wasserstein GAN course."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in COMMANDS:
        add(commands)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _progress(commands: Any) -> None:
    parser = commands.add_parser(
        "progress", help="show which exercises you have passed, save or restore the record"
    )
    parser.add_argument(
        "--restore", metavar="FILE", help="first add a saved record to yours; nothing is lost"
    )
    parser.add_argument("--export", metavar="FILE", help="save your record to a file")
    parser.set_defaults(run=_show_progress)


def _show_progress(options: argparse.Namespace) -> None:
    from wgan_edu.exercises import export_progress, progress, restore_progress

    if options.restore:
        print(restore_progress(options.restore))
    print(progress())
    if options.export:
        print(f"Saved to {export_progress(options.export)}")


def _doctor(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor", help="say what works on this machine, and what to do if it does not"
    )
    parser.set_defaults(run=_show_doctor)


def _show_doctor(_: argparse.Namespace) -> None:
    from wgan_edu.doctor import doctor

    print(doctor())
    print("\nMore complaints, with their answers: First aid, on the course's site and in docs/first_aid.md.")


def _train(commands: Any) -> None:
    parser = commands.add_parser(
        "train", help="train without a notebook: pictures, metrics and checkpoints go to a folder"
    )
    names = ["ring", "grid", "swiss_roll", "digits", "mnist", "fashion"]
    parser.add_argument("--out", metavar="DIR", required=True, help="the folder of the run")
    parser.add_argument("--data", choices=names, default="", help="what to learn; a new run needs it")
    parser.add_argument("--preset", default="", help="settings by name; by default those for the data")
    parser.add_argument("--steps", type=int, metavar="N", help="generator steps of the whole run")
    parser.add_argument("--seed", type=int, metavar="N", help="the run is a function of it; default 0")
    parser.add_argument("--device", choices=["auto", "cuda", "mps", "cpu"], default="auto")
    parser.add_argument("--resume", action="store_true", help="go on with the run in DIR, if there is one")
    parser.add_argument("--report", type=int, metavar="N", help="steps between two rows of metrics.csv")
    parser.add_argument(
        "--every", type=float, metavar="S", default=60.0, help="seconds between two checkpoints; default 60"
    )
    parser.set_defaults(run=_run_training)


def _run_training(options: argparse.Namespace) -> None:
    from wgan_edu.headless import Request, run

    run(Request(**{name: value for name, value in vars(options).items() if name != "run"}))


def _links(commands: Any) -> None:
    parser = commands.add_parser(
        "links", help="make every badge and bootstrap lead to your copy of the course"
    )
    parser.add_argument("--repo", metavar="OWNER/NAME", help="first write this address into pyproject.toml")
    parser.add_argument("--check", action="store_true", help="change nothing; say which links lead elsewhere")
    parser.add_argument("--hub", metavar="URL", help="change nothing; print a class's links on a JupyterHub")
    parser.add_argument(
        "--branch", metavar="NAME", default="main", help="what those links pull; default main"
    )
    parser.add_argument("--root", metavar="DIR", help="the checkout; default the one that this package is in")
    parser.set_defaults(run=_write_links)


def _write_links(options: argparse.Namespace) -> None:
    from wgan_edu.links import address_of, hub_links, set_address, stale_links, write_links

    root = Path(options.root or Path(__file__).parents[1])
    if options.hub:
        return print(*hub_links(root, options.hub, options.branch), sep="\n")
    if options.check:
        if stale := stale_links(root):
            lines = [f"{page} leads to {', '.join(names)}" for page, names in stale.items()]
            raise ValueError("\n".join([*lines, f"pyproject.toml says {address_of(root)}."]))
        return print(f"All links lead to {address_of(root)}.")
    changed = set_address(root, options.repo) if options.repo else write_links(root)
    print(f"{len(changed)} files changed; the links lead to {address_of(root)}.")


COMMANDS = [_progress, _doctor, _train, _links]

if __name__ == "__main__":
    sys.exit(main())
