"""Waiting for conditions: always with a deadline, never for a fixed time."""

import time

POLL_SECONDS = 0.02


class TooLate(AssertionError):
    """The condition did not come true before its deadline."""


def wait_for(what, condition, seconds=60.0):
    """Polls `condition` until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TooLate(f"waited {seconds:g} s for {what}")
        time.sleep(POLL_SECONDS)
