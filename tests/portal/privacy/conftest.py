"""Grace and Ben, beside Amina."""

from tests.portal.carers.conftest import ben, bens_record, grace, graces_record

__all__ = ["ben", "bens_record", "grace", "graces_record"]
