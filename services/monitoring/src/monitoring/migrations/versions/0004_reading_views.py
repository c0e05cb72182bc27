"""Views for readers who come with SQL (Grafana): totals by district and day, never a township and never an entity."""

from alembic import op

revision = "0004"
down_revision = "0003"

READER = "grafana"
"""The role that may read the views and nothing else; made with the database, absent where nobody reads by SQL."""

UP = (
    "CREATE SCHEMA reading",
    """
    CREATE VIEW reading.daily_change WITH (security_barrier) AS
    SELECT measure, left(division, 6) AS district, day, recorded_on, sum(amount) AS amount
    FROM public.cell
    GROUP BY 1, 2, 3, 4
    HAVING sum(amount) <> 0
    """,
    """
    CREATE VIEW reading.district_total WITH (security_barrier) AS
    SELECT measure, district, day, sum(sum(amount)) OVER (PARTITION BY measure, district ORDER BY day) AS total
    FROM reading.daily_change
    GROUP BY measure, district, day
    """,
    """
    CREATE VIEW reading.city_total WITH (security_barrier) AS
    SELECT measure, day, sum(sum(amount)) OVER (PARTITION BY measure ORDER BY day) AS total
    FROM reading.daily_change
    GROUP BY measure, day
    """,
    """
    CREATE VIEW reading.late_change WITH (security_barrier) AS
    SELECT measure, district, recorded_on, count(*) AS days_changed, sum(abs(amount)) AS moved
    FROM reading.daily_change
    WHERE recorded_on > day
    GROUP BY measure, district, recorded_on
    """,
    """
    CREATE VIEW reading.source AS
    SELECT source, noun, count(*) AS entities, max(seen_at) AS last_seen
    FROM public.entity_state
    GROUP BY source, noun
    """,
)
GRANTS = (
    "GRANT USAGE ON SCHEMA reading TO {reader}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA reading TO {reader}",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    grants = "; ".join(grant.format(reader=READER) for grant in GRANTS)
    op.execute(f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}') THEN {grants}; END IF; END $$")


def downgrade() -> None:
    op.execute("DROP SCHEMA reading CASCADE")
