"""What somebody has looked at changes the counts on all their open pages."""

from fhir.access import READING, Grant, Kind, Viewer
from fhir.changes import SEEN, Change, Head
from portal.live.hub import OpenPage, _tell_one
from portal.live.topics import ALL


def an_open_page(patient, told):
    grants = (Grant(frozenset({patient}), frozenset({"Observation"}), READING),)
    viewer = Viewer(Kind.PATIENT, f"Patient/{patient}", "x", grants=grants)
    return OpenPage(
        viewer,
        patient,
        Head("e", 3),
        tell=lambda head, sections: told.append((head.seq, sections)),
        close=lambda _: None,
    )


def test_every_section_is_told_to_look_again():
    told = []

    _tell_one(an_open_page("amina", told), "e", [Change("amina", "", "", 0, SEEN, seq=4)])

    assert told == [(4, list(ALL))]


def test_pages_of_another_record_are_not_told():
    told = []

    _tell_one(an_open_page("ben", told), "e", [Change("amina", "", "", 0, SEEN, seq=4)])

    assert told == []
