"""The gazetteer and the applications that change it."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = (
    """
    CREATE TABLE place_name (
        id             uuid PRIMARY KEY,
        epoch          integer NOT NULL,
        version        bigint NOT NULL,
        division       varchar(12) NOT NULL,
        category       text NOT NULL,
        family         text NOT NULL,
        built_up_area  text,
        specific       text NOT NULL CHECK (specific <> ''),
        generic        text NOT NULL,
        folded         text NOT NULL,
        stem           text NOT NULL,
        term           text NOT NULL,
        toned          text NOT NULL,
        toneless       text NOT NULL,
        dialect        text NOT NULL,
        derived        boolean NOT NULL,
        letters        text NOT NULL,
        initials       text NOT NULL,
        grams          text[] NOT NULL,
        length         integer NOT NULL,
        syllables      text[] NOT NULL,
        needs_review   boolean NOT NULL,
        reading_by     text,
        romanisation   jsonb NOT NULL,
        longitude      numeric(9, 6),
        latitude       numeric(9, 6),
        status         text NOT NULL CHECK (status IN ('IN_USE', 'RENAMED', 'ABOLISHED', 'HISTORIC_ONLY')),
        in_use         jsonb NOT NULL,
        ended_on       date,
        description    jsonb NOT NULL,
        act            jsonb NOT NULL,
        heritage       text NOT NULL CHECK (heritage IN ('NONE', 'CITY', 'COUNTY')),
        predecessor_id uuid REFERENCES place_name (id),
        successor_id   uuid REFERENCES place_name (id),
        application_id uuid,
        CHECK ((longitude IS NULL) = (latitude IS NULL)),
        CHECK ((status = 'IN_USE') = (ended_on IS NULL)),
        CHECK ((status = 'RENAMED') = (successor_id IS NOT NULL))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX place_name_grams ON place_name USING gin (grams)",
    "CREATE INDEX place_name_letters ON place_name (letters text_pattern_ops)",
    "CREATE INDEX place_name_initials ON place_name (initials text_pattern_ops)",
    "CREATE INDEX place_name_area ON place_name (division text_pattern_ops)",
    "CREATE INDEX place_name_order ON place_name (length, letters, id)",
    "CREATE INDEX place_name_folded ON place_name (folded)",
    "CREATE INDEX place_name_stem ON place_name (stem)",
    "CREATE INDEX place_name_dialect ON place_name (dialect)",
    "CREATE INDEX place_name_first ON place_name (term, left(stem, 1))",
    "CREATE INDEX place_name_last ON place_name (term, right(stem, 1))",
    "CREATE INDEX place_name_spot ON place_name (category, longitude, latitude)",
    """
    CREATE TABLE application (
        id            uuid PRIMARY KEY,
        epoch         integer NOT NULL,
        version       bigint NOT NULL,
        division      varchar(12) NOT NULL,
        category      text NOT NULL,
        family        text NOT NULL,
        built_up_area text,
        specific      text,
        generic       text,
        folded        text,
        stem          text,
        term          text,
        toned         text,
        toneless      text,
        dialect       text,
        derived       boolean,
        business_no   text NOT NULL UNIQUE,
        serial        bigint NOT NULL UNIQUE,
        kind          text NOT NULL CHECK (kind IN ('NAME', 'RENAME', 'ABOLISH')),
        status        text NOT NULL,
        online        boolean NOT NULL,
        cross_county  boolean NOT NULL,
        applicant     jsonb NOT NULL,
        submitted_by  text NOT NULL,
        submitted_at  timestamptz NOT NULL,
        authority     jsonb NOT NULL,
        longitude     numeric(9, 6),
        latitude      numeric(9, 6),
        target_id     uuid REFERENCES place_name (id),
        description   jsonb NOT NULL,
        reasons       text NOT NULL,
        facts         jsonb NOT NULL,
        protection    jsonb,
        examination   jsonb NOT NULL,
        clocks        jsonb NOT NULL,
        due_on        date,
        accepted_on   date,
        decision      jsonb,
        decided_on    date CHECK (decided_on >= accepted_on),
        reason        text,
        filed_on      date CHECK (filed_on >= decided_on),
        filing_no     text,
        announced_on  date CHECK (announced_on >= decided_on),
        name_id       uuid REFERENCES place_name (id),
        CHECK ((kind = 'NAME') = (target_id IS NULL)),
        CHECK ((kind = 'ABOLISH') = (specific IS NULL))
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE UNIQUE INDEX one_open_application_a_name ON application (target_id)
    WHERE status IN ('SUBMITTED', 'ACCEPTED', 'APPROVED')
    """,
    "CREATE INDEX application_area ON application (division text_pattern_ops, serial DESC)",
    "CREATE INDEX application_due ON application (due_on) WHERE due_on IS NOT NULL",
    """
    CREATE INDEX application_open ON application (family, folded, stem, dialect)
    WHERE status IN ('SUBMITTED', 'ACCEPTED', 'APPROVED')
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE application, place_name")
