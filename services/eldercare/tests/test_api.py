"""x"""

from datetime import date
from typing import Any
from shared.testing.under_test import ServiceUnderTest


async def test_smoke(service: ServiceUnderTest) -> None:
    c = service.client("eldercare:register", "eldercare:beds", "eldercare:stays", "eldercare:read", "eldercare:inspect")
    r = await c.post(
        "/v1/institutions",
        json={
            "name": "测试院",
            "organisation_code": "52500103MJ0000001D",
            "township": "500103001000",
            "kind": "ELDERLY_HOME",
            "ownership": "PRIVATE_NONPROFIT",
            "filed_beds": 100,
            "opened_on": "2024-01-01",
        },
    )
    print(r.status_code, r.text)
    i = r.json()["id"]
    r = await c.post(f"/v1/institutions/{i}/beds", json={"count": 62, "bed_class": "NURSING", "since": "2024-02-01"})
    print(r.status_code, r.text[:200])
    b = r.json()["beds"][0]["id"]
    for path in (
        f"/v1/institutions/{i}/counts",
        "/v1/institutions",
        "/v1/bed-counts",
        f"/v1/institutions/{i}/beds?limit=1",
        f"/v1/beds/{b}",
        "/v1/public/beds",
    ):
        r = await c.get(path)
        print(path, r.status_code, r.text[:600])
    from shared.kernel.identity_number import synthetic_identity_number, Sex

    n = synthetic_identity_number(1, date(1940, 1, 1), Sex.MALE).plain
    r = await c.post("/v1/stays", json={"bed_id": b, "name": "张三", "identity_number": n, "begins_on": "2026-09-24"})
    print(r.status_code, r.text)
    r = await c.post("/v1/stays", json={"bed_id": b, "name": "张三", "identity_number": n, "begins_on": "2026-09-24"})
    print(r.status_code, r.text)
    r = await c.get(f"/v1/institutions/{i}")
    print(r.text, r.headers)
    r = await c.post(f"/v1/institutions/{i}/close", json={"on": "2026-11-01"})
    print(r.status_code, r.text)
    r = await c.get("/v1/public/beds")
    print(r.status_code, r.text[:600])
    r = await c.post("/v1/stays/search", json={"identity_number": n})
    print(r.status_code, r.text)
    s = r.json()["items"][0]["id"]
    r = await c.post(f"/v1/stays/{s}/end", json={"on": "2026-10-01"})
    print(r.status_code, r.text)
    r = await c.post(f"/v1/institutions/{i}/close", json={"on": "2026-11-01"})
    print(r.status_code, r.text)
    print(await service.rows("select noun, version, facts from former_version limit 3"))
    assert 0
