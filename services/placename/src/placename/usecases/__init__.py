"""What applicants and officials do, each inside the transaction it is given: joins its parts."""

from placename.usecases.applications import (
    Place,
    Submission,
    accept,
    adopt,
    check,
    decline,
    protect,
    resubmit,
    send_back,
    submit,
    withdraw,
)
from placename.usecases.consultations import close_consultation, consult, give_opinion, hear, review
from placename.usecases.decisions import Ruling, announce, decide, file, put_in_use, return_filing, revoke
from placename.usecases.examinations import Inquiry, Matter, Outlook, Sketch, examine, pre_check
from placename.usecases.names import BATCH, Move, confirm_reading, describe, note_overdue, reassign, record_alias

__all__ = [
    "BATCH",
    "Inquiry",
    "Matter",
    "Move",
    "Outlook",
    "Place",
    "Ruling",
    "Sketch",
    "Submission",
    "accept",
    "adopt",
    "announce",
    "check",
    "close_consultation",
    "confirm_reading",
    "consult",
    "decide",
    "decline",
    "describe",
    "examine",
    "file",
    "give_opinion",
    "hear",
    "note_overdue",
    "pre_check",
    "protect",
    "put_in_use",
    "reassign",
    "record_alias",
    "resubmit",
    "return_filing",
    "review",
    "revoke",
    "send_back",
    "submit",
    "withdraw",
]
