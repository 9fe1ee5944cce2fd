"""a class may stay in one language

Revision ID: 1795324452
Revises: 1795305600
Create Date: 2026-11-22 05:14:12.393005

"""
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision: str = '1795324452'
down_revision: str | Sequence[str] | None = '1795305600'
branch_labels: str | Sequence[str] | None = ()
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Upgrade schema."""
    with op.batch_alter_table('master_class', schema=None) as batch_op:
        batch_op.add_column(sa.Column('one_language', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Downgrade schema."""
    with op.batch_alter_table('master_class', schema=None) as batch_op:
        batch_op.drop_column('one_language')
