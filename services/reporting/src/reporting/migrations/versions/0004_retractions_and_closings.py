"""Retraction of wrongly filed figures, the close of a period, reminders of what is due."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATUSES = "'FILED', 'REVIEWED', 'RETURNED', 'CONFIRMED', 'SUPERSEDED', 'WITHDRAWN'"
UP = (
    "ALTER TABLE figure DROP CONSTRAINT figure_status_check",
    f"ALTER TABLE figure ADD CONSTRAINT figure_status_check CHECK (status IN ({STATUSES}, 'RETRACTING', 'RETRACTED'))",
    """
    ALTER TABLE figure
        ADD COLUMN retraction_reason      text,
        ADD COLUMN retraction_proposed_by text,
        ADD COLUMN retraction_proposed_at timestamptz,
        ADD COLUMN retraction_decided_by  text CHECK (retraction_decided_by <> retraction_proposed_by),
        ADD COLUMN retraction_decided_at  timestamptz,
        ADD CHECK (num_nulls(retraction_reason, retraction_proposed_by, retraction_proposed_at) IN (0, 3)),
        ADD CHECK (status NOT IN ('RETRACTING', 'RETRACTED') OR retraction_reason IS NOT NULL),
        ADD CHECK (status <> 'RETRACTED' OR retraction_decided_by IS NOT NULL)
    """,
    "DROP INDEX one_confirmed_figure_a_day",
    """
    CREATE UNIQUE INDEX one_confirmed_figure_a_day ON figure (form, division, last_day)
    WHERE status IN ('CONFIRMED', 'RETRACTING')
    """,
    """
    CREATE TABLE closing (
        id          uuid PRIMARY KEY,
        epoch       integer NOT NULL,
        version     bigint NOT NULL,
        division    varchar(12) NOT NULL,
        period      text NOT NULL CONSTRAINT one_closing_a_period UNIQUE,
        first_day   date NOT NULL,
        last_day    date NOT NULL CHECK (last_day >= first_day),
        status      text NOT NULL CHECK (status IN ('CLOSED', 'REOPENED')),
        closed_by   text NOT NULL,
        closed_at   timestamptz NOT NULL,
        reopened_by text,
        reopened_at timestamptz,
        reason      text,
        CHECK (num_nulls(reopened_by, reopened_at, reason) IN (0, 3)),
        CHECK (status <> 'REOPENED' OR reason IS NOT NULL)
    )
    """,
    """
    CREATE TABLE reminder (
        id       uuid PRIMARY KEY,
        form     text NOT NULL,
        division varchar(12) NOT NULL,
        period   text NOT NULL,
        kind     text NOT NULL CHECK (kind IN ('DUE_SOON', 'OVERDUE', 'LONG_OVERDUE')),
        due_on   date NOT NULL,
        sent_at  timestamptz NOT NULL,
        CONSTRAINT one_reminder_of_a_kind UNIQUE (form, division, period, kind)
    )
    """,
    "CREATE INDEX reminder_area ON reminder (division text_pattern_ops, id DESC)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE reminder, closing")
