"""Tables, mapping and the transaction of ``assistance``: joins its parts."""

from assistance.store.applications import Applications, applications, members
from assistance.store.cases import (
    OF_CASES,
    alerts,
    changes,
    complaints,
    delegations,
    frauds,
    leads,
    ratings,
    referrals,
    remedies,
    reviews,
)
from assistance.store.dossiers import Dossiers
from assistance.store.standards import Standards, standards
from assistance.store.tables import METADATA
from assistance.store.work import CONSTRAINTS, Tx

__all__ = [
    "CONSTRAINTS",
    "METADATA",
    "OF_CASES",
    "Applications",
    "Dossiers",
    "Standards",
    "Tx",
    "alerts",
    "applications",
    "changes",
    "complaints",
    "delegations",
    "frauds",
    "leads",
    "members",
    "ratings",
    "referrals",
    "remedies",
    "reviews",
    "standards",
]
