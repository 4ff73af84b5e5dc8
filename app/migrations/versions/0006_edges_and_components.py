"""Call a road element an edge and a connected part of the network a component, as the field does."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OLD = "located_by IN ('geometry', 'pieces', 'ways', 'name', 'point', 'map')"
NEW = "located_by IN ('geometry', 'edges', 'ways', 'name', 'point', 'map')"


def upgrade() -> None:
    op.alter_column("road_network", "pieces", new_column_name="components")
    op.alter_column("closure", "pieces", new_column_name="edges")
    op.execute("ALTER TABLE closure RENAME CONSTRAINT ck_closure_pieces TO ck_closure_edges")
    _located_by("pieces", "edges", NEW)


def downgrade() -> None:
    _located_by("edges", "pieces", OLD)
    op.execute("ALTER TABLE closure RENAME CONSTRAINT ck_closure_edges TO ck_closure_pieces")
    op.alter_column("closure", "edges", new_column_name="pieces")
    op.alter_column("road_network", "components", new_column_name="pieces")


def _located_by(old: str, new: str, rule: str) -> None:
    op.drop_constraint(op.f("ck_closure_located_by"), "closure")
    op.execute(f"UPDATE closure SET located_by = '{new}' WHERE located_by = '{old}'")  # noqa: S608  (our own words)
    op.create_check_constraint(op.f("ck_closure_located_by"), "closure", rule)
