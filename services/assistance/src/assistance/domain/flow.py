"""The table of a case (办理流程): every status of rulebook §4.1, every action, and who stands at the desk.

``GRANTED``, ``REFUSED`` and ``DECLINED`` are the rulebook's DECIDED_YES, DECIDED_NO and NOT_ACCEPTED.
"""

from __future__ import annotations

from enum import StrEnum

from shared.kernel.divisions import Level
from shared.kernel.workflow import Workflow


class Status(StrEnum):
    """Where an application stands (办理状态)."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    INCOMPLETE = "INCOMPLETE"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    VERIFYING = "VERIFYING"
    OPINION = "OPINION"
    PUBLICITY = "PUBLICITY"
    OBJECTED = "OBJECTED"
    REPUBLICITY = "REPUBLICITY"
    AT_COUNTY = "AT_COUNTY"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    ACTIVE = "ACTIVE"
    TAPER = "TAPER"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"
    WITHDRAWN = "WITHDRAWN"
    CLOSED_NONCOOP = "CLOSED_NONCOOP"


class Action(StrEnum):
    """What can be done to an application (办理动作); the verb an official or the applicant uses."""

    HAND_IN = "hand-in"
    ASK_SUPPLEMENT = "ask-supplement"
    SUPPLEMENT = "supplement"
    ACCEPT = "accept"
    DECLINE = "decline"
    INVESTIGATE = "investigate"
    VERIFY = "verify"
    OPINE = "opine"
    PUBLISH = "publish"
    OBJECT = "object"
    APPRAISE = "appraise"
    RESOLVE = "resolve"
    REPUBLISH = "republish"
    FORWARD = "forward"
    VISIT = "visit"
    GRANT = "grant"
    REFUSE = "refuse"
    NOTIFY = "notify"
    EXTEND = "extend"
    WARN = "warn"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    TAPER = "taper"
    RESTORE = "restore"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"


_S, _A = Status, Action
BEFORE_DECISION = (
    _S.SUBMITTED, _S.INCOMPLETE, _S.ACCEPTED, _S.VERIFYING, _S.OPINION, _S.PUBLICITY, _S.OBJECTED, _S.REPUBLICITY,
    _S.AT_COUNTY,
)  # fmt: skip
"""Handed in and not decided: here a case may be withdrawn, or closed after a warning (C-19, C-20)."""

ACCEPTED_AND_OPEN = tuple(status for status in BEFORE_DECISION if status not in (_S.SUBMITTED, _S.INCOMPLETE))

WORKFLOW = Workflow(
    {
        (_S.DRAFT, _A.HAND_IN): _S.SUBMITTED,
        (_S.DRAFT, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.SUBMITTED, _A.ACCEPT): _S.ACCEPTED,
        (_S.SUBMITTED, _A.ASK_SUPPLEMENT): _S.INCOMPLETE,
        (_S.SUBMITTED, _A.DECLINE): _S.DECLINED,
        (_S.INCOMPLETE, _A.SUPPLEMENT): _S.SUBMITTED,
        (_S.ACCEPTED, _A.INVESTIGATE): _S.VERIFYING,
        (_S.ACCEPTED, _A.VERIFY): _S.VERIFYING,
        (_S.VERIFYING, _A.INVESTIGATE): _S.VERIFYING,
        (_S.VERIFYING, _A.VERIFY): _S.VERIFYING,
        (_S.VERIFYING, _A.APPRAISE): _S.VERIFYING,
        (_S.VERIFYING, _A.OPINE): _S.OPINION,
        (_S.OPINION, _A.PUBLISH): _S.PUBLICITY,
        (_S.OPINION, _A.REPUBLISH): _S.REPUBLICITY,
        (_S.OPINION, _A.FORWARD): _S.AT_COUNTY,
        (_S.OPINION, _A.GRANT): _S.GRANTED,
        (_S.OPINION, _A.REFUSE): _S.REFUSED,
        (_S.PUBLICITY, _A.OBJECT): _S.OBJECTED,
        (_S.PUBLICITY, _A.FORWARD): _S.AT_COUNTY,
        (_S.PUBLICITY, _A.GRANT): _S.GRANTED,
        (_S.PUBLICITY, _A.REFUSE): _S.REFUSED,
        (_S.OBJECTED, _A.INVESTIGATE): _S.OBJECTED,
        (_S.OBJECTED, _A.VERIFY): _S.OBJECTED,
        (_S.OBJECTED, _A.APPRAISE): _S.OBJECTED,
        (_S.OBJECTED, _A.RESOLVE): _S.OPINION,
        (_S.REPUBLICITY, _A.OBJECT): _S.OBJECTED,
        (_S.REPUBLICITY, _A.FORWARD): _S.AT_COUNTY,
        (_S.REPUBLICITY, _A.GRANT): _S.GRANTED,
        (_S.REPUBLICITY, _A.REFUSE): _S.REFUSED,
        (_S.AT_COUNTY, _A.VISIT): _S.AT_COUNTY,
        (_S.AT_COUNTY, _A.GRANT): _S.GRANTED,
        (_S.AT_COUNTY, _A.REFUSE): _S.REFUSED,
        (_S.GRANTED, _A.NOTIFY): _S.ACTIVE,
        (_S.REFUSED, _A.NOTIFY): _S.REFUSED,
        (_S.ACTIVE, _A.TAPER): _S.TAPER,
        (_S.ACTIVE, _A.SUSPEND): _S.SUSPENDED,
        (_S.ACTIVE, _A.END): _S.ENDED,
        (_S.TAPER, _A.RESTORE): _S.ACTIVE,
        (_S.TAPER, _A.END): _S.ENDED,
        (_S.SUSPENDED, _A.RESUME): _S.ACTIVE,
        (_S.SUSPENDED, _A.END): _S.ENDED,
        **{(status, _A.EXTEND): status for status in ACCEPTED_AND_OPEN},
        **{(status, _A.WARN): status for status in BEFORE_DECISION},
        **{(status, _A.CLOSE): _S.CLOSED_NONCOOP for status in BEFORE_DECISION},
        **{(status, _A.WITHDRAW): _S.WITHDRAWN for status in BEFORE_DECISION},
    }
)
"""No case becomes active without acceptance, investigation and decision (民发〔2021〕57号 第二十八条)."""

NOT_LIVE = frozenset(
    {_S.DRAFT, _S.DECLINED, _S.REFUSED, _S.WITHDRAWN, _S.CLOSED_NONCOOP, _S.ENDED}
)  # fmt: skip
LIVE = frozenset(Status) - NOT_LIVE
"""Statuses in which a person counts as being in a live case (rule H-11)."""
DECIDED_YES = frozenset({_S.GRANTED, _S.ACTIVE, _S.TAPER, _S.SUSPENDED, _S.ENDED})
"""Statuses of a case that was decided in favour."""


class Desk(StrEnum):
    """Whose turn it is (当前经办层级)."""

    CITIZEN = "CITIZEN"
    TOWNSHIP = "TOWNSHIP"
    COUNTY = "COUNTY"
    NOBODY = "NOBODY"


DESKS: dict[Status, Desk] = {
    _S.DRAFT: Desk.CITIZEN,
    _S.INCOMPLETE: Desk.CITIZEN,
    **dict.fromkeys(
        (_S.SUBMITTED, _S.ACCEPTED, _S.VERIFYING, _S.OPINION, _S.PUBLICITY, _S.OBJECTED, _S.REPUBLICITY),
        Desk.TOWNSHIP,
    ),
    _S.AT_COUNTY: Desk.COUNTY,
    _S.REFUSED: Desk.TOWNSHIP,
    _S.GRANTED: Desk.TOWNSHIP,
}
"""Refusals and grants wait at the township until the applicant has been told."""

VILLAGE_MAY = frozenset({_A.PUBLISH, _A.REPUBLISH, _A.OBJECT, _A.HAND_IN, _A.SUPPLEMENT, _A.WITHDRAW})
"""A village helps, posts and reports; it never decides (社会救助法 第五条、第三十九条)."""
COUNTY_ONLY = frozenset({_A.VISIT})


def levels_of(action: Action) -> frozenset[Level]:
    """The levels whose officials may take an action; who decides depends on the delegation besides."""
    if action in COUNTY_ONLY:
        return frozenset({Level.CITY, Level.DISTRICT})
    if action in VILLAGE_MAY:
        return frozenset(Level)
    return frozenset({Level.CITY, Level.DISTRICT, Level.TOWNSHIP})
