"""Technical metrics that every service exports; business indicators come from ``monitoring`` alone.

Labels are bounded: a route template, never a path; a task name, never an id; no person, ever.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

LATENCY_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("civil_http_requests_total", "Answered requests.", ("service", "route", "method", "status"))
REQUEST_SECONDS = Histogram(
    "civil_http_request_duration_seconds",
    "Time from the first byte in to the last byte out.",
    ("service", "route", "method"),
    buckets=LATENCY_BUCKETS,
)
REQUESTS_SHED = Counter(
    "civil_http_requests_shed_total", "Requests refused because too many were running.", ("service",)
)
TRANSACTION_RETRIES = Counter(
    "civil_transaction_retries_total",
    "Transactions run again after a lost connection or a deadlock.",
    ("service", "reason"),
)
OUTBOX_UNSENT = Gauge(
    "civil_outbox_unsent_events", "Committed events not yet acknowledged by the broker.", ("service",)
)
OUTBOX_OLDEST_SECONDS = Gauge("civil_outbox_oldest_unsent_seconds", "Age of the oldest unsent event.", ("service",))
OUTBOX_REFUSED = Gauge(
    "civil_outbox_refused_events", "Events the broker refused for good; they need a person.", ("service",)
)
EVENTS_SENT = Counter("civil_events_sent_total", "Events acknowledged by the broker.", ("service", "duplicate"))
EVENTS_CONSUMED = Counter("civil_events_consumed_total", "Events read from the stream.", ("service", "outcome"))
CONSUMER_LAG = Gauge(
    "civil_consumer_lag_events", "Events in the stream behind the consumer's acknowledged floor.", ("service",)
)
DEAD_LETTERS = Gauge("civil_dead_letters", "Events set aside because they could not be understood.", ("service",))
DIGEST_DIFFERENCES = Gauge(
    "civil_digest_differences",
    "Entities whose version here differs from their source. Must be 0.",
    ("service", "source", "noun"),
)
AUDIT_UNSEALED = Gauge("civil_audit_unsealed_entries", "Audit entries not yet part of the hash chain.", ("service",))
TASK_FAILURES = Counter(
    "civil_worker_task_failures_total", "Background tasks that failed and were started again.", ("service", "task")
)
DEPARTMENT_QUESTIONS = Counter(
    "civil_department_questions_total", "Questions to other departments, by how they ended.", ("department", "outcome")
)
SERVICE_UP = Gauge("civil_service_info", "Always 1; carries the version.", ("service", "version"))
