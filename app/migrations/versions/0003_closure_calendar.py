"""Closures as a calendar: yearly rules, and those drawn on the map."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXTS = {"yearly_from": 5, "yearly_to": 6, "network_fingerprint": 64, "place": None, "content": None}
FILLED = {"time_zone": (40, "Asia/Tokyo"), "located_by": (10, "geometry")}
CHECKS = {
    "yearly": "(yearly_from = '') = (yearly_to = '')",
    "has_period": "yearly_from <> '' OR (valid_from IS NOT NULL AND valid_to IS NOT NULL)",
    "leap_day": "yearly_from <> '02-29' AND yearly_to <> '02-29'",
    "pieces": "(pieces IS NULL) = (network_fingerprint = '')",
    "length": "length_m > 0",
    "located_by": "located_by IN ('geometry', 'pieces', 'ways', 'name', 'point', 'map')",
}


def upgrade() -> None:
    for name in ("valid_from", "valid_to"):
        op.alter_column("closure", name, nullable=True)
    columns = {name: (length, "") for name, length in TEXTS.items()} | FILLED
    for name, (length, value) in columns.items():
        kind = sa.String(length=length) if length else sa.String()
        op.add_column("closure", sa.Column(name, kind, nullable=False, server_default=value))
        op.alter_column("closure", name, server_default=None)
    op.add_column("closure", sa.Column("length_m", sa.Double(), nullable=True))
    op.add_column("closure", sa.Column("pieces", sa.ARRAY(sa.Integer()), nullable=True))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_closure_{name}"), "closure", condition)
    # What is drawn on the map comes from no file: the page need not write in the table of files.
    op.alter_column("closure", "dataset_id", nullable=True)
    # The page of closures writes them, and nothing else.
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tono_app') THEN
                GRANT INSERT, UPDATE, DELETE ON closure TO tono_app;
                GRANT USAGE ON SEQUENCE closure_id_seq TO tono_app;
            END IF;
        END $$
    """)


def downgrade() -> None:
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tono_app') THEN
                REVOKE INSERT, UPDATE, DELETE ON closure FROM tono_app;
                REVOKE USAGE ON SEQUENCE closure_id_seq FROM tono_app;
            END IF;
        END $$
    """)
    # Before this there were no rules, and nothing that was drawn.
    op.execute("DELETE FROM closure WHERE yearly_from <> '' OR dataset_id IS NULL")
    op.alter_column("closure", "dataset_id", nullable=False)
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_closure_{name}"), "closure")
    for name in ("length_m", "pieces", *TEXTS, *FILLED):
        op.drop_column("closure", name)
    for name in ("valid_from", "valid_to"):
        op.alter_column("closure", name, nullable=False)
