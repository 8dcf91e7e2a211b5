"""The command line, `python -m wgan_edu COMMAND`.

A command is a function that adds its parser; COMMANDS lists them. Used in every chapter.
"""

import argparse
import sys
from collections.abc import Sequence
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


COMMANDS = [_progress, _doctor]

if __name__ == "__main__":
    sys.exit(main())
