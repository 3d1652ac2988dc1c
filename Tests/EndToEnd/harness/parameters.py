"""Which test runs in which of the three modes, and on what."""

import pytest

from .modes import AGENT, DIRECT, MODULE


def modes(*names):
    """Runs the test in each of these; without it, it is run in direct mode."""
    return pytest.mark.parametrize("mode", names)


def in_modes(words, direct, agent=(), module=()):
    """Rows of the parameters `words` for each mode: modes differ in what they are run on."""
    rows = [(mode, *(row if isinstance(row, tuple) else (row,)))
            for mode, rows in ((DIRECT, direct), (AGENT, agent), (MODULE, module)) for row in rows]
    return pytest.mark.parametrize(f"mode, {words}", rows, ids=str)
