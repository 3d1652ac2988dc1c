"""Waiting for conditions: always with a deadline, never for a fixed time."""

import time

# Between two looks passes a twentieth of the time waited so far, within these bounds: a long wait is no reason to keep
# a core busy with looking.
POLL_SECONDS = (0.02, 0.25)


class TooLate(AssertionError):
    """The condition did not come true before its deadline."""


def wait_for(what, condition, seconds=60.0):
    """Polls `condition` until it returns something true, and returns that."""
    began = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        waited = time.monotonic() - began
        if waited > seconds:
            raise TooLate(f"waited {seconds:g} s for {what}")
        time.sleep(min(max(waited / 20, POLL_SECONDS[0]), POLL_SECONDS[1]))
