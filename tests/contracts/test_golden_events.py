"""One example event per contract and version, fixed for ever: old and new code must both read it.

A golden file is written once, when a contract is new: ``YUMIN_WRITE_GOLDEN=1 pytest tests/contracts``; afterwards a
change of its bytes is a breaking change and needs a new version.
"""

import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from shared.contracts.catalogue import CONTRACTS
from shared.contracts.envelope import EntityState, UnreadableEvent, read_event, write_event
from shared.kernel.clock import CHINA

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parents[2] / "shared/src/shared/contracts/schemas"
WRITE = os.environ.get("YUMIN_WRITE_GOLDEN") == "1"  # noqa: TID251 - the one switch of this test
FIXED = {
    "event_id": UUID("01900000-0000-7000-8000-000000000001"),
    "entity_id": UUID("01900000-0000-7000-8000-0000000000ff"),
    "epoch": 1,
    "version": 3,
    "region": "500103001000",
    "time": datetime(2026, 7, 1, 9, 30, tzinfo=CHINA),
    "traceparent": "00-00000000000000000000000000000001-0000000000000001-01",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "assistance.standard": {
        "programme": "SUBSISTENCE_ALLOWANCE", "residence": "RURAL", "amount_fen": 63000, "valid_from": "2025-07-01",
        "valid_to": None, "published": True, "document": "渝民规〔2025〕6号",
    },
    "assistance.application": {
        "programme": "SUBSISTENCE_ALLOWANCE", "residence": "URBAN", "township": "500103001000", "status": "GRANTED",
        "channel": "APP", "persons": 3, "submitted_on": "2026-06-01", "accepted_on": "2026-06-02",
        "decided_on": "2026-07-01", "decision_due_on": "2026-07-09", "on_time": True, "amount_fen": 81000,
        "reason_code": None,
    },
    "eldercare.institution": {
        "township": "500103001000", "kind": "INSTITUTION", "ownership": "PUBLIC",
        "operating": [{"begin": "2021-03-01", "end": None}], "comprehensive": [{"begin": "2024-01-01", "end": None}],
        "quality": [{"assessed_on": "2025-06-30", "met": True}],
    },
    "eldercare.bed": {
        "institution_id": "01900000-0000-7000-8000-0000000000aa", "township": "500103001000", "home": False,
        "in_service": [{"begin": "2021-03-01", "end": None}],
        "classes": [
            {"begin": "2021-03-01", "end": "2024-01-01", "bed_class": "ORDINARY"},
            {"begin": "2024-01-01", "end": None, "bed_class": "NURSING"},
        ],
        "inclusive": [{"begin": "2021-03-01", "end": None}],
    },
    "eldercare.stay": {
        "institution_id": "01900000-0000-7000-8000-0000000000aa", "bed_id": "01900000-0000-7000-8000-0000000000bb",
        "township": "500103001000", "stayed": {"begin": "2026-01-05", "end": None}, "voided": False,
    },
    "marriage.office": {
        "level": "DISTRICT", "in_service": [{"begin": "2010-01-01", "end": None}],
        "cross_province": [{"begin": "2025-05-10", "end": None}], "counselling_room": [],
    },
    "marriage.registration": {
        "kind": "MARRIAGE", "office_id": "01900000-0000-7000-8000-0000000000cc", "registered_on": "2026-05-20",
        "cross_province": True, "annulled_on": None,
    },
    "placename.application": {
        "action": "NAME", "category": "STREET", "status": "ANNOUNCED", "online": True, "submitted_on": "2026-06-01",
        "accepted_on": "2026-06-02", "decided_on": "2026-06-20", "announced_on": "2026-07-01",
        "announce_due_on": "2026-07-06", "announced_in_time": True,
    },
    "placename.name": {"category": "STREET", "in_use": [{"begin": "2026-07-01", "end": None}]},
    "reporting.series": {
        "form": "lottery-outlets", "kind": "LEVEL",
        "points": [{"period": "2025", "on": "2025-12-31", "numerator": 9800, "denominator": None}],
    },
}  # fmt: skip
PERSONAL = re.compile(r"name$|identity|phone|address|account|birth|idcard|applicant|resident|spouse|party|member")
ALL = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: f"{c.source}.{c.noun}.v{c.schema_version}")


def key(contract: type[EntityState]) -> str:
    return f"{contract.source}.{contract.noun}"


def golden(contract: type[EntityState]) -> Path:
    return GOLDEN / f"{key(contract)}.v{contract.schema_version}.json"


def written(contract: type[EntityState]) -> str:
    state = contract.model_validate(EXAMPLES[key(contract)])
    body = json.loads(write_event(state, contract.participles[-1], **FIXED).body)
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


@ALL
def test_the_publisher_writes_the_golden_event(contract: type[EntityState]) -> None:
    if WRITE and not golden(contract).exists():
        golden(contract).write_text(written(contract), encoding="utf-8")
    assert golden(contract).read_text(encoding="utf-8") == written(contract)


@ALL
def test_a_reader_reads_the_golden_event_and_ignores_what_it_does_not_know(contract: type[EntityState]) -> None:
    envelope = json.loads(golden(contract).read_text(encoding="utf-8"))
    envelope["data"]["added_later"] = "ignored"
    event = read_event(json.dumps(envelope).encode())
    assert (event.source, event.noun, event.epoch, event.version) == (contract.source, contract.noun, 1, 3)
    assert contract.model_validate(event.data) == contract.model_validate(EXAMPLES[key(contract)])


@ALL
def test_the_golden_event_fits_the_published_schema(contract: type[EntityState]) -> None:
    schema = json.loads((SCHEMAS / f"{key(contract)}.v{contract.schema_version}.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(golden(contract).read_text(encoding="utf-8"))["data"], schema)


@ALL
def test_no_event_carries_personal_data(contract: type[EntityState]) -> None:
    schema = json.dumps(contract.model_json_schema())
    fields = set(re.findall(r'"([a-z_]+)": \{', schema))
    assert not {field for field in fields if PERSONAL.search(field)}


def test_every_golden_file_belongs_to_a_contract() -> None:
    assert {path.name for path in GOLDEN.glob("*.json")} == {golden(contract).name for contract in CONTRACTS}


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"specversion":"1.0"}',
        b"\xff\xfe",
        b'{"specversion":"1.0","id":"1","source":"s","type":"t"}',
    ],
)
def test_a_broken_message_is_unreadable_and_nothing_worse(broken: bytes) -> None:
    with pytest.raises(UnreadableEvent):
        read_event(broken)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("entityversion", "0"), ("entityversion", "-1"), ("entityversion", str(2**63)), ("entityversion", "x"),
     ("epoch", "0"), ("subject", "not-a-uuid"), ("type", "civil.x"), ("type", "civil.a.b.c.d.e"), ("time", "now")],
)  # fmt: skip
def test_an_event_with_an_impossible_envelope_is_unreadable(attribute: str, value: str) -> None:
    envelope = json.loads(golden(CONTRACTS[0]).read_text(encoding="utf-8"))
    envelope[attribute] = value
    with pytest.raises(UnreadableEvent):
        read_event(json.dumps(envelope).encode())
