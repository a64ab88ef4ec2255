"""A letter or another document, in words."""

from fhir.paths import find
from portal.record import values, words
from portal.record.entry import Entry, row
from portal.record.statuses import DOCUMENTS, Status

_RELATIONS = {
    "replaces": "It replaces an older one",
    "transforms": "It was made from another one",
    "signs": "It signs another one",
    "appends": "It adds to another one",
}


class DocumentReference(Entry):
    """What is known of a document beside its text."""

    untitled = "Document without a name"
    coded = "Code of this kind of document"
    named = ("type", "description", "content.attachment.title", "category")
    dated = ("date", "context.period")
    statuses = DOCUMENTS
    table = (
        row("About", "description"),
        row("Written", "date"),
        row("Written by", "author"),
        row("Signed by", "authenticator"),
        row("Sent by", "custodian"),
        row("About the time", "context.period"),
        row("What was done", "context.event"),
        row("Clinic", "context.practiceSetting"),
        row("Place", "context.facilityType"),
        row("Other versions", "relatesTo.code", _RELATIONS),
        row("Kind", "category"),
    )
    files = ("content.attachment",)

    def status(self) -> Status | None:
        return super().status() or DOCUMENTS.get(self._code("docStatus"))

    def note(self) -> str:
        who = self.say("author", "custodian")
        return words.sentences(who and f"From {who}")

    def recipients(self) -> str:
        return words.enumerated(values.said(one) for one in find(self.resource, "context.related"))
