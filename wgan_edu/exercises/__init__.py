"""Exercises that check themselves, quizzes that explain, and a record of progress that lasts.

    ex("05.2").check(is_plan)    # names the mistake; also .hint(), .solution() and, for texts, .write()
    quiz("05")                   # questions with radio buttons
    inventory()                  # twenty questions to take before the course and after it
    contents()                   # all chapters, with a tick for each exercise that is done
    progress()                   # what is done, with a file to keep

`frame` says how an exercise is declared; each chapter's own stand in `chNN.py`. Used in every chapter.
"""

from wgan_edu.exercises.frame import ex
from wgan_edu.exercises.inventory import inventory
from wgan_edu.exercises.overview import contents, progress
from wgan_edu.exercises.quizzes import quiz
from wgan_edu.exercises.records import export_progress, restore_progress

__all__ = ["contents", "ex", "export_progress", "inventory", "progress", "quiz", "restore_progress"]
