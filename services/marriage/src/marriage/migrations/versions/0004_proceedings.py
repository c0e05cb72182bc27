"""Divorces and their clocks, papers given again, corrections, fraud, credit, ratings, answers of other bodies."""

from alembic import op

revision = "0004"
down_revision = "0003"

ENTITY = """
        id        uuid PRIMARY KEY,
        epoch     integer NOT NULL,
        version   bigint NOT NULL,
        division  varchar(12) NOT NULL,
"""
UP = (
    "ALTER TABLE office ADD COLUMN gradings jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE office ADD COLUMN counselling_days date[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE registration DROP CONSTRAINT registration_status_check",
    """
    ALTER TABLE registration
        ADD CONSTRAINT registration_status_check
            CHECK (status IN ('IN_FORCE', 'ANNULLED', 'ENDED_BY_DIVORCE', 'ENDED_BY_DEATH', 'REVOKED')),
        ADD COLUMN crosses_districts boolean NOT NULL DEFAULT false,
        ADD COLUMN ending jsonb,
        ADD COLUMN ceremony_on date,
        ADD COLUMN corrected_on date,
        ADD CONSTRAINT what_ended_it_is_known
            CHECK (status NOT IN ('ENDED_BY_DIVORCE', 'ENDED_BY_DEATH', 'REVOKED') OR ending IS NOT NULL)
    """,
    f"""
    CREATE TABLE divorce ({ENTITY}
        application_no          text NOT NULL CONSTRAINT one_divorce_a_number UNIQUE,
        office_id               uuid NOT NULL REFERENCES office (id),
        status                  text NOT NULL,
        received_on             date NOT NULL,
        cooling_end             date NOT NULL CHECK (cooling_end >= received_on + 30),
        window_start            date NOT NULL CHECK (window_start = cooling_end + 1),
        window_end              date NOT NULL CHECK (window_end >= cooling_end + 30),
        provisional             boolean NOT NULL,
        calendar_version        text NOT NULL,
        marriage_certificate_no text,
        registration_id         uuid REFERENCES registration (id),
        certificate_no          text CONSTRAINT one_divorce_a_certificate UNIQUE,
        crosses_provinces       boolean NOT NULL,
        registrar               text NOT NULL,
        agreements              integer NOT NULL CHECK (agreements > 0),
        facts                   jsonb NOT NULL,
        spouses                 text NOT NULL
    )
    """,
    "CREATE INDEX divorce_clock ON divorce (status, cooling_end, window_end) "
    "WHERE status IN ('COOLING_OFF', 'COLLECTIBLE')",
    "CREATE INDEX divorce_calendar ON divorce (calendar_version) WHERE status IN ('COOLING_OFF', 'COLLECTIBLE')",
    "CREATE INDEX divorce_area ON divorce (division text_pattern_ops, received_on DESC, id DESC)",
    "CREATE INDEX divorce_of_marriage ON divorce (registration_id) WHERE registration_id IS NOT NULL",
    """
    CREATE TABLE divorce_party (
        divorce_id uuid NOT NULL REFERENCES divorce (id),
        ordinal    smallint NOT NULL CHECK (ordinal IN (0, 1)),
        person_key bytea NOT NULL,
        is_open    boolean NOT NULL,
        PRIMARY KEY (divorce_id, ordinal)
    ) WITH (fillfactor = 80)
    """,
    "CREATE UNIQUE INDEX one_open_divorce_a_person ON divorce_party (person_key) WHERE is_open",
    "CREATE INDEX divorce_party_person ON divorce_party (person_key)",
    """
    CREATE TABLE divorce_agreement (
        divorce_id uuid NOT NULL REFERENCES divorce (id),
        number     integer NOT NULL CHECK (number > 0),
        signed_on  date NOT NULL,
        content    text NOT NULL,
        PRIMARY KEY (divorce_id, number)
    )
    """,
    f"""
    CREATE TABLE issuance ({ENTITY}
        office_id               uuid NOT NULL REFERENCES office (id),
        kind                    text NOT NULL,
        status                  text NOT NULL,
        original_certificate_no text,
        subject_id              uuid,
        certificate_no          text CONSTRAINT one_issuance_a_number UNIQUE,
        requested_on            date NOT NULL,
        registrar               text NOT NULL,
        loss                    text,
        archive                 jsonb,
        ended_on                date,
        holders                 text NOT NULL
    )
    """,
    "CREATE INDEX issuance_original ON issuance (original_certificate_no) WHERE status = 'ISSUED'",
    "CREATE INDEX issuance_area ON issuance (division text_pattern_ops, requested_on DESC, id DESC)",
    f"""
    CREATE TABLE correction ({ENTITY}
        registration_id uuid NOT NULL REFERENCES registration (id),
        side            text NOT NULL,
        entry           text NOT NULL,
        status          text NOT NULL,
        requested_by    text NOT NULL,
        requested_on    date NOT NULL,
        document        text,
        ended_on        date,
        written         text NOT NULL
    )
    """,
    f"""
    CREATE TABLE fraud_case ({ENTITY}
        registration_id uuid NOT NULL REFERENCES registration (id),
        status          text NOT NULL,
        registrar       text NOT NULL,
        facts           jsonb NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX one_open_fraud_case_a_registration ON fraud_case (registration_id) "
    "WHERE status NOT IN ('NOT_REVOKED', 'CLOSED')",
    f"""
    CREATE TABLE dishonesty ({ENTITY}
        status          text NOT NULL,
        ground          text NOT NULL,
        evidence        text NOT NULL,
        notified_on     date NOT NULL,
        objection_until date NOT NULL,
        listed_on       date,
        until           date,
        delisted_on     date,
        reason          text,
        person_key      bytea NOT NULL,
        person          text NOT NULL
    )
    """,
    "CREATE INDEX dishonesty_person ON dishonesty (person_key) WHERE status = 'LISTED'",
    "CREATE INDEX dishonesty_end ON dishonesty (until) WHERE status = 'LISTED'",
    f"""
    CREATE TABLE rating ({ENTITY}
        office_id     uuid NOT NULL REFERENCES office (id),
        business      text NOT NULL,
        subject_id    uuid NOT NULL CONSTRAINT one_rating_a_business UNIQUE,
        grade         smallint NOT NULL CHECK (grade BETWEEN 1 AND 5),
        status        text NOT NULL,
        rated_on      date NOT NULL,
        answer_due_on date,
        provisional   boolean NOT NULL,
        verification  jsonb
    )
    """,
    "CREATE INDEX rating_office ON rating (office_id, rated_on)",
    "CREATE INDEX rating_open ON rating (division text_pattern_ops, answer_due_on, id) WHERE status = 'TO_BE_VERIFIED'",
    """
    CREATE TABLE inquiry (
        id            uuid PRIMARY KEY,
        division      varchar(12) NOT NULL,
        asked_at      timestamptz NOT NULL,
        source        text NOT NULL,
        purpose       text NOT NULL,
        basis         text NOT NULL,
        person_key    bytea NOT NULL,
        request_hash  bytea NOT NULL,
        answer_hash   bytea,
        outcome       text NOT NULL CHECK (outcome IN ('CLEAR', 'CONTRADICTED', 'UNAVAILABLE')),
        reason        text
    )
    """,
    "CREATE INDEX inquiry_person ON inquiry (person_key, asked_at DESC)",
    """
    CREATE TABLE archive_item (
        id         uuid PRIMARY KEY,
        division   varchar(12) NOT NULL,
        subject_id uuid NOT NULL,
        kind       text NOT NULL,
        reference  text NOT NULL,
        sha256     char(64) NOT NULL,
        filed_on   date NOT NULL,
        filed_by   text NOT NULL
    )
    """,
    "CREATE INDEX archive_item_subject ON archive_item (subject_id, filed_on, id)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP TABLE archive_item, inquiry, rating, dishonesty, fraud_case, correction, issuance, divorce_agreement, "
        "divorce_party, divorce"
    )
