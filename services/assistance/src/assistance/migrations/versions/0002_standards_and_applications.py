"""Standards, applications and their members."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = (
    """
    CREATE TABLE standard (
        id           uuid PRIMARY KEY,
        epoch        integer NOT NULL,
        version      bigint NOT NULL,
        division     varchar(12) NOT NULL,
        programme    text NOT NULL,
        residence    text CHECK (residence IN ('URBAN', 'RURAL')),
        amount_fen   bigint NOT NULL CHECK (amount_fen > 0 AND amount_fen % 100 = 0),
        valid_from   date NOT NULL,
        valid_to     date CHECK (valid_to > valid_from),
        status       text NOT NULL CHECK (status IN ('PROPOSED', 'PUBLISHED', 'WITHDRAWN')),
        document     text NOT NULL,
        confidence   text NOT NULL CHECK (confidence IN ('V', 'K', 'U')),
        proposed_by  text NOT NULL,
        confirmed_by text CHECK (confirmed_by <> proposed_by),
        alerts       text[] NOT NULL
    )
    """,
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    ALTER TABLE standard ADD CONSTRAINT one_standard_a_day EXCLUDE USING gist (
        programme WITH =, coalesce(residence, '') WITH =, daterange(valid_from, valid_to) WITH &&
    ) WHERE (status = 'PUBLISHED') DEFERRABLE INITIALLY DEFERRED
    """,
    """
    CREATE TABLE application (
        id           uuid PRIMARY KEY,
        epoch        integer NOT NULL,
        version      bigint NOT NULL,
        division     varchar(12) NOT NULL,
        business_no  text NOT NULL UNIQUE,
        residence    text NOT NULL CHECK (residence IN ('URBAN', 'RURAL')),
        channel      text NOT NULL CHECK (channel IN ('WINDOW', 'APP', 'AGENT')),
        status       text NOT NULL CHECK (status IN (
            'SUBMITTED', 'ACCEPTED', 'DECLINED', 'VERIFIED', 'GRANTED', 'REFUSED', 'WITHDRAWN'
        )),
        submitted_at timestamptz NOT NULL,
        accepted_on  date,
        decided_on   date CHECK (decided_on >= accepted_on),
        due_on       date,
        verified_by  text,
        clocks       jsonb,
        means        text,
        verdict      text,
        reason_code  text
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX application_area ON application (division text_pattern_ops, submitted_at DESC, id DESC)",
    "CREATE INDEX application_newest ON application (submitted_at DESC, id DESC)",
    "CREATE INDEX application_due ON application (due_on) WHERE status IN ('ACCEPTED', 'VERIFIED')",
    """
    CREATE TABLE application_member (
        application_id uuid NOT NULL REFERENCES application (id),
        ordinal        integer NOT NULL,
        name           text NOT NULL,
        identity       text NOT NULL,
        person_key     bytea NOT NULL,
        relation       text NOT NULL,
        live           boolean NOT NULL,
        PRIMARY KEY (application_id, ordinal)
    )
    """,
    "CREATE UNIQUE INDEX one_live_case_a_person ON application_member (person_key) WHERE live",
    "CREATE INDEX application_member_person ON application_member (person_key)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE application_member, application, standard")
