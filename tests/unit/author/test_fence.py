"""Fences of prose: which code there is, what is said of it, and whether what came is that."""

from __future__ import annotations

import pytest

from tutor.author.fence import alike, blocks, diff, fences, shown

TEXT = """\
Two steps.

```python
x = 1
x
```
```output
1
```

  ```python
  x + 1
  ```
And a table:
```
a  b
```
"""


def test_code_goes_with_what_is_said_of_it() -> None:
    code, faults = blocks(TEXT, "read")
    assert [(block.code, block.line) for block in code] == [("x = 1\nx", 4), ("x + 1", 12)]
    assert [(claim.kind, claim.text, claim.line) for claim in code[0].claims] == [("output", "1", 8)]
    assert (code[1].claims, faults) == ([], [])


def test_a_fence_that_makes_no_sense_is_told_by_its_line() -> None:
    assert [f.line for f in blocks("```output\n1\n```", "read")[1]] == [2]
    assert [f.line for f in blocks("text\n```python\nx", "read")[1]] == [2]


def test_words_of_other_languages_are_left_alone() -> None:
    assert [word for word, _, _ in fences("```sh\nls\n```\n```\nplain\n```")] == ["sh", ""]
    assert blocks("```sh\nls\n```", "read") == ([], [])


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("x = 1", "x = 1"),
        ("x = 1\nx", "x = 1\n_last_of_fence = x; _last_of_fence is None or print(repr(_last_of_fence))"),
        ("x = 1; x", "x = 1; _last_of_fence = x; _last_of_fence is None or print(repr(_last_of_fence))"),
        ("x = (", "x = ("),
    ],
)
def test_the_last_value_is_printed_and_no_line_moves(code: str, wanted: str) -> None:
    assert shown(code) == wanted


@pytest.mark.parametrize(
    ("said", "real", "same"),
    [
        (["tensor([1.])"], ["tensor([1.])"], True),
        (["tensor([1.])"], ["tensor([2.])"], False),
        (["a ...", "b"], ["a long", "b"], True),
        (["a", "...", "d"], ["a", "b", "c", "d"], True),
        (["tensor([...])"], ["tensor([1., 2.])"], True),
        (["what?"], ["whats"], False),
        (["[ab]"], ["a"], False),
        ([], ["a"], False),
        ([], [], True),
    ],
)
def test_three_dots_stand_for_anything_and_all_else_for_itself(said: list[str], real: list[str], same: bool) -> None:
    assert alike(said, real) is same


def test_a_difference_is_short() -> None:
    assert diff(["1", "2"], ["1", "3"]) == ("  1", "- 2", "+ 3")
    long = diff([str(n) for n in range(50)], [str(n) for n in range(100, 150)])
    assert len(long) == 9
    assert "92 lines more" in long[-1]
