"""What somebody has looked at changes the counts on all their open pages."""

from fhir.access import READING, Grant, Kind, Viewer
from fhir.changes import SEEN, Change, Head
from portal.identity.grants import PATIENT_TYPES
from portal.live.hub import OpenPage, _tell_all
from portal.live.topics import ALL


def an_open_page(patient, told, types=PATIENT_TYPES, who=""):
    grants = (Grant(frozenset({patient}), frozenset(types), READING),)
    viewer = Viewer(Kind.PATIENT, who or f"Patient/{patient}", "x", grants=grants)
    return OpenPage(
        viewer,
        patient,
        Head("e", 3),
        tell=lambda head, sections: told.append((head.seq, sections)),
        close=lambda _: None,
    )


def seen_by(who, patient="amina"):
    return [Change(patient, "", who, 0, SEEN, seq=4)]


def test_every_section_is_told_to_look_again():
    told = []

    _tell_all([an_open_page("amina", told)], seen_by("Patient/amina"))

    assert told == [(4, list(ALL))]


def test_pages_of_another_record_are_not_told():
    told = []

    _tell_all([an_open_page("ben", told)], seen_by("Patient/amina"))

    assert told == []


def test_what_the_patient_has_looked_at_is_not_told_to_somebody_who_helps_them():
    of_patient, of_carer = [], []
    carer = an_open_page("amina", of_carer, who="RelatedPerson/zara")

    _tell_all([an_open_page("amina", of_patient), carer], seen_by("Patient/amina"))

    assert len(of_patient) == 1
    assert of_carer == []


def test_a_section_of_which_nothing_is_shared_is_not_even_named():
    letters_only = []
    letter = Change("amina", "DocumentReference", "d", 1, "update", seq=4)

    _tell_all([an_open_page("amina", letters_only, {"DocumentReference"})], [letter])

    assert letters_only == [(4, ["home", "letters"])]


def test_each_page_that_somebody_has_open_is_told_of_what_it_has_not_heard():
    told = []
    first, second, ahead = (an_open_page("amina", told) for _ in range(3))
    ahead.head = Head("e", 4)

    _tell_all([first, second, ahead], seen_by("Patient/amina"))

    assert told == [(4, list(ALL))] * 2
    assert {page.head.seq for page in (first, second, ahead)} == {4}
