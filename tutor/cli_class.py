"""The command line of classes: courses from elsewhere, what was done, and what it says. See `cli`."""

from __future__ import annotations

import click


@click.group()
def course() -> None:
    """Courses from elsewhere: add, list, update, remove.

    A course is copied here at one version. Its code is shown before it runs for the first time, and runs confined.

    \b
    Examples:
      tutor course add https://example.org/poets.git
      tutor course list
      tutor course update poets
    """


@course.command("add")
@click.argument("source", metavar="PATH|GIT-URL|ARCHIVE")
@click.option("--name", default="", help="What to call it here; by default after its title.")
@click.option("--at", "revision", default="", metavar="REVISION", help="A branch, tag or commit of a repository.")
def course_add(source: str, name: str, revision: str) -> int:
    """Copy a course here; nothing of it is run.

    From a folder, a zip or tar archive, or a git repository. Files that are no lessons, text or data stay behind.

    \b
    Examples:
      tutor course add poets.zip
      tutor course add ../poets --name mine
      tutor course add https://example.org/poets.git --at v1
    """
    from tutor.commands import course as command

    return command.add(source, name, revision)


@course.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per course and line.")
def course_list(as_json: bool) -> int:
    """Name, title, version, lessons, where it is from.

    \b
    Examples:
      tutor course list
    """
    from tutor.commands import course as command

    return command.listed(as_json)


@course.command("show")
@click.argument("name")
def course_show(name: str) -> int:
    """Print all code that a course may run.

    \b
    Examples:
      tutor course show poets | less
    """
    from tutor.commands import course as command

    return command.show(name)


@course.command("update")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would change.")
def course_update(names: tuple[str, ...], dry: bool) -> int:
    """Fetch courses anew from where they came, and say what changed.

    \b
    Examples:
      tutor course update
      tutor course update poets --dry-run
    """
    from tutor.commands import course as command

    return command.update(names, dry)


@course.command("remove")
@click.argument("name")
def course_remove(name: str) -> int:
    """Take a course away; your progress in it stays.

    \b
    Examples:
      tutor course remove poets
    """
    from tutor.commands import course as command

    return command.remove(name)


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--course", metavar="NAME|FOLDER", help="Another course whose lessons the attempts are about.")
@click.option("--csv", "form", flag_value="csv", help="A table with a row per question.")
@click.option("--json", "form", flag_value="json", help="One JSON object per question and line.")
@click.option("--text", "form", flag_value="text", help="For people; the default, unless a page is written.")
@click.option("--html", metavar="FILE", help="Write one self-contained page with plots.")
def report(files: tuple[str, ...], course: str | None, form: str | None, html: str | None) -> int:
    """What was learned: by you, or by a class.

    FILES are what learners wrote with `tutor export`. Without any, the report is on your own progress here.

    \b
    Examples:
      tutor report
      tutor report class/*.jsonl
      tutor report class/*.jsonl --html report.html
      tutor report class/*.jsonl --course my-course/ --csv > report.csv
    """
    from tutor.commands import report as command

    return command.run(files, course, form, html)


@click.command()
@click.option("--since", metavar="DAY", help="From this day on: 2026-01-05, or 7d for the last seven.")
@click.option("--course", metavar="NAME", help="Of this course only.")
@click.option("--output", "-o", metavar="FILE", help="Where to write; by default to stdout.")
@click.option("--without-answers", "answers", flag_value=False, default=True, help="Keep what you typed to yourself.")
def export(since: str | None, course: str | None, output: str | None, answers: bool) -> int:
    """Your attempts as JSON lines, to hand to a teacher.

    Under a random name, without yours, and sent nowhere. Running this is what hands them out; nothing else does.

    \b
    Examples:
      tutor export -o mine.jsonl
      tutor export --since 7d --without-answers -o mine.jsonl
    """
    from tutor.commands import export as command

    return command.run(since, course, output, answers)
