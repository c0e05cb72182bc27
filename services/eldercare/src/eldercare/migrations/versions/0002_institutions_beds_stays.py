"""Institutions, beds, stays, and the former versions of each."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    CREATE TABLE institution (
        id                uuid PRIMARY KEY,
        epoch             integer NOT NULL,
        version           bigint NOT NULL,
        division          varchar(12) NOT NULL,
        name              text NOT NULL,
        organisation_code varchar(18) NOT NULL,
        kind              text NOT NULL,
        ownership         text NOT NULL,
        filed_beds        integer NOT NULL CHECK (filed_beds > 0),
        filed_on          date,
        status            text NOT NULL CHECK (status IN ('OPERATING', 'SUSPENDED', 'CLOSED')),
        operating         datemultirange NOT NULL CHECK (NOT isempty(operating)),
        comprehensive     datemultirange NOT NULL,
        quality           jsonb NOT NULL,
        suspension        text,
        CHECK ((status = 'OPERATING') = upper_inf(operating)),
        CHECK ((status = 'SUSPENDED') = (suspension IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX one_institution_a_code ON institution (organisation_code) WHERE status <> 'CLOSED'",
    "CREATE INDEX institution_area ON institution (division text_pattern_ops, id)",
    """
    CREATE TABLE bed (
        id             uuid PRIMARY KEY,
        epoch          integer NOT NULL,
        version        bigint NOT NULL,
        division       varchar(12) NOT NULL,
        institution_id uuid NOT NULL REFERENCES institution (id),
        number         integer NOT NULL CHECK (number > 0),
        home           boolean NOT NULL,
        status         text NOT NULL CHECK (status IN ('IN_SERVICE', 'OUT_OF_SERVICE', 'REMOVED')),
        in_service     datemultirange NOT NULL,
        nursing        datemultirange NOT NULL,
        ordinary       datemultirange NOT NULL,
        inclusive      datemultirange NOT NULL,
        UNIQUE (institution_id, number),
        CHECK (NOT nursing && ordinary),
        CHECK (in_service <@ (nursing + ordinary)),
        CHECK ((status = 'IN_SERVICE') = upper_inf(in_service))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX bed_area ON bed (division text_pattern_ops)",
    """
    CREATE TABLE stay (
        id             uuid PRIMARY KEY,
        epoch          integer NOT NULL,
        version        bigint NOT NULL,
        division       varchar(12) NOT NULL,
        institution_id uuid NOT NULL REFERENCES institution (id),
        bed_id         uuid NOT NULL REFERENCES bed (id),
        name           text NOT NULL,
        identity       text NOT NULL,
        person_key     bytea NOT NULL,
        ground         text NOT NULL,
        status         text NOT NULL CHECK (status IN ('CURRENT', 'ENDED', 'VOIDED')),
        stayed         daterange NOT NULL CHECK (NOT isempty(stayed) AND NOT lower_inf(stayed)),
        void_reason    text,
        CONSTRAINT one_resident_a_bed EXCLUDE USING gist (bed_id WITH =, stayed WITH &&)
            WHERE (status <> 'VOIDED'),
        CONSTRAINT one_bed_a_resident EXCLUDE USING gist (person_key WITH =, stayed WITH &&)
            WHERE (status <> 'VOIDED'),
        CHECK (status <> 'CURRENT' OR upper_inf(stayed)),
        CHECK (status <> 'ENDED' OR NOT upper_inf(stayed)),
        CHECK ((status = 'VOIDED') = (void_reason IS NOT NULL))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX stay_institution ON stay (institution_id, id)",
    "CREATE INDEX stay_person ON stay (person_key)",
    """
    CREATE TABLE former_version (
        noun          text NOT NULL,
        entity_id     uuid NOT NULL,
        version       bigint NOT NULL,
        facts         jsonb NOT NULL,
        superseded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (noun, entity_id, version)
    )
    """,
    """
    CREATE FUNCTION keep_former_version() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        INSERT INTO former_version (noun, entity_id, version, facts)
        VALUES (TG_TABLE_NAME, OLD.id, OLD.version, to_jsonb(OLD) - coalesce(TG_ARGV, '{}'));
        RETURN NULL;
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER {noun}_keeps_former_version AFTER UPDATE ON {noun}
        FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION keep_former_version({personal})
        """
        for noun, personal in (("institution", ""), ("bed", ""), ("stay", "'name', 'identity', 'person_key'"))
    ),
    """
    CREATE TRIGGER former_version_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON former_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE former_version, stay, bed, institution")
    op.execute("DROP FUNCTION keep_former_version")
