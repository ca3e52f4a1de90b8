"""Yardstick *naive*: the monolith that most people would write, and many have.

FastAPI, `request.form()`, the twilio library, SQLAlchemy's ORM with its default pool and
sessions: BEGIN, statements, COMMIT.  A voice webhook costs five statements (number,
campaign, targets, live calls, the new row); each callback loads the row and updates it.
It counts live calls and then inserts: two callers at once can pass a cap.
"""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy import DateTime, ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse


class Base(DeclarativeBase):
    pass


class Campaign(Base):
    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    active: Mapped[bool]


class Number(Base):
    __tablename__ = "number"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))


class Target(Base):
    __tablename__ = "target"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    number: Mapped[str]
    weight: Mapped[int]
    concurrency_cap: Mapped[int]


class Call(Base):
    __tablename__ = "call"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(unique=True)
    caller: Mapped[str]
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), index=True)
    status: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    leg_ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    seconds: Mapped[int | None]


engine = create_async_engine(os.environ.get("DATABASE_URL", "postgresql+psycopg://"))
Session = async_sessionmaker(engine)
validator = RequestValidator(os.environ.get("TWILIO_AUTH_TOKEN", ""))


async def open_session() -> AsyncIterator[AsyncSession]:
    """One session a request."""
    async with Session() as session:
        yield session


async def signed_form(request: Request) -> dict[str, str]:
    """Read the form and check that the carrier sent it."""
    form = await request.form()
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(str(request.url), form, signature):
        raise HTTPException(403, "bad signature")
    return {name: str(value) for name, value in form.items()}


Form = Annotated[dict[str, str], Depends(signed_form)]
Database = Annotated[AsyncSession, Depends(open_session)]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Close the pool in the end."""
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/readyz")
async def ready() -> str:
    return "ready"


@app.post("/voice")
async def voice(request: Request, form: Form, session: Database) -> Response:
    """Route a call."""
    response = VoiceResponse()
    target = await choose(session, form["To"])
    if target is None:
        response.say("Sorry, nobody can take your call right now.")
        return Response(str(response), media_type="application/xml")
    session.add(
        Call(
            call_sid=form["CallSid"],
            caller=form["From"],
            target_id=target.id,
            status=form["CallStatus"],
            started_at=datetime.now(UTC),
        )
    )
    action, destination = str(request.url_for("action")), target.number
    await session.commit()
    dial = response.dial(action=action, answer_on_bridge=True, timeout=25, time_limit=7200)
    dial.number(destination)
    return Response(str(response), media_type="application/xml")


async def choose(session: AsyncSession, dialled: str) -> Target | None:
    """Draw one of the campaign's targets with room, by weight."""
    number = await session.scalar(select(Number).where(Number.number == dialled))
    if number is None:
        return None
    campaign = await session.get(Campaign, number.campaign_id)
    if campaign is None or not campaign.active:
        return None
    found = await session.scalars(select(Target).where(Target.campaign_id == campaign.id))
    targets = found.all()
    counted = await session.execute(
        select(Call.target_id, func.count())
        .where(Call.target_id.in_([target.id for target in targets]))
        .where(Call.leg_ended_at.is_(None))
        .group_by(Call.target_id)
    )
    live = {target_id: count for target_id, count in counted}  # noqa: C416 - rows are no pairs
    free = [target for target in targets if live.get(target.id, 0) < target.concurrency_cap]
    if not free:
        return None
    return random.choices(free, [target.weight for target in free])[0]


@app.post("/action")
async def action(form: Form, session: Database) -> Response:
    """Note the end of the dialled leg."""
    call = await session.scalar(select(Call).where(Call.call_sid == form["CallSid"]))
    if call is None:
        raise HTTPException(404)
    call.status = form["DialCallStatus"]
    call.leg_ended_at = datetime.now(UTC)
    await session.commit()
    return Response(str(VoiceResponse()), media_type="application/xml")


@app.post("/status")
async def status(form: Form, session: Database) -> Response:
    """Note the end of the call."""
    call = await session.scalar(select(Call).where(Call.call_sid == form["CallSid"]))
    if call is None:
        raise HTTPException(404)
    call.status = form["CallStatus"]
    call.seconds = int(form["CallDuration"])
    call.ended_at = datetime.now(UTC)
    call.leg_ended_at = call.leg_ended_at or call.ended_at
    await session.commit()
    return Response(status_code=204)


def create() -> FastAPI:
    """Hand the app to uvicorn, as it is asked for here."""
    return app
