"""The catalogue of forms over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from reporting.domain.catalogue import Catalogue
from reporting.domain.form import ChangeBound, Form, FormKind, Quantity, Scope
from reporting.store import Tx
from shared.kernel.periods import PeriodKind
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/forms", tags=["填报表"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("reporting:read"))]


class QuantityView(ApiModel):
    """What a number counts, its unit, and which numbers are possible."""

    name: str
    unit: str
    least: int
    most: int
    fixed: int | None = Field(description="固定的分母；可省略不填")

    @classmethod
    def of(cls, quantity: Quantity) -> QuantityView:
        """The view of one number."""
        return cls(**vars(quantity))


class ChangeBoundView(ApiModel):
    """A change since the figure before that passes both bounds needs an explanation."""

    percent: int
    at_least: int

    @classmethod
    def of(cls, bound: ChangeBound) -> ChangeBoundView:
        """The view of one bound."""
        return cls(**vars(bound))


class FormView(ApiModel):
    """A form; the first of its periods is asked for regularly."""

    code: str
    name: str
    name_en: str
    kind: FormKind
    scope: Scope
    periods: list[PeriodKind]
    numerator: QuantityView
    denominator: QuantityView | None
    share: bool
    change: ChangeBoundView
    source: str
    plan_row: int | None = Field(description="专栏1的行次")
    plan_text: str | None = Field(description="正文目标的编号")
    feeds: str
    due: str

    @classmethod
    def of(cls, form: Form) -> FormView:
        """The view of one form."""
        return cls(
            code=form.code, name=form.name, name_en=form.name_en, kind=form.kind, scope=form.scope,
            periods=list(form.periods), numerator=QuantityView.of(form.numerator),
            denominator=QuantityView.of(form.denominator) if form.denominator else None, share=form.share,
            change=ChangeBoundView.of(form.change), source=form.source,
            plan_row=form.plan_row, plan_text=form.plan_text, feeds=form.feeds, due=form.due,
        )  # fmt: skip


class FormList(ApiModel):
    """The catalogue."""

    items: list[FormView]


@router.get("", response_model=FormList, summary="填报表目录")
async def list_forms(caller: Reader, asking: Asking) -> Response:
    async def catalogue(tx: Tx) -> Catalogue:
        return tx.forms

    return await asking.run(catalogue, show=lambda forms: FormList(items=[FormView.of(form) for form in forms]))
