"""Amina has a ticket for Dr Nair's clinic, as in the tests of booking."""

from tests.portal.appointments.conftest import ben_carter, clinic, his_ticket, slots, ticket

__all__ = ["ben_carter", "clinic", "his_ticket", "slots", "ticket"]
