"""The command line. Each command imports its own module, so that `tutor start` loads nothing it does not show."""

from __future__ import annotations

import os
import sys

import click

from tutor import __version__
from tutor.cli_class import course, export, report
from tutor.commands.stream import forgive
from tutor.errors import TutorError

DEVICES = click.Choice(["auto", "cpu", "cuda", "mps"])
TRUST = click.option(
    "--i-trust-all-code", "trusted", is_flag=True, help="Run other people's code although too little holds it here."
)
YES = click.option("--yes", is_flag=True, help="Run the code of an installed course without being shown it first.")
COURSE = click.option(
    "--course", metavar="NAME|FOLDER", help="An installed course, or a folder with a course.yaml; by default ours."
)
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=SETTINGS)
@click.version_option(__version__, "-V", "--version", message="tutor %(version)s")
def cli() -> None:
    """Learn PyTorch in a terminal: predict, run, and find out which belief was wrong.

    \b
    Examples:
      tutor start                  begin, or go on where you left off
      tutor start indexing         a lesson by name
      tutor repl --given indexing  play with that lesson's tensors
    """


@cli.command()
@click.argument("lesson", required=False)
@COURSE
@click.option("--device", type=DEVICES, default="cpu", show_default=True, help="Where snippets run.")
@click.option("--plain", is_flag=True, help="Line by line on stdin and stdout: pipes, screen readers, dumb terminals.")
@TRUST
@YES
def start(lesson: str | None, course: str | None, device: str, plain: bool, trusted: bool, yes: bool) -> int:
    """Learn; comes back to the very question.

    Draft and hints are kept too, whatever happens.

    \b
    Examples:
      tutor start
      tutor start reductions
      tutor start poets/sums               a lesson of an installed course
      tutor start reductions --plain < answers.txt
    """
    from tutor.commands import start as command

    return command.run(lesson, course, device, plain, trusted, yes)


@cli.command()
@COURSE
@click.option("--minutes", type=click.FloatRange(min=0.1), help="Stop after so many minutes.")
@click.option("--plain", is_flag=True, help="Line by line on stdin and stdout.")
@TRUST
@YES
def drill(course: str | None, minutes: float | None, plain: bool, trusted: bool, yes: bool) -> int:
    """Repeat what is due today.

    Cards come from the questions you have answered.

    \b
    Examples:
      tutor drill
      tutor drill --plain --minutes 5
    """
    from tutor.commands import drill as command

    return command.run(course, minutes, plain, trusted, yes)


@cli.command()
@click.option("--given", metavar="LESSON[:QUESTION]", help="Start with the tensors of a lesson or a question.")
@COURSE
@click.option("--device", type=DEVICES, default="cpu", show_default=True, help="Where lines run.")
@TRUST
@YES
def repl(given: str | None, course: str | None, device: str, trusted: bool, yes: bool) -> int:
    """A torch prompt in the same sandbox.

    \b
    Examples:
      tutor repl
      tutor repl --given reductions
      echo 'torch.ones(2, 3).sum(dim=0)' | tutor repl
    """
    from tutor.commands import repl as command

    return command.run(given, device, course, trusted, yes)


