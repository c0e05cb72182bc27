"""Figures and the series they make."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = (
    """
    CREATE TABLE figure (
        id                uuid PRIMARY KEY,
        epoch             integer NOT NULL,
        version           bigint NOT NULL,
        division          varchar(12) NOT NULL,
        form              text NOT NULL,
        period            text NOT NULL,
        last_day          date NOT NULL,
        numerator         bigint NOT NULL,
        denominator       bigint,
        document_title    text NOT NULL,
        document_number   text,
        explanation       text,
        findings          jsonb NOT NULL,
        status            text NOT NULL CHECK (
            status IN ('FILED', 'REVIEWED', 'RETURNED', 'CONFIRMED', 'SUPERSEDED', 'WITHDRAWN')
        ),
        author            text NOT NULL,
        filed_at          timestamptz NOT NULL,
        corrects          uuid REFERENCES figure (id),
        correction_reason text,
        return_reason     text,
        reviewed_by       text CHECK (reviewed_by <> author),
        reviewed_at       timestamptz,
        confirmed_by      text CHECK (confirmed_by <> author),
        confirmed_at      timestamptz,
        superseded_by     uuid REFERENCES figure (id),
        CHECK ((corrects IS NULL) = (correction_reason IS NULL)),
        CHECK ((status = 'SUPERSEDED') = (superseded_by IS NOT NULL)),
        CHECK (status NOT IN ('CONFIRMED', 'SUPERSEDED') OR (reviewed_by IS NOT NULL AND confirmed_by IS NOT NULL)),
        CHECK (explanation IS NOT NULL OR findings = '[]')
    ) WITH (fillfactor = 80)
    """,
    "CREATE UNIQUE INDEX one_confirmed_figure_a_day ON figure (form, division, last_day) WHERE status = 'CONFIRMED'",
    "CREATE INDEX figure_line ON figure (form, division, last_day)",
    "CREATE INDEX figure_area ON figure (division text_pattern_ops, id DESC)",
    "CREATE INDEX figure_under_way ON figure (status, id DESC) WHERE status IN ('FILED', 'REVIEWED', 'RETURNED')",
    """
    CREATE TABLE series (
        id       uuid PRIMARY KEY,
        epoch    integer NOT NULL,
        version  bigint NOT NULL,
        division varchar(12) NOT NULL,
        form     text NOT NULL,
        kind     text NOT NULL CHECK (kind IN ('LEVEL', 'FLOW')),
        points   jsonb NOT NULL,
        CONSTRAINT one_series_a_line UNIQUE (form, division)
    )
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE series, figure")
