"""PID, PD1 and NK1: who the message is about, and those whom a message names beside them."""

from typing import Any, Final

from fhir.hl7 import people_tables
from fhir.hl7.confidential import security
from fhir.hl7.datatypes import Coded, cleaned, cwe, cx, day, dtm, period, some
from fhir.hl7.feeds import ODS_CODE, FeedSettings
from fhir.hl7.mapping import Here, Resource
from fhir.hl7.message import DELETE, Repetition, Segment, Unreadable
from fhir.hl7.outline import Group
from fhir.hl7.parties import Telecom, named, xad, xcn, xon, xpn
from fhir.hl7.rules import Always, At, Each, Joined, made
from fhir.hl7.times import moment
from fhir.matching import Person
from fhir.paths import Json
from fhir.search.values import NHS_NUMBER

_UK: Final = "https://fhir.hl7.org.uk"
_STATUS_SYSTEM: Final = f"{_UK}/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"
_STATUS_EXTENSION: Final = f"{_UK}/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
_ETHNIC_SYSTEM: Final = f"{_UK}/CodeSystem/UKCore-EthnicCategoryEngland"
_ETHNIC_EXTENSION: Final = f"{_UK}/StructureDefinition/Extension-UKCore-EthnicCategory"
_BIRTH_TIME: Final = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"
_INTERPRETER: Final = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_V3: Final = "http://terminology.hl7.org/CodeSystem/v3-"
_LANGUAGE: Final = "urn:ietf:bcp:47"
_NO: Final = frozenset({"N", "NO", "0", "F"})


def identifiers(here: Here) -> list[Json]:
    """Return the person's numbers, the NHS number first, each once."""
    found: list[Json] = []
    for place in ("PID-3", "PID-2", "PID-4"):
        said = here.field(place)
        for one in said.repetitions if said else ():
            number = cx(one, here.feed)
            if not number and here.feed.is_nhs_number(one.within(4).text(), one.text(5)):
                here.making.warn(one.place, "this is no NHS number; it was left out")
            if number and _bare(number) not in map(_bare, found):
                found.append(number)
    if len({one["value"] for one in found if one["system"] == NHS_NUMBER}) > 1:
        raise Unreadable("PID-3", "there are two NHS numbers")
    return sorted(found, key=lambda number: number["system"] != NHS_NUMBER)


def _bare(number: Json) -> tuple[str, str]:
    return number["system"], number["value"]


def _identifier(here: Here) -> list[Json]:
    found = identifiers(here)
    code = (here.text("PID-32") or here.text("ZU1-27")).upper().removeprefix("NSTS").zfill(2)
    if display := people_tables.NHS_NUMBER_STATUS.get(code):
        coding = {"system": _STATUS_SYSTEM, "code": code, "display": display}
        status = {"url": _STATUS_EXTENSION, "valueCodeableConcept": {"coding": [coding]}}
        found = [
            {"extension": [status], **one} if one["system"] == NHS_NUMBER else one for one in found
        ]
    return found


def key_of_person(here: Here) -> str:
    """Return the number by which a feed knows its people: the hospital's, else the NHS number."""
    found = identifiers(here)
    local = (one for one in found if one["system"] != NHS_NUMBER)
    best = next(local, None) or next(iter(found), None)
    if best is None:
        raise Unreadable("PID-3", "the person has no number that we know")
    return f"{best['system']}|{best['value']}"


def person_of(here: Here) -> Person:
    """Return what the message says of whom it is about, to be matched."""
    found = identifiers(here)
    said = here.field("PID-5")
    names = (xpn(one, here.feed) for one in (said.repetitions if said else ()))
    born = moment(here.text("PID-7"), "PID-7")
    return Person(
        nhs_number=next((one["value"] for one in found if one["system"] == NHS_NUMBER), ""),
        birth_date=born.date() if born else "",
        family_names=tuple(name["family"] for name in names if name and "family" in name),
        identifiers=tuple(_bare(one) for one in found if one["system"] != NHS_NUMBER),
    )


def only_person(root: Group) -> Group:
    """Return the group of the one person whom the message is about.

    :raises Unreadable: there is none, or more than one.
    """
    found = list(root.with_own("PID"))
    if not found:
        raise Unreadable("PID", "there is none")
    if len(found) > 1:
        raise Unreadable("PID[2]", "the message is about two people")
    return found[0]


def _birth_time(here: Here) -> Json | None:
    when = moment(here.text("PID-7"), "PID-7")
    if when is None or when.instant() is None or when.is_midnight:
        return None
    return {"extension": [{"url": _BIRTH_TIME, "valueDateTime": when.date_time()}]}


def _deceased(here: Here) -> Any:
    died = At("PID-29", dtm)(here)
    if died:
        return {"deceasedDateTime": died}
    said = here.text("PID-30").upper()
    return {"deceasedBoolean": said == "Y"} if said in {"Y", "N"} else died


def _gender(said: Repetition, _: FeedSettings) -> str | None:
    code = said.text().upper()
    return people_tables.GENDER.get(code, "unknown") if code else None


