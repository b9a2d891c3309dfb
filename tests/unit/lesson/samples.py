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
    "device": """
  - id: where-it-is
    device: x.cpu()
    wrong: [{answer: cuda, feedback: That would have to be asked for.}]
""",
    "requires_grad": """
  - id: recorded
    requires_grad: x * torch.ones(5, 1, requires_grad=True)
""",
    "grad": """
  - id: gradient-after
    grad: |
      w = torch.tensor([1., 2.], requires_grad=True)
      (w ** 2).sum().backward()
      (w ** 2).sum().backward()
      w
    after: 2
    tolerance: 0.01
    wrong:
      - gives: 4 * torch.tensor([1., 2.])
        feedback: The second call has not happened yet.
      - answer: None
        feedback: backward fills it.
""",
    "shares": """
  - id: same-memory
    shares: x.T, x
    wrong: [{answer: no, feedback: A transpose is a view.}]
""",
    "prints": """
  - id: what-is-printed
    prints: |
      for i in range(2):
          print(i)
    wrong:
      - answer: |-
          1
          2
        feedback: range begins at 0.
""",
    "fails": """
  - id: which-line
    fails: |
      a = x.sum(dim=1)
      b = x / a
    wrong: [{answer: none, feedback: A size of 7 meets one of 5.}]
""",
    "trace": """
  - id: follow
    trace: Follow the shapes.
    code: |
      a = x.sum(dim=1, keepdim=True)
      b = x / a
    wrong:
      - answer: |-
          (5,)
          (5, 7)
        feedback: keepdim leaves a 1.
  - id: through-the-net
    trace: Follow them through the layers.
    given: net = torch.nn.Sequential(torch.nn.Linear(7, 3), torch.nn.ReLU())
    network: net(x)
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
    shuffle: yes
  - id: all-of-them
    choice: Which have five numbers?
    options: [x.mean(dim=1), x.mean(dim=0), "x[:, 0]"]
    answer:
      - x.mean(dim=1)
      - x[:, 0]
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
    nan: equal
    rules:
      never: [loops, "@"]
      only: [mean, sum, arithmetic]
      uses: [dim]
      statements: 2
      one_return: no
      line: 80
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
    "module": """
  - id: scale
    module: Write `Scale`, which multiplies by one number that is learned.
    make: Scale()
    solution: |
      class Scale(torch.nn.Module):
          def __init__(self):
              super().__init__()
              self.factor = torch.nn.Parameter(torch.ones(1))

          def forward(self, x):
              return self.factor * x
    inputs:
      - torch.rand(randint(1, 3))
    check: [shape, values, parameters, grad, mode]
""",
    "train": """
  - id: three-steps
    train: Take three steps.
    given: |
      net = torch.nn.Linear(7, 1)
      opt = torch.optim.SGD(net.parameters(), lr=0.001)
    solution: |
      for _ in range(3):
          opt.zero_grad()
          loss = net(x).pow(2).mean()
          loss.backward()
          opt.step()
""",
    "order": """
  - id: order-softmax
    order: Put the lines in order.
    solution: |
      e = x.exp()
      s = e / e.sum(dim=1, keepdim=True)
    distractors:
      - s = e / e.sum(dim=1)
  - id: order-and-indent
    order: Add the numbers up.
    indent: yes
    solution: |
      total = 0
      for i in range(3):
          total += i
    distractors: [total = i]
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