@cli.command("run")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--observe", multiple=True, metavar="EXPR", help="Report the value of an expression at the end.")
@click.option("--device", type=DEVICES, default="cpu", show_default=True, help="Where the scripts run.")
@click.option(
    "--seconds", type=click.FloatRange(min=0.1, max=3600), default=10.0, show_default=True, help="Time limit."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file and line.")
def run_(files: tuple[str, ...], observe: tuple[str, ...], device: str, seconds: float, as_json: bool) -> int:
    """Run scripts in the sandbox; `-` is stdin.

    Each file runs in a fresh child.

    \b
    Examples:
      tutor run train.py
      echo 'x = torch.ones(2, 3)' | tutor run - --observe 'x.sum()' --json
    """
    from tutor.commands import run as command

    return command.run(list(files), list(observe), device, seconds, as_json)


@cli.command()
@click.argument("lesson")
@click.argument("answers", nargs=-1, required=True, metavar="ANSWERS...")
@COURSE
@click.option("--json", "as_json", is_flag=True, help="One JSON object per question and line.")
@TRUST
@YES
def grade(lesson: str, answers: tuple[str, ...], course: str | None, as_json: bool, trusted: bool, yes: bool) -> int:
    """Judge a file of answers without a screen.

    ANSWERS are YAML or JSON: question id to answer.

    \b
    Examples:
      tutor grade reductions mine.yaml
      tutor grade lessons/09-indexing.yaml *.json --json
    """
    from tutor.commands import grade as command

    return command.run(lesson, list(answers), course, as_json, trusted, yes)


@cli.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per problem and line.")
@click.option("--strict", is_flag=True, help="Warnings count as errors for the exit status.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, that file first.")
@click.option("--fresh", is_flag=True, help="Prove everything, also what has not changed since the last check.")
@TRUST
def check(paths: tuple[str, ...], as_json: bool, strict: bool, watch: bool, fresh: bool, trusted: bool) -> int:
    """Prove lessons right by running all they claim.

    Every solution must pass, every starter fail, every listed wrong answer get its own feedback, and no mutant of a
    solution may pass.

    \b
    Examples:
      tutor check
      tutor check lessons/08-reductions.yaml --watch
      tutor check my-course/ --strict --json
    """
    from tutor.commands import check as command

    return command.run(list(paths), as_json, trusted, strict, watch, fresh)


@cli.command()
@click.argument("file", type=click.Path())
@click.option("--question", metavar="ID", help="The question to show; by default the first.")
@click.option("--line", type=click.IntRange(min=1), metavar="N", help="The question that stands at this line.")
@click.option("--device", type=DEVICES, default="cpu", show_default=True, help="Where snippets run.")
@TRUST
def preview(file: str, question: str | None, line: int | None, device: str, trusted: bool) -> int:
    """A lesson in the real app while you write it.

    Every save shows: the question as it is now, your last answer judged again, what `tutor check` says. Nothing you do
    here counts as progress.

    \b
    Examples:
      tutor preview lessons/08-reductions.yaml
      tutor preview lessons/08-reductions.yaml --question sum-dim-0
      tutor preview lessons/08-reductions.yaml --line 52
    """
    from tutor.commands import preview as command

    return command.run(file, question, line, device, trusted)


@cli.group(context_settings=SETTINGS)
def new() -> None:
    """Begin a course or a lesson.

    It passes `tutor check` as it is, and shows by example how each kind of question is written.

    \b
    Examples:
      tutor new course "Tensors for biologists"
      tutor new lesson broadcasting
      tutor new lesson "Sums and means" --course my-course
    """


@new.command("course")
@click.argument("name")
def new_course(name: str) -> int:
    """Begin a course, with a first lesson, in a folder of its own.

    \b
    Examples:
      tutor new course "Tensors for biologists"
    """
    from tutor.commands import new as command

    return command.course(name)


@new.command("lesson")
@click.argument("name")
@click.option("--course", type=click.Path(), help="The folder of the course; by default the one around here.")
def new_lesson(name: str, course: str | None) -> int:
    """Begin a lesson and add it to the course.

    Number, file and title follow from NAME.

    \b
    Examples:
      tutor new lesson broadcasting
      tutor new lesson "Sums and means" --course my-course
    """
    from tutor.commands import new as command

    return command.lesson(name, course)


@cli.command()
@click.argument("of", type=click.Choice(["lesson", "course", "answers"]), default="lesson", required=False)
def schema(of: str) -> int:
    """Print the JSON Schema of a lesson, a course or answers.

    An editor with a YAML extension completes and checks files by it.

    \b
    Examples:
      tutor schema > lesson.schema.json
      tutor schema course > course.schema.json
    """
    from tutor.commands import schema as command

    return command.run(of)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(as_json: bool) -> int:
    """Versions, devices, paths, sandbox protections.

    \b
    Examples:
      tutor doctor
      tutor doctor --json
    """
    from tutor.commands import doctor as command

    return command.run(as_json)


for command in (course, report, export):
    cli.add_command(command)


def main() -> None:
    """Run a command and leave with its status: 0 done, 1 the thing is wrong, 2 wrong usage, 3 not possible here."""
    forgive()
    try:
        status = cli(standalone_mode=False)
    except TutorError as error:
        click.echo(f"tutor: {error}", err=True)
        status = error.status
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        status = 130
    except BrokenPipeError:
        # The reader went away (`tutor run ... | head`): leave quietly, and keep the interpreter from flushing into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as fault:  # noqa: BLE001 - the last door: a person must never meet a traceback.
        from tutor.fault import sentence

        click.echo(f"tutor: {sentence(fault, command=' '.join(sys.argv[1:]))}", err=True)
        status = 3
    sys.exit(status or 0)
