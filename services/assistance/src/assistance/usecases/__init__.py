"""What officials and citizens do, each inside the transaction it is given: joins its parts."""

from assistance.usecases.applications import Submission, accept, decline, present_case, submit, withdraw
from assistance.usecases.examinations import clocks_from, examine
from assistance.usecases.handling import Findings, decide, forward, investigate, notify, opine, publish, verify
from assistance.usecases.standards import ALLOWANCE, confirm, propose, withdraw_standard

__all__ = [
    "ALLOWANCE",
    "Findings",
    "Submission",
    "accept",
    "clocks_from",
    "confirm",
    "decide",
    "decline",
    "examine",
    "forward",
    "investigate",
    "notify",
    "opine",
    "present_case",
    "propose",
    "publish",
    "submit",
    "verify",
    "withdraw",
    "withdraw_standard",
]
