"""What ``marriage`` is made of; started by ``python -m shared.run marriage ROLE``."""

from __future__ import annotations

from pathlib import Path

from marriage.api import ROUTERS
from marriage.reference import load_offices_by_law
from marriage.settings import Settings
from marriage.store import (
    CONSTRAINTS,
    Appointments,
    Corrections,
    Dishonesties,
    Divorces,
    FraudCases,
    Issuances,
    Offices,
    Ratings,
    Registrations,
    Tx,
)
from marriage.usecases.clock import run_appointment_clock, run_credit_clock, run_divorce_clock
from shared.service import ServiceDefinition, Timer

FOLDER = Path(__file__).parent

SERVICE = ServiceDefinition(
    name="marriage",
    title="婚姻登记",
    summary="登记机关、预约、结婚与离婚登记、补领、纠错、证书核验与评价",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    entities=(
        Offices,
        Registrations,
        Divorces,
        Appointments,
        Issuances,
        Corrections,
        FraudCases,
        Dishonesties,
        Ratings,
    ),
    constraints=CONSTRAINTS,
    seeds=FOLDER / "data" / "parameters.toml",
    timers=(
        Timer("divorce-clock", 60.0, run_divorce_clock),
        Timer("appointment-clock", 60.0, run_appointment_clock),
        Timer("credit-clock", 3600.0, run_credit_clock),
    ),
    on_start=load_offices_by_law,
)

__all__ = ["SERVICE", "Settings"]