def _language(said: Repetition, _: FeedSettings) -> Json | None:
    code, display = cleaned(said.text(1)), cleaned(said.text(2))
    known = code.isalpha() and code.isascii() and len(code) in {2, 3}
    coding = some(system=_LANGUAGE, code=code.lower(), display=display) if known else None
    language = some(coding=[coding] if coding else None, text="" if known else display or code)
    return some(language=language, preferred=True if language else None)


def _ethnic(here: Here) -> Any:
    for place in ("PID-22", "PID-10"):
        said = here.field(place)
        if said and said.deleted:
            return DELETE
        code = here.text(place).upper()
        if display := people_tables.ETHNIC_CATEGORY.get(code):
            coding = {"system": _ETHNIC_SYSTEM, "code": code, "display": display}
            return [{"url": _ETHNIC_EXTENSION, "valueCodeableConcept": {"coding": [coding]}}]
    return None


def _interpreter(here: Here) -> list[Json]:
    """Return whether the person needs an interpreter, where the sender has a field for it."""
    place = here.feed.interpreter
    said = here.text(place).upper() if place else ""
    return [{"url": _INTERPRETER, "valueBoolean": said not in _NO}] if said else []


def _extension(here: Here) -> Any:
    ethnic, interpreter = _ethnic(here), _interpreter(here)
    if ethnic is DELETE:
        return interpreter or DELETE
    return [*(ethnic or ()), *interpreter]


def _demographics_hidden(here: Here) -> Any:
    """Return R where the person's whereabouts are hidden: nobody is to see address or telephone.

    Only a sender who says "no" takes it off again.
    """
    said = {here.text("ZU8-4").upper(), here.text("PD1-12").upper()} - {""}
    if said - _NO:
        return security({"R"})
    return DELETE if said else None


def _telecom(here: Here) -> list[Json]:
    found = []
    for place, use in (("PID-13", "home"), ("PID-14", "work"), ("PID-40", None)):
        said = here.field(place)
        if said and said.deleted:
            here.making.remove(here.making.urls["Patient", id(here.group)], f"telecom/{use or ''}")
        elif said:
            found += _all(said, Telecom(use), here.feed)
    return found


def _contacts(here: Here) -> list[Json]:
    found = (_contact(nk1, here.feed) for nk1 in here.group.own("NK1"))
    return [contact for contact in found if contact]


def _contact(nk1: Segment, feed: FeedSettings) -> Json | None:
    related = Coded(f"{_V3}RoleCode", people_tables.RELATIONSHIP)
    relationship = [*_all(nk1[3], related, feed), *_all(nk1[7], cwe, feed)]
    telecom = [*_all(nk1[5], Telecom("home"), feed), *_all(nk1[6], Telecom("work"), feed)]
    name, address = _all(nk1[2], xpn, feed), _all(nk1[4], xad, feed)
    if not (name or telecom or address):
        return None
    return some(
        relationship=relationship,
        name=name[0] if name else None,
        telecom=telecom,
        address=address[0] if address else None,
        gender=_gender(nk1[15].first, feed),
        period=period(nk1[8].text(), nk1[9].text(), nk1[8].place),
    )


def _all(said: Any, read: Any, feed: FeedSettings) -> list[Any]:
    return [value for one in said.repetitions if (value := read(one, feed))]


def practitioner(said: Repetition, here: Here) -> Json | None:
    """Return a reference to the person of an XCN; one who has a number becomes a Practitioner."""
    display = named(said, here.feed)
    found = xcn(said, here.feed)
    if not found:
        return some(display=display)
    identifier = found["identifier"][0]
    url = here.making.url("Practitioner", f"{identifier['system']}|{identifier['value']}")
    here.making.add(url, found)
    return some(reference=url, display=display)


def trust(here: Here) -> Json:
    """Return the trust of the feed, as a reference to an organisation that is named, not held."""
    return {
        "type": "Organization",
        "identifier": {"system": ODS_CODE, "value": here.feed.ods},
    }


def _doctors(here: Here) -> list[Json]:
    said = here.field("PD1-4")
    every = [practitioner(one, here) for one in said.repetitions] if said else []
    return [found for found in every if found]


PATIENT: Final = Resource(
    "Patient",
    per="PID",
    key=key_of_person,
    elements={
        "meta": {"security": made(_demographics_hidden, "ZU8-4", "PD1-12")},
        "extension": made(_extension, "PID-22", "PID-10"),
        "identifier": made(_identifier, "PID-3", "PID-2", "PID-4", "PID-32", "ZU1-27"),
        "active": Always(value=True),
        "name": Joined((Each("PID-5", xpn), Each("PID-9", xpn))),
        "telecom": made(_telecom, "PID-13", "PID-14", "PID-40"),
        "gender": At("PID-8", _gender),
        "birthDate": At("PID-7", day),
        "_birthDate": made(_birth_time, "PID-7"),
        "deceased[x]": made(_deceased, "PID-29", "PID-30"),
        "address": Each("PID-11", xad),
        "maritalStatus": At("PID-16", Coded(f"{_V3}MaritalStatus", people_tables.MARITAL_STATUS)),
        "contact": made(_contacts, *(f"NK1-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 15))),
        "communication": Each("PID-15", _language),
        "generalPractitioner": Joined((Each("PD1-3", xon), made(_doctors, "PD1-4"))),
        "managingOrganization": made(trust),
    },
)
