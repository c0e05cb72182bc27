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
    f"{path.stem}.{noun}": state
    for path in sorted((Path(__file__).parent / "examples").glob("*.json"))
    for noun, state in json.loads(path.read_text(encoding="utf-8")).items()
}
"""One state per contract; a file per service."""
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
