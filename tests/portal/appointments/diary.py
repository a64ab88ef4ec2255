"""A hospital's own diary, by its two doors: a message, and a PUT."""

from fhir.access import SYSTEM
from fhir.hl7.filing import file
from fhir.intake import Source, accept
from fhir.raw import Entry, dump
from fhir.scope import scoped
from fhir.validation import check
from portal import clock
from tests.fhir.hl7.reading import written
from tests.portal.appointments.clinic import appointment

FEED = {
    "name": "pas", "ods": "RMB", "sender": "MILLPAS|RMB", "processing": "P", "charset": "",
    "identifiers": {}, "ack": {}, "reading": {}, "empty_means": "keep",
}  # fmt: skip
PID = "PID|1||9991000003^^^NHS^NH||Yusuf^Amina||19680314|F"


def said(booking, event, starts_at=None, at="20260312084500"):
    """File what the diary says of a booking of ours; return what was remarked."""
    begins = starts_at.strftime("%Y%m%d%H%M+0000") if starts_at else ""
    sch = f"SCH|{booking.series}^DAYBOOK|A1^MILLPAS|||||||20|MIN|^^^{begins}"
    raw = written(sch, PID, kind=f"SIU^{event}").replace(b"20260310140500", at.encode())
    return filed(raw)


def filed(raw):
    with scoped(SYSTEM):
        return file(raw, FEED, clock.now())


def put(key, feed="pas", **more):
    """Say anew what is held of a visit, with what is other."""
    resource = appointment(str(key)) | more
    resource = {name: value for name, value in resource.items() if name != "meta"}
    text = dump(resource)
    entry = Entry("", "PUT", f"Appointment/{key}", "", "", "", text, check(text).resource)
    accept([entry], Source(feed, SYSTEM))
