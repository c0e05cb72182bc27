"""Offices, registrations with their parties, and the counters of certificate numbers."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    CREATE TABLE office (
        id         uuid PRIMARY KEY,
        epoch      integer NOT NULL,
        version    bigint NOT NULL,
        division   varchar(12) NOT NULL,
        name       text NOT NULL,
        level      text NOT NULL CHECK (level IN ('DISTRICT', 'TOWNSHIP', 'CITY')),
        clientele  text[] NOT NULL CHECK (cardinality(clientele) > 0),
        status     text NOT NULL CHECK (status IN ('OPEN', 'CLOSED')),
        opened_on  date NOT NULL,
        closed_on  date CHECK (closed_on > opened_on),
        statements jsonb NOT NULL,
        CHECK ((status = 'CLOSED') = (closed_on IS NOT NULL)),
        CONSTRAINT one_office_a_division EXCLUDE USING gist (
            division WITH =, daterange(opened_on, closed_on) WITH &&
        )
    )
    """,
    """
    CREATE TABLE registration (
        id                 uuid PRIMARY KEY,
        epoch              integer NOT NULL,
        version            bigint NOT NULL,
        division           varchar(12) NOT NULL,
        office_id          uuid NOT NULL REFERENCES office (id),
        certificate_no     text NOT NULL CONSTRAINT one_registration_a_number UNIQUE,
        occasion           text NOT NULL,
        status             text NOT NULL CHECK (status IN ('IN_FORCE', 'ANNULLED')),
        registered_on      date NOT NULL,
        effective_from     date CHECK (effective_from <= registered_on),
        crosses_provinces  boolean NOT NULL,
        registrar          text NOT NULL,
        clauses            jsonb NOT NULL,
        uncertain          text[] NOT NULL,
        annulment          jsonb,
        CHECK ((status = 'ANNULLED') = (annulment IS NOT NULL))
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE INDEX registration_area ON registration (division text_pattern_ops, registered_on DESC, id DESC)
    """,
    "CREATE INDEX registration_office ON registration (office_id, registered_on DESC)",
    """
    CREATE TABLE marriage_party (
        registration_id uuid NOT NULL REFERENCES registration (id),
        ordinal         smallint NOT NULL CHECK (ordinal IN (0, 1)),
        name            text NOT NULL,
        particulars     text NOT NULL,
        person_key      bytea NOT NULL,
        begun_on        date NOT NULL,
        ended_on        date CHECK (ended_on >= begun_on),
        PRIMARY KEY (registration_id, ordinal)
    )
    """,
    "CREATE UNIQUE INDEX one_marriage_in_force_a_person ON marriage_party (person_key) WHERE ended_on IS NULL",
    "CREATE INDEX marriage_party_person ON marriage_party (person_key)",
    """
    CREATE TABLE certificate_counter (
        kind        text NOT NULL,
        region      char(6) NOT NULL,
        year        smallint NOT NULL,
        last_serial integer NOT NULL CHECK (last_serial > 0),
        PRIMARY KEY (kind, region, year)
    )
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE certificate_counter, marriage_party, registration, office")
