"""Steps that are tried again, each time after a longer wait.

Belongs here: how often and how long. Does not belong here: what is worth it (`trouble.py`). A gate's verdict and an error of ours
stand: tried again they would say the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.trouble import is_passing

MOST = 3
FIRST_WAIT_SECONDS = 5.0


def wait_seconds(retry_number: int) -> float:
    """The wait before the next try, after so many retries: each three times the one before."""
    return FIRST_WAIT_SECONDS * 3.0**retry_number


@contextmanager
def tried_again(context: dg.AssetExecutionContext, can_repeat: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Have Dagster start the step again when the block fails by trouble that passes; every other error goes on as it is.

    Args:
        context: the step's.
        can_repeat: asked after a failure: whether what the step works on is still there.
    """
    try:
        yield
    except Exception as error:
        if not is_passing(error) or not can_repeat():
            raise
        retry = context.op_execution_context.retry_number
        raise dg.RetryRequested(max_retries=MOST, seconds_to_wait=wait_seconds(retry)) from error
