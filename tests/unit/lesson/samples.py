"""Lessons as authors write them: one small question of every kind."""

from __future__ import annotations

from collections.abc import Callable

from tutor.lesson.model import LessonFile

HEAD = "format: 1\nlesson: Sums\ngoal: Add.\n"
QUESTION = HEAD + "questions:\n  - id: total\n    shape: x.sum()\n"
"""A good lesson of six lines; what a test adds begins on line 7, indented by four."""

Loader = Callable[[str], LessonFile]
Complaints = Callable[[str], list[str]]

SAMPLES = {
    "read": """
  - read: |
      The dimension you name is the one that goes.
    show: x
""",
    "explore": """
  - id: explore-sums
    explore: Try other dimensions.
    start: |
      total = x.sum(dim=0)
    show: [x, x.T]
""",
    "shape": """
  - id: sum-dim-0
    shape: x.sum(dim=0)
    ask: Which shape is left?
    because: dim=0 has size 5 and goes.
    wrong:
      - gives: x.sum(dim=1)
        feedback: You summed over the columns.
      - answer: (5, 1)
        feedback: A 1 stays only with keepdim=True.
    hints:
      - Which size goes?
""",
    "value": """
  - id: mean-value
    value: x.mean()
    tolerance: 1e-3
    wrong:
      - answer: [1, 0]
        feedback: That is a list.
""",
    "dtype": """
  - id: argmax-dtype
    dtype: x.argmax()
    wrong: [{answer: torch.float32, feedback: A place is a whole number.}]
""",
    "error": """
  - id: mean-of-integers
    error: torch.arange(3).mean()
    options:
      - It has no dim.
      - Its dtype is integer.
    answer: Its dtype is integer.
    raises: RuntimeError
    wrong:
      - answer: It has no dim.
        feedback: A dim is not needed.
""",
    "choice": """
  - id: which-mean
    choice: Which averages every row?
    options:
      - x.mean(dim=0)
      - x.mean(dim=1)
    answer: x.mean(dim=1)
    true_if: (OPTION).shape == (5,)
""",
    "fill": """
  - id: fill-dim
    fill: Average every row.
    start: row_avg = x.mean(dim=____)
    solution: 1
    wrong:
      - answer: 0
        feedback: That runs down the rows.
""",
    "fix": """
  - id: fix-rows
    fix: This should make every row sum to 1.
    start: y = x / x.sum(dim=1)
    solution: y = x / x.sum(dim=1, keepdim=True)
    observe:
      - y.sum(dim=1)
    check: [shape, values]
""",
    "write": """
  - id: row-average
    write: Average every row of `x`; call the result `row_avg`.
    given: x = torch.ones(5, 7)
    solution: row_avg = x.mean(dim=1)
    tolerance: 0.01
""",
    "function": """
  - id: column-ranges
    function: Write `ranges(x)`.
    start: |
      def ranges(x):
          return x
    solution: |
      def ranges(x):
          return x.amax(dim=0) - x.amin(dim=0)
    inputs:
      - torch.rand(1, 1)
      - torch.rand(randint(1, 5), randint(1, 5))
    cases: 10
""",
    "order": """
  - id: order-softmax
    order: Put the lines in order.
    solution: |
      e = x.exp()
      s = e / e.sum(dim=1, keepdim=True)
    distractors:
      - s = e / e.sum(dim=1)
""",
}

LESSON = (
    """format: 1
lesson: Reductions
goal: Predict the shape of any reduction.
needs: [broadcasting, indexing]
given: |
  x = torch.arange(1., 36.).reshape(5, 7)

questions:
"""
    + "".join(SAMPLES.values())
    + """
  - id: reduce-any
    vary: {m: 2..6, n: 2..6, d: [0, 1], differ: [m, n]}
    shape: torch.ones(m, n).sum(dim=d)
"""
)
