"""What a question says of its own code beside the answer, held against torch."""

from __future__ import annotations

from tutor.author.trial import Finding, Findings, Trial, why
from tutor.lesson.model import Choice, PredictError, PredictPrints


async def claims(trial: Trial) -> Findings:
    """Errors that are raised, output that is printed, options that hold."""
    question = trial.question
    if isinstance(question, PredictError):
        found = _raises(trial, question)
    elif isinstance(question, PredictPrints):
        found = _printed(trial)
    elif isinstance(question, Choice) and question.true_if:
        found = _provable(trial, question)
    else:
        return
    async for finding in found:
        yield finding


async def _raises(trial: Trial, question: PredictError) -> Findings:
    failure = (await trial.reference()).error
    if failure is None:
        fix = "ask about code that fails, or ask for its `shape` or `value`"
        yield Finding("", "false-claim", "torch runs this without an error", fix)
    elif question.raises and question.raises != failure.type:
        told = f"torch raises {failure.type}, not {question.raises}: {' '.join(failure.message.split())}"
        yield Finding("raises", "false-claim", told, f"write `raises: {failure.type}`, if it is the error you mean")


async def _printed(trial: Trial) -> Findings:
    outcome = await trial.reference()
    if "tensor(" in outcome.stdout:
        told = "it prints a tensor, and how tensors are printed depends on options"
        yield Finding("", "no-answer", told, "ask for the `value`")
    elif outcome.status == "ok" and not outcome.stdout.strip():
        yield Finding("", "no-answer", "it prints nothing", "let it print what is asked for")


async def _provable(trial: Trial, question: Choice) -> Findings:
    """`true_if` must hold for the answer and for no other option."""
    asked = {option: question.true_if.replace("OPTION", f"({option.strip('`')})") for option in question.options}
    outcome = await trial.run("", tuple(asked.values()))
    for option, claim in asked.items():
        seen = outcome.observed.get(claim)
        holds = seen is not None and seen.kind == "bool" and bool(seen.value)
        if holds == (option in question.right):
            continue
        failed = seen is not None and seen.kind == "missing" and option in question.right
        told = f"`{claim}` is {holds}, but the answer is `{', '.join(question.right)}`"
        evidence = (why(seen.failure),) if failed and seen is not None else ()
        yield Finding("true_if", "false-claim", told, "correct `true_if`, the options or `answer`", evidence)
