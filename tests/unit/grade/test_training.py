"""Events of training loops judged: what is found, in which step, and in which words."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from tutor.grade.loop import loop
from tutor.grade.training import Finding, judge
from tutor.sandbox.protocol import EVENTS_MOST, Event

KINDS = {"z": "zero_grad", "f": "forward", "l": "loss", "b": "backward", "s": "step"}
NAMES = {"z": "SGD", "f": "Net", "l": "mse_loss", "b": "backward", "s": "SGD"}


def made(letters: str, **facts: object) -> tuple[Event, ...]:
    """Events by their letters; the line of each is its place in its round. A capital one is not fresh."""
    return tuple(
        Event(
            kind=KINDS[letter.lower()],  # type: ignore[arg-type]
            line=2 + i,
            name=NAMES[letter.lower()],
            fresh=letter.islower(),
            value=1 / (2 + n) if letter.lower() == "l" else None,
            **facts,  # type: ignore[arg-type]
        )
        for n, part in enumerate(letters.split())
        for i, letter in enumerate(part)
    )


def changed(events: tuple[Event, ...], kind: str, **facts: object) -> tuple[Event, ...]:
    return tuple(replace(e, **facts) if e.kind == kind else e for e in events)  # type: ignore[arg-type]


USUAL = made("zflbs zflbs zflbs")


def only(found: tuple[Finding, ...]) -> Finding:
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    "letters",
    [
        "zflbs zflbs zflbs",
        "flzbs flzbs flzbs",
        "flbsz flbsz flbsz",
        "lbs lbs lbs",
        "z flbsz flbszf flbszz",
    ],
)
def test_any_sound_order_is_right(letters: str) -> None:
    assert judge(made(letters), USUAL) == ()


@pytest.mark.parametrize(
    ("letters", "rounds"),
    [
        ("zflbs zflbs", [1] * 5 + [2] * 5),
        ("flbsz flbsz", [1] * 4 + [2] * 5 + [3]),
        ("zflsb zflsb", [1] * 5 + [2] * 5),
        ("bbbs bbbs", [1] * 4 + [2] * 4),
        ("zflb zflb", [1] * 4 + [2] * 4),
        ("bss bss", [1] * 3 + [2] * 3),
        ("zfl zfl", [1] * 6),
        ("zfs zfs", [1] * 3 + [2] * 3),
        ("", []),
    ],
)
def test_rounds(letters: str, rounds: list[int]) -> None:
    assert list(loop(made(letters)).rounds) == rounds


@pytest.mark.parametrize(
    ("letters", "kinds", "step", "line"),
    [
        ("flbs flBs flBs", ["no_zero_grad"], 2, 4),
        ("zflbs flBs zflbs", ["rare_zero_grad"], 2, 4),
        ("zflbs zflbs flBs", ["rare_zero_grad"], 3, 4),
        ("zflbs zflBs zflBs", ["other_zero_grad"], 2, 5),
        ("flBs zflbs zflbs", ["no_zero_grad"], 1, 4),
        ("flbzS flbzS flbzS", ["zero_before_step"], 1, 5),
        ("zflbs zflbs flbzS", ["zero_before_step"], 3, 5),
        ("flSb flsB flsB", ["step_first", "no_zero_grad"], 1, 4),
        ("zflSb zflSb zflSb", ["step_first"], 1, 5),
        ("zflb zflb zflb", ["no_step"], 1, 5),
        ("flb flB flB", ["no_zero_grad", "no_step"], 2, 4),
        ("zflS zflS zflS", ["no_backward"], 1, 5),
        ("zflbsS zflbsS zflbsS", ["two_steps"], 1, 7),
        ("zflblBs zflblBs zflblBs", ["two_backwards"], 1, 7),
        ("zflbzflbs zflbzflbs zflbzflbs", ["lost_backward"], 1, 6),
        ("zflbs zflbs", ["steps"], None, 6),
        ("zflbs zfbs zfbs", ["old_loss"], 2, 4),
        ("zflbs zLbs zLbs", ["old_forward"], 2, 3),
        ("zflbs zfLbs zfLbs", ["old_part"], 2, 4),
        ("zlbs zLbs zLbs", ["old_part"], 2, 3),
        ("zflbS zflbS zflbS", ["other_parameters"], 1, 6),
    ],
)
def test_what_is_found(letters: str, kinds: list[str], step: int | None, line: int) -> None:
    found = judge(made(letters), USUAL)
    assert [f.kind for f in found] == kinds
    assert (found[0].step, found[0].line) == (step, line)
    assert f"{line})" in found[0].sentence or step is None


def test_the_words() -> None:
    assert only(judge(made("flbs flBs"), USUAL[:10])).sentence == (
        "zero_grad is never called: in step 2 the gradient is the sum of two rounds (line 4)."
    )
    assert only(judge(made("zflbs zflbs"), USUAL)).sentence == "The loop makes 2 steps; the solution makes 3."
    assert only(judge(made("zflbs"), USUAL)).sentence == "The loop makes 1 step; the solution makes 3."
    twice = only(judge(changed(made("zflbsS zflbsS zflbsS"), "step", name=""), USUAL)).sentence
    assert twice.startswith("The parameters are moved twice for one backward: in step 1 the second (line 7)")


def test_steps_by_hand_that_show_only_in_the_next_round_are_counted() -> None:
    by_hand = changed(made("lbs lbs lb"), "step", name="", line=None)
    assert judge(by_hand, USUAL) == ()
    assert judge(changed(made("lb lb lb"), "backward", name="grad"), USUAL) == ()


def test_a_loop_of_one_round_without_zero_grad_is_told_what_would_come() -> None:
    found = only(judge(made("flbs"), made("zflbs")))
    assert (found.kind, found.step, found.line) == ("no_zero_grad", 2, 4)
    assert "would be the sum of two rounds" in found.sentence
    assert judge(made("flbs"), made("flbs")) == ()


def test_collecting_gradients_is_right_when_the_solution_does() -> None:
    collected = made("zflblBlBlBs zflblBlBlBs")
    assert judge(collected, collected) == ()
    early = made(" ".join(["zflbs"] * 8))
    assert [f.kind for f in judge(early, collected)] == ["early_step"]
    assert [f.kind for f in judge(collected, made("zflbs zflbs"))] == ["two_backwards"]
    assert [f.kind for f in judge(made("flblBlBlBs flBlBlBlBs"), collected)] == ["no_zero_grad"]
    # Summing the losses first comes to the same.
    assert judge(made("zflflflflbs zflflflflbs"), collected) == ()


def test_what_the_solution_does_as_well_is_right() -> None:
    shown = made("flbs flBs flBs")
    assert judge(shown, shown) == ()
    assert [f.kind for f in judge(made("flbs flBs"), shown)] == ["steps"]


def test_a_loss_that_is_cut_off_explains_everything_after_it() -> None:
    cut = changed(changed(made("zflbS"), "backward", attached=False), "step", missing=True)
    assert [f.kind for f in judge(cut, USUAL)] == ["detached"]
    assert [f.kind for f in judge(changed(cut, "forward", grad_enabled=False), USUAL)] == ["no_grad"]
    assert [f.kind for f in judge(changed(cut, "loss", grad_enabled=False), USUAL)] == ["no_grad"]
    anew = (*made("lb"), *changed(made("lb"), "backward", attached=False))
    assert "w = w - ..." in only(judge(anew, made("lbs lbs"), ended=False)).sentence


def test_a_loss_not_for_training_may_be_cut_off() -> None:
    look = changed(changed(made("fl"), "loss", attached=False, grad_enabled=False), "forward", grad_enabled=False)
    assert judge((*USUAL[:5], *look, *USUAL[5:10], *look, *USUAL[10:], *look), USUAL) == ()


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("CrossEntropyLoss", "softmax_twice", "CrossEntropyLoss (line 4) applies softmax itself"),
        ("binary_cross_entropy_with_logits", "sigmoid_twice", "applies sigmoid itself"),
        ("NLLLoss", "no_logarithm", "NLLLoss (line 4) wants logarithms"),
        ("\x1b]52;c", "probabilities", "The loss (line 4)"),
    ],
)
def test_probabilities_where_scores_are_wanted(name: str, kind: str, says: str) -> None:
    found = only(judge(changed(USUAL, "loss", name=name, probabilities=True), USUAL))
    assert (found.kind, found.step, found.line) == (kind, 1, 4)
    assert says in found.sentence and "\x1b" not in found.sentence


def test_a_loss_that_never_changes() -> None:
    found = only(judge(changed(USUAL, "loss", value=0.5), USUAL))
    assert (found.kind, found.step, found.line) == ("unchanged", 2, 6)
    assert "the same in every step, 0.5" in found.sentence
    assert judge(changed(USUAL, "loss", value=0.5), changed(USUAL, "loss", value=0.25)) == ()
    assert judge(changed(USUAL, "loss", value=None), USUAL) == ()
    assert judge(changed(USUAL, "loss", value=nan), USUAL) == ()


def test_code_that_failed_is_told_only_what_it_did() -> None:
    assert judge(made("zf"), USUAL, ended=False) == ()
    assert judge(made("zflbs zfl"), USUAL, ended=False) == ()
    assert [f.kind for f in judge(made("zflbs zLb"), USUAL, ended=False)] == ["old_forward"]
    assert [f.kind for f in judge((), USUAL)] == ["no_backward"]


def test_two_optimizers_make_one_step() -> None:
    assert judge(made("zzflbss zzflbss zzflbss"), USUAL) == ()


def test_a_count_that_was_cut_says_nothing() -> None:
    long = made(" ".join(["zflbs"] * (EVENTS_MOST // 5)))
    assert judge(long, USUAL) == judge(USUAL, long) == ()


def test_lines_may_be_unknown() -> None:
    nowhere = tuple(replace(e, line=None) for e in made("flbs flBs flBs"))
    found = only(judge(nowhere, USUAL))
    assert (found.step, found.line) == (2, None)
    assert "in step 2 the gradient is the sum of two rounds, and each later step adds one more." in found.sentence
    twice = tuple(replace(e, line=None) for e in made("zflblBs zflblBs zflblBs"))
    assert "None" not in only(judge(twice, USUAL)).sentence
