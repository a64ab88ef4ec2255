"""The reader of pages finds what it is there to find: each fault, and no other."""

import pytest

from tests.portal.record.page_reader import Page, Vocabulary, faults_of, raw_codes

ASTHMA = {
    "resourceType": "Condition",
    "clinicalStatus": {"coding": [{"code": "in-remission"}]},
    "verificationStatus": {"coding": [{"code": "confirmed"}]},
    "code": {"coding": [{"code": "195967001", "display": "Asthma"}, {"code": "J45.9"}]},
    "note": [{"text": "Follow-up by GP"}],
}


def found(main, title="Condition in your record – Millbrook"):
    page = Page(f"<title>{title}</title><body>None<main><h1>Asthma</h1>{main}</main>undefined")
    return [kind for kind, _ in (*faults_of(page), *raw_codes(page, Vocabulary([ASTHMA])))]


@pytest.mark.parametrize(
    ("main", "kind"),
    [
        ("<p>None</p>", "nothing or JSON"),
        ("<p>It is undefined</p>", "nothing or JSON"),
        ("<p>[object Object]</p>", "nothing or JSON"),
        ("<p>Place: urn:uuid:1</p>", "nothing or JSON"),
        ("<dl><dt>Dose</dt><dd></dd></dl>", "blank"),
        ("<table><tr><td>1</td><td> </td></tr></table>", "blank"),
        ("<h2></h2>", "blank"),
        ('<a href="/"></a>', "blank"),
        ("<h2>Condition</h2>", "bare type"),
        ('<a href="/">Care team</a>', "bare type"),
        ("<p>A MedicationRequest</p>", "bare type"),
        ("<p>It is 195967001</p>", "raw code"),
        ("<p>Now in-remission.</p>", "raw code"),
        ("<span>J45.9</span>", "raw code"),
        ("<strong>confirmed</strong>", "raw code"),
    ],
)
def test_a_fault_is_found_wherever_it_stands(main, kind):
    assert set(found(main)) == {kind}


@pytest.mark.parametrize(
    "main",
    [
        "<p>Nothing is known. It was confirmed. Follow-up by GP</p>",
        "<ul><li>Code of this condition: 195967001 and J45.9</li></ul>",
        '<td><svg aria-hidden="true"><path d=""/></svg></td>',
        "<script>null</script>",
    ],
)
def test_what_people_may_read_is_no_fault(main):
    assert found(main) == []


def test_the_title_of_a_page_is_read_too():
    assert found("", title="Condition – Millbrook") == ["bare type"]
