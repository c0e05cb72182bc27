import pickle

import pytest

from shared.kernel.errors import Forbidden, Invalid, Kind, NotFound, Refusal


class AlreadyAccepted(Refusal):
    """申请已经受理

    A second sentence that no person reads.
    """


class HTTPTokenStale(AlreadyAccepted):
    pass


def test_a_refusal_is_named_after_its_class_and_titled_by_its_docstring() -> None:
    refusal = AlreadyAccepted()
    assert (refusal.code, refusal.title, str(refusal)) == ("already-accepted", "申请已经受理", "申请已经受理")


def test_a_refusal_without_words_of_its_own_takes_the_title_of_its_parent() -> None:
    assert (HTTPTokenStale().code, HTTPTokenStale().title) == ("http-token-stale", "申请已经受理")


def test_a_refusal_carries_detail_rule_field_and_facts() -> None:
    refusal = AlreadyAccepted("请勿重复受理。", rule="C-05", field="application/id", status_now="accepted", n=2)
    assert str(refusal) == refusal.detail == "请勿重复受理。"
    assert (refusal.rule, refusal.field, refusal.facts) == (
        "C-05",
        "application/id",
        {"status_now": "accepted", "n": 2},
    )


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (Refusal(), Kind.CONFLICT),
        (AlreadyAccepted(), Kind.CONFLICT),
        (Invalid(), Kind.INVALID),
        (Forbidden(), Kind.FORBIDDEN),
        (NotFound(), Kind.NOT_FOUND),
    ],
)
def test_every_refusal_has_a_kind_and_a_chinese_title(refusal: Refusal, kind: Kind) -> None:
    assert refusal.kind is kind
    assert not refusal.title.isascii()


def test_a_refusal_survives_the_way_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(AlreadyAccepted("第二次", rule="C-05", n=2)))
    assert (copy.detail, copy.rule, copy.facts) == ("第二次", "C-05", {"n": 2})
