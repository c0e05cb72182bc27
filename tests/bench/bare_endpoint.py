"""The endpoint to compare with: FastAPI and the SQLAlchemy ORM, as a tutorial would write it.

One POST that validates the shape, adds an application and its members to a session and commits. No identity of the
caller, no rule of law, no check character, no encryption, no idempotency, no audit, no event. It writes to the same
tables, with the same indexes, in a database of its own on the same server; it runs in the same uvicorn.

    python bare_endpoint.py DATABASE_URL PORT POOL_SIZE
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from uuid import UUID, uuid4

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The mapped classes."""


class Member(Base):
    """A row of the members' table."""

    __tablename__ = "application_member"
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    identity: Mapped[str]
    person_key: Mapped[bytes]
    relation: Mapped[str]
    live: Mapped[bool]


class Application(Base):
    """A row of the applications' table."""

    __tablename__ = "application"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    epoch: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    division: Mapped[str]
    business_no: Mapped[str]
    residence: Mapped[str]
    channel: Mapped[str]
    status: Mapped[str] = mapped_column(default="SUBMITTED")
    submitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    members: Mapped[list[Member]] = relationship()


class MemberBody(BaseModel):
    """A member as typed."""

    name: str
    identity_number: str
    relation: str


class SubmissionBody(BaseModel):
    """A submission as typed."""

    division: str
    residence: str
    channel: str
    members: list[MemberBody] = Field(min_length=1, max_length=30)


class ApplicationBody(BaseModel):
    """What is answered."""

    id: UUID
    business_no: str
    division: str
    residence: str
    channel: str
    status: str
    submitted_at: datetime
    members: list[MemberBody]


def create_app(url: str, pool_size: int) -> FastAPI:
    """The application over one database."""
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0)
    sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    app = FastAPI()

    @app.post("/v1/applications", status_code=201, response_model=ApplicationBody)
    async def submit(body: SubmissionBody) -> ApplicationBody:
        application = Application(
            division=body.division, business_no=uuid4().hex, residence=body.residence, channel=body.channel,
            submitted_at=datetime.now(UTC),
            members=[
                Member(
                    ordinal=ordinal, name=member.name, identity=member.identity_number,
                    person_key=member.identity_number.encode(), relation=member.relation, live=True,
                )
                for ordinal, member in enumerate(body.members)
            ],
        )  # fmt: skip
        async with sessions() as session:
            session.add(application)
            await session.commit()
        return ApplicationBody(
            id=application.id, business_no=application.business_no, division=application.division,
            residence=application.residence, channel=application.channel, status=application.status,
            submitted_at=application.submitted_at, members=body.members,
        )  # fmt: skip

    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(sys.argv[1], int(sys.argv[3])), port=int(sys.argv[2]), loop="uvloop", http="httptools",
        access_log=False, log_level="warning",
    )  # fmt: skip
