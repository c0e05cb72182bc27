"""What officials do: one function a verb, each inside the transaction it is given."""

from reporting.usecases.closings import close_period, reopen_period
from reporting.usecases.figures import (
    MAY_CONFIRM,
    Filing,
    RowOutcome,
    Statement,
    confirm,
    correct,
    file,
    file_batch,
    propose_retraction,
    refile,
    reject_retraction,
    retract,
    review,
    send_back,
    withdraw,
)
from reporting.usecases.reminders import send_reminders

__all__ = [
    "MAY_CONFIRM",
    "Filing",
    "RowOutcome",
    "Statement",
    "close_period",
    "confirm",
    "correct",
    "file",
    "file_batch",
    "propose_retraction",
    "refile",
    "reject_retraction",
    "reopen_period",
    "retract",
    "review",
    "send_back",
    "send_reminders",
    "withdraw",
]
