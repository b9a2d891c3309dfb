"""Which level the attacks that failed amount to, and the words for it."""

from __future__ import annotations

import pytest

from tutor.sandbox import attacks, level

ALL = dict.fromkeys(attacks._ATTACKS, True)
BUT_NAMES = ALL | {"names": False}
NONE = dict.fromkeys(ALL, False)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (ALL, "full + box"),
        (BUT_NAMES, "full"),
        (NONE, "limits only"),
        (NONE | {"root": True, "control": True, "signals": True}, "limits only"),
        (NONE | {"network": True}, "reduced"),
        ({}, "limits only"),
        *((BUT_NAMES | {name: False}, "reduced") for name in ALL if name != "names"),
    ],
)
def test_the_level_is_what_the_attacks_amount_to(held, expected):
    assert level.of(held) == expected


def test_no_level_on_a_gpu_is_better_than_reduced():
    assert level.of(ALL, gpu=True) == "reduced"
    assert level.missing(ALL, gpu=True) == [level.GPU]
    assert level.of(NONE, gpu=True) == "limits only"


def test_every_attack_but_one_has_a_sentence_for_when_it_succeeds():
    assert len(level.missing(NONE)) == len(ALL) - 1


def test_the_words_are_those_agreed():
    assert level.facts(BUT_NAMES)["promise"] == (
        "Code runs without network, without your files, without starting programs. Time, memory and output are limited."
        " It can still see the names and sizes of files, and a kernel bug could break out."
    )
    assert level.facts(ALL)["promise"].endswith("are limited. A kernel bug could break out.")
    assert level.facts(BUT_NAMES | {"network": False}) == {
        "level": "reduced",
        "promise": "Some protections are missing here: there is a network. Do not run code you do not trust.",
        "badge": "sandbox: reduced – there is a network",
        "missing": ["there is a network"],
    }
    assert level.facts(NONE)["badge"] == "sandbox: limits only – code runs with your rights"
    assert level.facts(BUT_NAMES)["badge"] == "sandbox: full"
    for held in (ALL, BUT_NAMES, NONE, BUT_NAMES | {"home": False}):
        assert not {"safe", "secure"} & set(level.facts(held)["promise"].lower().split())


def test_a_mac_is_never_more_than_reduced(monkeypatch):
    monkeypatch.setattr(level.sys, "platform", "darwin")
    assert level.of(ALL) == "reduced"
    assert level.refusal(level.facts(ALL))
