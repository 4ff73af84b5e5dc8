"""Keep how many forbidden turns a network has; give stored networks the fingerprint that knows bridges and tunnels."""

import sqlalchemy as sa
from alembic import op

from geo.roads.network import RoadNetwork

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("road_network", sa.Column("turn_restrictions", sa.Integer(), nullable=True))
    connection = op.get_bind()
    for number in connection.scalars(sa.text("SELECT id FROM road_network ORDER BY id")).all():
        row = connection.execute(
            sa.text("SELECT fingerprint, content FROM road_network WHERE id = :id"), {"id": number}
        ).one()
        new = {"old": row.fingerprint, "new": RoadNetwork.from_bytes(row.content).fingerprint}
        op.execute(sa.text("UPDATE road_network SET fingerprint = :new WHERE fingerprint = :old").bindparams(**new))
        op.execute(
            sa.text("UPDATE closure SET network_fingerprint = :new WHERE network_fingerprint = :old").bindparams(**new)
        )


def downgrade() -> None:
    op.drop_column("road_network", "turn_restrictions")
