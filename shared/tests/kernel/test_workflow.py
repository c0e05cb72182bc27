from enum import StrEnum

import pytest

from shared.kernel.workflow import ActionNotPossible, Workflow


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Action(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    DECLINE = "decline"


TABLE = {
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.SUBMITTED, Action.ACCEPT): Status.ACCEPTED,
    (Status.SUBMITTED, Action.DECLINE): Status.DECLINED,
}
WORKFLOW = Workflow(TABLE)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_pair_either_leads_where_the_table_says_or_is_refused(status: Status, action: Action) -> None:
    if (status, action) in TABLE:
        assert WORKFLOW.next(status, action) is TABLE[status, action]
        assert action in WORKFLOW.possible(status)
        return
    with pytest.raises(ActionNotPossible) as refused:
        WORKFLOW.next(status, action)
    assert refused.value.facts == {
        "status_now": status.value,
        "action": action.value,
        "possible": [other.value for other in WORKFLOW.possible(status)],
    }


def test_statuses_and_actions_come_in_the_order_of_the_table() -> None:
    assert WORKFLOW.statuses == tuple(Status)
    assert WORKFLOW.actions == tuple(Action)
    assert WORKFLOW.possible(Status.SUBMITTED) == (Action.ACCEPT, Action.DECLINE)
    assert WORKFLOW.final == (Status.ACCEPTED, Status.DECLINED)


def test_changing_the_table_afterwards_changes_nothing() -> None:
    table = {("a", "go"): "b"}
    workflow = Workflow(table)
    table.clear()
    assert workflow.next("a", "go") == "b"


def test_plain_words_are_as_good_as_enumerations() -> None:
    with pytest.raises(ActionNotPossible) as refused:
        Workflow({("a", 1): "b"}).next("b", 1)
    assert refused.value.facts == {"status_now": "b", "action": "1", "possible": []}
