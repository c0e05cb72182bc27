"""Slots with their capacities, and the appointments in them."""

from alembic import op

revision = "0003"
down_revision = "0002"

UP = (
    """
    CREATE TABLE slot (
        id        uuid PRIMARY KEY,
        division  varchar(12) NOT NULL,
        office_id uuid NOT NULL REFERENCES office (id),
        business  text NOT NULL,
        day       date NOT NULL,
        begins    time NOT NULL,
        ends      time NOT NULL CHECK (ends > begins),
        capacity  integer NOT NULL CHECK (capacity BETWEEN 0 AND 10000),
        booked    integer NOT NULL DEFAULT 0,
        CONSTRAINT slot_is_full CHECK (booked BETWEEN 0 AND capacity),
        CONSTRAINT one_slot_a_time UNIQUE (office_id, business, day, begins)
    ) WITH (fillfactor = 50)
    """,
    "CREATE INDEX slot_day ON slot (business, day, office_id, begins)",
    """
    CREATE TABLE appointment (
        id        uuid PRIMARY KEY,
        epoch     integer NOT NULL,
        version   bigint NOT NULL,
        division  varchar(12) NOT NULL,
        office_id uuid NOT NULL REFERENCES office (id),
        slot_id   uuid NOT NULL REFERENCES slot (id),
        business  text NOT NULL,
        day       date NOT NULL,
        begins    time NOT NULL,
        status    text NOT NULL CHECK (status IN ('WAITING', 'BOOKED', 'CANCELLED', 'MISSED', 'KEPT')),
        made_at   timestamptz NOT NULL,
        moves     integer NOT NULL
    )
    """,
    "CREATE INDEX appointment_line ON appointment (slot_id, made_at, id) WHERE status = 'WAITING'",
    "CREATE INDEX appointment_due ON appointment (day, begins) WHERE status = 'BOOKED'",
    "CREATE INDEX appointment_area ON appointment (division text_pattern_ops, day, begins, id)",
    """
    CREATE TABLE appointment_person (
        appointment_id uuid NOT NULL REFERENCES appointment (id),
        person_key     bytea NOT NULL,
        is_live        boolean NOT NULL,
        PRIMARY KEY (appointment_id, person_key)
    ) WITH (fillfactor = 80)
    """,
    "CREATE UNIQUE INDEX one_live_appointment_a_person ON appointment_person (person_key) WHERE is_live",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE appointment_person, appointment, slot")
