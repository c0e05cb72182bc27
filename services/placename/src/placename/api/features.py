"""The gazetteer as OGC API – Features, Part 1 (core, GeoJSON, OpenAPI 3): what QGIS and GDAL open unchanged.

Coordinates are longitude and latitude of CGCS2000, which differ from CRS84 by less than the precision kept here.
Parameters outside the document are refused, and a refused parameter answers 400, as the standard asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from placename import queries
from placename.api.name_views import as_shape
from placename.api.wanted import BoxInvalid, box_of
from placename.domain.geometry import Extent
from placename.domain.place_name import NameStatus, PlaceName
from placename.store import Tx
from shared.kernel.principal import Principal
from shared.web.access import public
from shared.web.links import public_base
from shared.web.paging import Cursors, CursorUnusable
from shared.web.running import origin_of, running_of

router = APIRouter(prefix="/v1/ogc", tags=["OGC API – Features"], dependencies=[public])

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "oas30", "geojson")
)
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
EVERYWHERE = Principal.of_public().area
EXTENT = Extent(105.18, 28.15, 110.20, 32.22)
MOST, USUAL = 10_000, 100
LAYERS: Mapping[str, tuple[str, str, NameStatus | None]] = {
    "place-names": ("现行标准地名", "现行标准地名；以 datetime 查询某日的标准地名", NameStatus.IN_USE),
    "former-names": ("曾用名", "更名之前的名称", NameStatus.RENAMED),
    "historic-names": ("历史地名", "已销名而列入保护名录的历史地名", NameStatus.HISTORIC_ONLY),
}
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?", re.ASCII)

JSON_ANSWER: dict[int | str, dict[str, Any]] = {400: {"description": "参数有误"}, 404: {"description": "未找到"}}


def _base(request: Request) -> str:
    return f"{public_base(request)}/v1/ogc"


def _link(href: str, rel: str, kind: str = "application/json", title: str = "") -> dict[str, str]:
    return {"href": href, "rel": rel, "type": kind} | ({"title": title} if title else {})


def _refuse_unknown(request: Request, *known: str) -> None:
    """Parameters that the document does not name are refused, a repeated one as well."""
    given = [name for name, _ in request.query_params.multi_items()]
    if set(given) - {*known, "f"} or len(given) != len(set(given)):
        raise HTTPException(status_code=400, detail="含有未定义的或者重复的查询参数")
    if request.query_params.get("f", "json") != "json":
        raise HTTPException(status_code=400, detail="f 只能为 json")


@router.get("", summary="入口", responses=JSON_ANSWER)
@router.get("/", include_in_schema=False)
async def read_landing_page(request: Request) -> Response:
    _refuse_unknown(request)
    base, root = _base(request), public_base(request)
    return JSONResponse(
        {
            "title": "渝民地名库",
            "description": "重庆市标准地名，依 OGC API – Features 第 1 部分公开",
            "links": [
                _link(f"{base}/", "self"),
                _link(f"{base}/api", "service-desc", OPENAPI),
                _link(f"{root}/docs", "service-doc", "text/html"),
                _link(f"{base}/conformance", "conformance"),
                _link(f"{base}/collections", "data"),
            ],
        }
    )


@router.get("/conformance", summary="符合的规范", responses=JSON_ANSWER)
async def read_conformance(request: Request) -> Response:
    _refuse_unknown(request)
    return JSONResponse({"conformsTo": list(CONFORMS)})


class OpenApiAnswer(JSONResponse):
    """An OpenAPI document."""

    media_type = OPENAPI


@router.get("/api", summary="接口说明", response_class=OpenApiAnswer, responses=JSON_ANSWER)
async def read_api_document(request: Request) -> Response:
    _refuse_unknown(request)
    return OpenApiAnswer(request.app.openapi())


def _collection(request: Request, layer: str) -> dict[str, Any]:
    title, description, _ = LAYERS[layer]
    base = f"{_base(request)}/collections/{layer}"
    box = [EXTENT.west, EXTENT.south, EXTENT.east, EXTENT.north]
    return {
        "id": layer,
        "title": title,
        "description": description,
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        "extent": {
            "spatial": {"bbox": [box], "crs": CRS84},
            "temporal": {"interval": [["1997-03-14T00:00:00Z", None]]},
        },
        "links": [_link(base, "self"), _link(f"{base}/items", "items", GEOJSON, title)],
    }


@router.get("/collections", summary="图层列表", responses=JSON_ANSWER)
async def list_collections(request: Request) -> Response:
    _refuse_unknown(request)
    layers = [_collection(request, layer) for layer in LAYERS]
    return JSONResponse({"links": [_link(f"{_base(request)}/collections", "self")], "collections": layers})


@router.get("/collections/{collection_id}", summary="图层", responses=JSON_ANSWER)
async def read_collection(collection_id: str, request: Request) -> Response:
    _refuse_unknown(request)
    _status_of(collection_id)
    return JSONResponse(_collection(request, collection_id))


def _status_of(layer: str) -> NameStatus | None:
    if layer not in LAYERS:
        raise HTTPException(status_code=404, detail="没有该图层")
    return LAYERS[layer][2]


ITEM_PARAMETERS = [
    {"name": name, "in": "query", "required": False, "schema": schema, "description": told, "explode": False}
    for name, schema, told in (
        ("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "每页个数"),
        ("bbox", {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}, "西,南,东,北"),
        ("datetime", {"type": "string"}, "某日，或者以 / 分开的期间"),
        ("crs", {"type": "string", "enum": [CRS84]}, "要素坐标的参照系，只有 CRS84"),
        ("bbox-crs", {"type": "string", "enum": [CRS84]}, "bbox 坐标的参照系，只有 CRS84"),
        ("cursor", {"type": "string"}, "上一页 next 链接中的标记"),
    )
]
KEPT_ON_NEXT = ("bbox", "datetime", "crs", "bbox-crs")


@router.get(
    "/collections/{collection_id}/items", summary="要素", responses=JSON_ANSWER,
    openapi_extra={"parameters": ITEM_PARAMETERS},
)  # fmt: skip
async def list_items(collection_id: str, request: Request) -> Response:
    _refuse_unknown(request, "limit", "bbox", "datetime", "crs", "bbox-crs", "cursor")
    _refuse_other_crs(request)
    status, given = _status_of(collection_id), request.query_params
    limit, box, days = _limit(given.get("limit")), _box(given.get("bbox")), _days(given.get("datetime"))
    running = running_of(request)
    kept = {name: given[name] for name in KEPT_ON_NEXT if name in given}
    cursors = Cursors(running.database.around.confidential, f"features|{collection_id}|{urlencode(kept)}")
    try:
        after = cursors.read(given.get("cursor"))
    except CursorUnusable:
        raise HTTPException(status_code=400, detail="翻页标记无效") from None
    search = queries.NameSearch(box=box, status=None if days else status, period=days)

    async def read(tx: Tx) -> tuple[Sequence[PlaceName], int]:
        found = await queries.some_names(
            tx, search, area=EVERYWHERE, after=UUID(after[0]) if after else None, limit=limit + 1
        )
        return found, await queries.count_names(tx, search, area=EVERYWHERE)

    found, matched = await running.database.run(read, origin_of(request, Principal.of_public()))
    shown = found[:limit]
    items = f"{_base(request)}/collections/{collection_id}/items"
    links = [_link(str(request.url), "self", GEOJSON), _link(items.removesuffix("/items"), "collection")]
    if len(found) > limit:
        following = urlencode({**kept, "limit": limit, "cursor": cursors.write((shown[-1].id,))})
        links.append(_link(f"{items}?{following}", "next", GEOJSON))
    body = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": matched,
        "numberReturned": len(shown),
        "links": links,
        "features": [feature_of(name) for name in shown],
    }
    return JSONResponse(body, media_type=GEOJSON, headers={"Content-Crs": f"<{CRS84}>"})


@router.get("/collections/{collection_id}/items/{feature_id}", summary="一个要素", responses=JSON_ANSWER)
async def read_item(collection_id: str, feature_id: str, request: Request) -> Response:
    _refuse_unknown(request)
    status = _status_of(collection_id)
    try:
        name_id = UUID(feature_id)
    except ValueError:
        raise HTTPException(status_code=404, detail="没有该要素") from None

    async def read(tx: Tx) -> PlaceName:
        return await tx.names.find(name_id, area=EVERYWHERE)

    name = await running_of(request).database.run(read, origin_of(request, Principal.of_public()))
    if name.status is not status:
        raise HTTPException(status_code=404, detail="没有该要素")
    here = f"{_base(request)}/collections/{collection_id}"
    links = [_link(f"{here}/items/{feature_id}", "self", GEOJSON), _link(here, "collection")]
    return JSONResponse({**feature_of(name), "links": links}, media_type=GEOJSON)


def feature_of(name: PlaceName) -> dict[str, Any]:
    """A name as a GeoJSON feature; without a known place its geometry is null."""
    period = name.in_use[-1]
    return {
        "type": "Feature",
        "id": str(name.id),
        "geometry": as_shape(name),
        "properties": {
            "name": name.toponym.full,
            "specific": name.toponym.specific,
            "generic": name.toponym.generic,
            "romanisation": name.romanisation.text,
            "category": name.category.value,
            "division": name.division,
            "status": name.status.value,
            "begin": period.begin.isoformat(),
            "end": period.end.isoformat() if period.end else None,
            "place_id": str(name.place_id),
            "heritage": name.heritage.value,
            "authority": name.act.authority,
            "document_no": name.act.document_no,
        },
    }


def _refuse_other_crs(request: Request) -> None:
    """GDAL names the reference system of what it asks for; there is one."""
    if any(request.query_params.get(name, CRS84) != CRS84 for name in ("crs", "bbox-crs")):
        raise HTTPException(status_code=400, detail="坐标参照系只有 CRS84")


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) >= 1):
        raise HTTPException(status_code=400, detail="limit 须为正整数")
    return min(int(text), MOST)


def _box(text: str | None) -> Extent | None:
    """Four numbers, or six of which the heights are left out."""
    if text is None:
        return None
    parts = text.split(",")
    flat = [parts[0], parts[1], parts[3], parts[4]] if len(parts) == 6 else parts
    try:
        numbers = [float(part) for part in flat]
        return box_of(",".join(f"{number:.10f}".rstrip("0").rstrip(".") for number in numbers))
    except (ValueError, OverflowError, BoxInvalid):
        raise HTTPException(status_code=400, detail="bbox 须为西、南、东、北四个数") from None


def _days(text: str | None) -> tuple[date | None, date | None] | None:
    """The first and the last day asked for; open ends are None."""
    if text is None:
        return None
    ends = text.split("/")
    if len(ends) > 2 or all(end in ("", "..") for end in ends):
        raise HTTPException(status_code=400, detail="datetime 须为一日或者一段期间")
    first, last = _day(ends[0]), _day(ends[-1])
    if first and last and first > last:
        raise HTTPException(status_code=400, detail="datetime 的期间首尾颠倒")
    return first, last


def _day(text: str) -> date | None:
    if text in ("", ".."):
        return None
    try:
        if not MOMENT.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text[:10])
    except ValueError:
        raise HTTPException(status_code=400, detail="datetime 须依 RFC 3339 书写") from None
