"""Urban and rural cells, closed periods, silence, rebuilds."""

from alembic import op

revision = "0003"
down_revision = "0002"

UP = (
    "ALTER TABLE cell ADD COLUMN residence text NOT NULL DEFAULT ''",
    "ALTER TABLE cell DROP CONSTRAINT cell_pkey",
    "ALTER TABLE cell ADD PRIMARY KEY (measure, division, residence, day, recorded_on)",
    """
    UPDATE entity_state SET contributed = (
        SELECT jsonb_agg(jsonb_build_array(one -> 0, one -> 1, '', one -> 2, one -> 3))
        FROM jsonb_array_elements(contributed) AS one
    ) WHERE contributed <> '[]'
    """,
    # Held from before their states were kept: the next comparison has the sources state them again.
    "UPDATE entity_state SET epoch = 0",
    "ALTER TABLE entity_state ADD COLUMN schema_version integer NOT NULL DEFAULT 1",
    "ALTER TABLE entity_state ADD COLUMN state jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE entity_state ADD COLUMN received_at timestamptz NOT NULL DEFAULT now()",
    """
    CREATE TABLE closed_period (
        period            text NOT NULL,
        revision          integer NOT NULL,
        until             date NOT NULL,
        closed_at         timestamptz NOT NULL,
        known_on          date NOT NULL,
        reason            text NOT NULL,
        divisions_version text NOT NULL,
        figures           jsonb NOT NULL,
        changes           jsonb NOT NULL,
        signature         text NOT NULL,
        PRIMARY KEY (period, revision)
    )
    """,
    """
    CREATE TABLE rebuild (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        started_at  timestamptz NOT NULL,
        finished_at timestamptz,
        entities    bigint NOT NULL,
        done        bigint NOT NULL DEFAULT 0,
        differences bigint,
        took_over   boolean NOT NULL DEFAULT false
    )
    """,
    """
    CREATE UNLOGGED TABLE shadow_state (
        source      text NOT NULL,
        noun        text NOT NULL,
        entity_id   uuid NOT NULL,
        epoch       integer NOT NULL,
        version     bigint NOT NULL,
        contributed jsonb NOT NULL,
        PRIMARY KEY (source, noun, entity_id)
    )
    """,
    """
    CREATE UNLOGGED TABLE shadow_difference (
        measure   text NOT NULL,
        division  text NOT NULL,
        residence text NOT NULL,
        day       date NOT NULL,
        amount    bigint NOT NULL
    )
    """,
    """
    CREATE TABLE heard (
        source text NOT NULL,
        noun   text NOT NULL,
        day    date NOT NULL,
        events bigint NOT NULL,
        PRIMARY KEY (source, noun, day)
    )
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE heard, shadow_difference, shadow_state, rebuild, closed_period")
    for column in ("received_at", "state", "schema_version"):
        op.execute(f"ALTER TABLE entity_state DROP COLUMN {column}")
    op.execute("ALTER TABLE cell DROP CONSTRAINT cell_pkey")
    op.execute("ALTER TABLE cell DROP COLUMN residence")
    op.execute("ALTER TABLE cell ADD PRIMARY KEY (measure, division, day, recorded_on)")
