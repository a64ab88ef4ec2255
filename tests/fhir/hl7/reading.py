"""Short ways to messages for the tests of this folder. Everybody in them is made up."""

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import Mapped
from fhir.hl7.message import Message, Repetition, Segment
from fhir.hl7.messages import mapped
from fhir.paths import Json

WINPATH = FeedSettings("winpath", "RMB")
PAS = FeedSettings("pas", "RMB")

PID = "PID|1||9991000003^^^NHS^NH~M1000003^^^RMB^MR||Yusuf^Amina^^^Mrs^^L||19670908|F"
OBR = (
    "OBR|1|P1^EPR|L1^WINPATH|FBC^Full blood count^WINPATH|||202603100810|||||||||||||||202603101400"
    "|||F"
)


def written(*lines: str, kind: str = "ORU^R01") -> bytes:
    head = rf"MSH|^~\&|WINPATH|RMB|||20260310140500||{kind}|1|P|2.5.1"
    return "\r".join([head, *lines, ""]).encode()


def segment(line: str) -> Segment:
    return Message.read(written(line)).segments[1]


def one(value: str) -> Repetition:
    """Return the first occurrence of a field that holds `value`."""
    return segment(f"ZZZ|{value}")[1].first


def lines(*obx: str) -> list[Segment]:
    return Message.read(written(*obx)).all("OBX")


def mapping(*given: str, kind: str = "ORU^R01", feed: FeedSettings = WINPATH) -> Mapped:
    return mapped(Message.read(written(*given, kind=kind), feed.charset), feed)


def made(resource_type: str, *given: str, kind: str = "ORU^R01") -> list[Json]:
    """Return the resources of a type that a message becomes."""
    entries = mapping(*given, kind=kind).bundle["entry"]
    every = [entry["resource"] for entry in entries]
    return [resource for resource in every if resource["resourceType"] == resource_type]


def report(*given: str) -> Json:
    """Return the first report made of a person, an order and the lines given."""
    return made("DiagnosticReport", PID, OBR, *given)[0]


def result(obx: str, *more: str) -> Json:
    return made("Observation", PID, OBR, obx, *more)[0]
