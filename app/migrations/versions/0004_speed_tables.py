"""Speed tables that a city edits or fits, with who, when and why."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "speed_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("highway", sa.String(length=40), nullable=False),
        sa.Column("is_built_up", sa.Boolean(), nullable=False),
        sa.Column("kmh", sa.Double(), nullable=True),
        sa.Column("low_kmh", sa.Double(), nullable=True),
        sa.Column("high_kmh", sa.Double(), nullable=True),
        sa.Column("delay_s", sa.Double(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("num_nulls(kmh, low_kmh, high_kmh, delay_s) IN (0, 4)", name=op.f("ck_speed_edit_whole")),
        sa.CheckConstraint(
            "low_kmh > 0 AND low_kmh <= kmh AND kmh <= high_kmh AND high_kmh < 'Infinity'",
            name=op.f("ck_speed_edit_range"),
        ),
        sa.CheckConstraint("delay_s >= 0 AND delay_s < 'Infinity'", name=op.f("ck_speed_edit_delay")),
        sa.CheckConstraint("who <> '' AND why <> ''", name=op.f("ck_speed_edit_signed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speed_edit")),
    )
    # The web service shows who changed which speed and why; it changes none.
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tono_app') THEN
                GRANT SELECT ON speed_edit TO tono_app;
            END IF;
        END $$
    """)


def downgrade() -> None:
    op.drop_table("speed_edit")
