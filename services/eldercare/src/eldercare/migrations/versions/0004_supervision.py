"""Filing, closing, staff, inspections, fees and vouchers."""

from alembic import op

revision = "0004"
down_revision = "0003"

UP: tuple[str, ...] = (
    """
    ALTER TABLE institution
        ADD filing         jsonb NOT NULL
            DEFAULT '{"status": "NOT_SUBMITTED", "submitted_on": null, "corrections": [], "verified_on": null}',
        ADD items          jsonb NOT NULL DEFAULT '[]',
        ADD grades         jsonb NOT NULL DEFAULT '[]',
        ADD agreements     datemultirange NOT NULL DEFAULT '{}',
        ADD hazards        datemultirange NOT NULL DEFAULT '{}',
        ADD closure        jsonb,
        ADD upgraded_on    date,
        ADD placement_plan text,
        DROP CONSTRAINT institution_status_check,
        DROP CONSTRAINT institution_check,
        ADD CONSTRAINT institution_status_check CHECK (status IN ('OPERATING', 'SUSPENDED', 'CLOSING', 'CLOSED')),
        ADD CONSTRAINT open_while_operating
            CHECK (status = 'CLOSING' OR (status = 'OPERATING') = upper_inf(operating)),
        DROP CONSTRAINT institution_check1,
        ADD CONSTRAINT suspended_for_a_reason
            CHECK (status = 'CLOSING' OR (status = 'SUSPENDED') = (suspension IS NOT NULL)),
        ADD CONSTRAINT closing_with_a_notice CHECK (status <> 'CLOSING' OR closure IS NOT NULL)
    """,
    """
    ALTER TABLE bed
        ADD suspended       datemultirange NOT NULL DEFAULT '{}',
        ADD maintenance     datemultirange NOT NULL DEFAULT '{}',
        ADD planned_for     date,
        ADD monthly_fee_fen bigint CHECK (monthly_fee_fen >= 0),
        ADD purpose         text NOT NULL DEFAULT 'GENERAL',
        ADD gender          text NOT NULL DEFAULT 'ANY',
        ADD room            text,
        ADD last_service_on date,
        DROP CONSTRAINT bed_status_check,
        ADD CONSTRAINT bed_status_check
            CHECK (status IN ('PLANNED', 'IN_SERVICE', 'RESERVED', 'MAINTENANCE', 'OUT_OF_SERVICE', 'REMOVED')),
        DROP CONSTRAINT bed_check2,
        ADD CONSTRAINT serving_while_in_service
            CHECK ((status IN ('IN_SERVICE', 'RESERVED', 'MAINTENANCE')) = upper_inf(in_service)),
        ADD CONSTRAINT in_maintenance CHECK ((status = 'MAINTENANCE') = upper_inf(maintenance))
    """,
    """
    CREATE TABLE staff (
        id             uuid PRIMARY KEY,
        epoch          integer NOT NULL,
        version        bigint NOT NULL,
        division       varchar(12) NOT NULL,
        institution_id uuid NOT NULL REFERENCES institution (id),
        name           text NOT NULL,
        identity       text NOT NULL,
        person_key     bytea NOT NULL,
        post           text NOT NULL,
        status         text NOT NULL CHECK (status IN ('ON_DUTY', 'LEFT')),
        employed       daterange NOT NULL CHECK (NOT isempty(employed)),
        certificates   jsonb NOT NULL,
        trained        date[] NOT NULL,
        years          integer[] NOT NULL,
        credit         jsonb NOT NULL,
        CHECK ((status = 'ON_DUTY') = upper_inf(employed))
    )
    """,
    "CREATE UNIQUE INDEX one_post_a_person_and_institution ON staff (institution_id, person_key) "
    "WHERE status = 'ON_DUTY'",
    "CREATE INDEX staff_area ON staff (division text_pattern_ops, id)",
    """
    CREATE TABLE inspection (
        id             uuid PRIMARY KEY,
        epoch          integer NOT NULL,
        version        bigint NOT NULL,
        division       varchar(12) NOT NULL,
        institution_id uuid NOT NULL REFERENCES institution (id),
        kind           text NOT NULL,
        status         text NOT NULL,
        noticed_on     date,
        planned_for    date NOT NULL,
        inspected_on   date,
        inspectors     integer NOT NULL,
        findings       jsonb NOT NULL,
        hazard_open    boolean NOT NULL,
        due_on         date,
        recheck_due_on date,
        submitted_on   date,
        verified_on    date,
        penalty        jsonb
    )
    """,
    "CREATE INDEX inspection_institution ON inspection (institution_id, id)",
    "CREATE INDEX inspection_area ON inspection (division text_pattern_ops, id)",
    """
    CREATE TABLE recipient (
        id           uuid PRIMARY KEY,
        epoch        integer NOT NULL,
        version      bigint NOT NULL,
        division     varchar(12) NOT NULL,
        name         text NOT NULL,
        identity     text NOT NULL,
        person_key   bytea NOT NULL,
        category     text NOT NULL,
        status       text NOT NULL CHECK (status IN ('REGISTERED', 'REMOVED')),
        since        date NOT NULL,
        removed_on   date,
        disabled     datemultirange NOT NULL,
        willing      datemultirange NOT NULL,
        central      datemultirange NOT NULL,
        entrusted    datemultirange NOT NULL,
        visits       jsonb NOT NULL,
        last_seen_on date NOT NULL,
        CHECK ((status = 'REMOVED') = (removed_on IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX one_living_entry_an_entitled_person ON recipient (person_key) WHERE status = 'REGISTERED'",
    "CREATE INDEX recipient_area ON recipient (division text_pattern_ops, last_seen_on, id)",
    """
    CREATE TABLE facility (
        id        uuid PRIMARY KEY,
        epoch     integer NOT NULL,
        version   bigint NOT NULL,
        division  varchar(12) NOT NULL,
        name      text NOT NULL,
        kind      text NOT NULL,
        beds      integer NOT NULL CHECK (beds >= 0),
        status    text NOT NULL,
        operating datemultirange NOT NULL
    )
    """,
    "CREATE INDEX facility_area ON facility (division text_pattern_ops, id)",
    """
    CREATE TABLE emergency (
        id             uuid PRIMARY KEY,
        epoch          integer NOT NULL,
        version        bigint NOT NULL,
        division       varchar(12) NOT NULL,
        institution_id uuid REFERENCES institution (id),
        kind           text NOT NULL,
        cause          text NOT NULL,
        level          text,
        deaths         integer NOT NULL CHECK (deaths >= 0),
        happened_at    timestamptz NOT NULL,
        reported_at    timestamptz NOT NULL,
        report_due_at  timestamptz,
        evacuated      boolean NOT NULL
    )
    """,
    "CREATE INDEX emergency_area ON emergency (division text_pattern_ops, id)",
    """
    CREATE TABLE fee_receipt (
        id                  uuid PRIMARY KEY,
        division            varchar(12) NOT NULL,
        institution_id      uuid NOT NULL REFERENCES institution (id),
        payer_key           bytea NOT NULL,
        kind                text NOT NULL CHECK (kind IN ('SERVICE', 'DEPOSIT', 'MEMBERSHIP')),
        amount_fen          bigint NOT NULL CHECK (amount_fen > 0),
        months              integer CHECK (months BETWEEN 1 AND 12),
        monthly_bed_fee_fen bigint,
        received_on         date NOT NULL,
        refunded_on         date CHECK (refunded_on >= received_on)
    )
    """,
    "CREATE INDEX fee_receipt_institution ON fee_receipt (institution_id) WHERE refunded_on IS NULL",
    """
    CREATE TABLE reported_assets (
        institution_id       uuid PRIMARY KEY REFERENCES institution (id),
        net_fixed_assets_fen bigint NOT NULL CHECK (net_fixed_assets_fen >= 0),
        reported_on          date NOT NULL
    )
    """,
    """
    CREATE TABLE voucher_use (
        id         uuid PRIMARY KEY,
        division   varchar(12) NOT NULL,
        person_key bytea NOT NULL,
        month      date NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
        CONSTRAINT one_voucher_a_month UNIQUE (person_key, month)
    )
    """,
    *(
        f"""
        CREATE TRIGGER {noun}_keeps_former_version AFTER UPDATE ON {noun}
        FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION keep_former_version({personal})
        """
        for noun, personal in (
            ("staff", "'name', 'identity', 'person_key'"),
            ("recipient", "'name', 'identity', 'person_key'"),
            ("inspection", ""),
            ("facility", ""),
        )
    ),
)
DOWN: tuple[str, ...] = (
    "DROP TABLE voucher_use, reported_assets, fee_receipt, emergency, facility, recipient, inspection, staff",
    "DELETE FROM stay WHERE bed_id IN (SELECT id FROM bed WHERE status IN ('PLANNED', 'RESERVED', 'MAINTENANCE'))",
    "DELETE FROM bed WHERE status IN ('PLANNED', 'RESERVED', 'MAINTENANCE')",
    """
    ALTER TABLE bed DROP CONSTRAINT in_maintenance, DROP CONSTRAINT serving_while_in_service,
        DROP CONSTRAINT bed_status_check, DROP suspended, DROP maintenance, DROP planned_for, DROP monthly_fee_fen,
        DROP purpose, DROP gender, DROP room, DROP last_service_on,
        ADD CHECK (status IN ('IN_SERVICE', 'OUT_OF_SERVICE', 'REMOVED')),
        ADD CONSTRAINT bed_check2 CHECK ((status = 'IN_SERVICE') = upper_inf(in_service))
    """,
    """
    ALTER TABLE institution DROP CONSTRAINT closing_with_a_notice, DROP CONSTRAINT suspended_for_a_reason,
        DROP CONSTRAINT open_while_operating, DROP CONSTRAINT institution_status_check,
        DROP filing, DROP items, DROP grades, DROP agreements, DROP hazards, DROP closure, DROP upgraded_on,
        DROP placement_plan,
        ADD CHECK (status IN ('OPERATING', 'SUSPENDED', 'CLOSED'))
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
