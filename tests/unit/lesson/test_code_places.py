"""Where things stand in a lesson file."""

from __future__ import annotations

from tests.unit.lesson.samples import Loader

TEXT = """format: 1
lesson: T
goal: G
given: |

  # two
  x = 1
questions:
  - id: a
    shape: x
    show: [x, y]
    wrong:
      - answer: (2,)
        feedback: f
  - id: b
    write: W.
    solution: |
      y = x
      z = y
"""


def test_values_and_keys_have_places(load: Loader) -> None:
    file = load(TEXT)
    assert file.place("lesson") == (2, 9)
    assert file.places["lesson:"] == (2, 1)
    assert file.place("questions[0]") == (9, 5)
    assert file.place("questions[0].shape") == (10, 12)
    assert file.place("questions[0].show[1]") == (11, 15)
    assert file.place("questions[0].wrong[0].answer") == (13, 17)
    assert file.places["questions[0].wrong[0].feedback:"] == (14, 9)


def test_what_is_not_written_has_the_place_around_it(load: Loader) -> None:
    file = load(TEXT)
    assert file.place("questions[0].wrong[0].gives") == (13, 9)
    assert file.place("questions[1].because") == (15, 5)
    assert file.place("nothing") == (1, 1)


def test_a_line_of_code_has_its_line_of_the_file(load: Loader) -> None:
    file = load(TEXT)
    assert [file.code_place("given", n) for n in (1, 2, 3)] == [(5, 3), (6, 3), (7, 3)]
    assert file.code_place("questions[1].solution", 2) == (19, 7)
    assert file.code_place("questions[0].shape", 1) == (10, 12)


def test_every_place_is_where_its_key_or_value_begins(load: Loader) -> None:
    file = load(TEXT)
    lines = TEXT.split("\n")
    for path, (line, column) in file.places.items():
        rest = lines[line - 1][column - 1 :]
        if path.endswith(":"):
            assert rest.startswith(path.rpartition(".")[2])
        assert rest or path.endswith("|")
