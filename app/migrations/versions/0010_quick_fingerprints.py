"""Give stored networks the fingerprint that is worked out in blocks; what names a network by it goes with it."""

import sqlalchemy as sa
from alembic import op

from geo.roads.network import RoadNetwork

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CHANGES = (
    "UPDATE road_network SET fingerprint = :new WHERE fingerprint = :old",
    "UPDATE closure SET network_fingerprint = :new WHERE network_fingerprint = :old",
    (
        "UPDATE scenario SET inputs = jsonb_set(inputs, '{network,fingerprint}', to_jsonb(CAST(:new AS text))) "
        "WHERE inputs #>> '{network,fingerprint}' = :old"
    ),
)


def upgrade() -> None:
    connection = op.get_bind()
    for number in connection.scalars(sa.text("SELECT id FROM road_network ORDER BY id")).all():
        row = connection.execute(
            sa.text("SELECT fingerprint, content FROM road_network WHERE id = :id"), {"id": number}
        ).one()
        both = {"old": row.fingerprint, "new": RoadNetwork.from_bytes(row.content).fingerprint}
        for change in CHANGES:
            connection.execute(sa.text(change), both)


def downgrade() -> None:
    """Leave the fingerprints: the earlier ones come back when a network is built anew."""
