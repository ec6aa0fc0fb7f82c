"""A cell of each study, computed again. `make quick` runs those that are touched."""

import random

import pytest

from evidence import run as evidence_run
from sitebuild import records

READS = ("evidence/**/*.py", "evidence/records/**/*.json", "sdnotes/**/*.py")


@pytest.mark.parametrize("study", evidence_run.modules("studies"), ids=lambda s: s[0])
def test_a_sample_comes_out_as_recorded(study: evidence_run.Module) -> None:
    """A cell, drawn by a seed that moves whenever the study does.

    `make studies ALL=1` runs all of them, every week.
    """
    name, path, module = study
    rows = records.load(name).rows
    assert len(rows) == len(module.CELLS)
    place = random.Random(records.source_sha256(path)).randrange(len(rows))
    assert tuple(evidence_run.study_row(module, module.CELLS[place])) == rows[place]
