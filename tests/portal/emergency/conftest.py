"""Grace, whose record is opened."""

from tests.portal.carers.conftest import grace, graces_record, hospital

__all__ = ["grace", "graces_record", "hospital"]
