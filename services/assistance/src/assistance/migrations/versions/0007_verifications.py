"""Verification orders."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
    CREATE TABLE verification (
        id             uuid PRIMARY KEY,
        epoch          integer NOT NULL,
        version        bigint NOT NULL,
        division       varchar(12) NOT NULL,
        status         text NOT NULL CHECK (status IN ('ASKING', 'REPORTED', 'CONTESTED', 'RECHECKING', 'CANCELLED')),
        opened_on      date NOT NULL,
        application_id uuid NOT NULL REFERENCES application (id),
        due_on         date,
        record         jsonb NOT NULL,
        sealed         text NOT NULL,
        ask_at         timestamptz,
        CHECK ((ask_at IS NOT NULL) = (status IN ('ASKING', 'RECHECKING')))
    )
    """)
    op.execute("CREATE INDEX verification_area ON verification (division text_pattern_ops, id DESC)")
    op.execute("CREATE INDEX verification_case ON verification (application_id)")
    op.execute("CREATE INDEX verification_to_ask ON verification (ask_at) WHERE ask_at IS NOT NULL")
    op.execute(
        "CREATE UNIQUE INDEX one_running_verification ON verification (application_id)"
        " WHERE status IN ('ASKING', 'CONTESTED', 'RECHECKING')"
    )


def downgrade() -> None:
    op.execute("DROP TABLE verification")
