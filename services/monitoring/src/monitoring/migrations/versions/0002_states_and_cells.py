"""Entity states and the cells of running totals."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = (
    """
    CREATE TABLE entity_state (
        source      text NOT NULL,
        noun        text NOT NULL,
        entity_id   uuid NOT NULL,
        epoch       integer NOT NULL,
        version     bigint NOT NULL,
        region      text NOT NULL,
        seen_at     timestamptz NOT NULL,
        contributed jsonb NOT NULL,
        PRIMARY KEY (source, noun, entity_id)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE cell (
        measure     text NOT NULL,
        division    text NOT NULL,
        day         date NOT NULL,
        recorded_on date NOT NULL,
        amount      bigint NOT NULL,
        PRIMARY KEY (measure, division, day, recorded_on)
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02)
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE cell, entity_state")
