"""Our table of dtype names against torch's."""

from __future__ import annotations

import pytest
import torch

from tutor.grade.answer import DTYPES


@pytest.mark.parametrize("name", sorted(DTYPES))
def test_every_name_is_torchs(name: str) -> None:
    assert str(getattr(torch, name)) == f"torch.{DTYPES[name]}"
