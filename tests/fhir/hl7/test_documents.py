import base64
import hashlib

import pytest

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.messages import to_bundle
from tests.fhir.hl7.reading import OBR, PID, made, report, written

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 9 + b"\n%%EOF\n"
CODED = base64.b64encode(PDF).decode()
AS_ED = "OBX|{n}|ED|PDF^Report^WINPATH||{said}||||||F|||202603101400"


def ed(data: str, n: int = 1, kind: str = "SourceR^AP^PDF^Base64") -> str:
    return AS_ED.format(n=n, said=f"{kind}^{data}")


def pieces(data: str, size: int) -> list[str]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def the_document(*lines: str) -> dict:
    (document,) = report(*lines)["presentedForm"]
    return document


def test_a_pdf_is_kept_on_its_report_with_its_size_and_hash():
    assert the_document(ed(CODED)) == {
        "contentType": "application/pdf",
        "data": CODED,
        "size": len(PDF),
        "hash": base64.b64encode(hashlib.sha1(PDF).digest()).decode(),  # noqa: S324 (FHIR's own)
        "title": "Report",
        "creation": "2026-03-10T14:00:00+00:00",
    }


def test_a_document_is_no_result_of_its_own():
    given = [PID, OBR, "OBX|1|NM|HB^Hb||112|g/L|||||F", ed(CODED, n=2)]

    assert len(made("Observation", *given)) == 1
    assert len(made("DiagnosticReport", *given)[0]["result"]) == 1


@pytest.mark.parametrize("size", [32, 1000, 1001, 1003])
def test_pieces_cut_as_text_are_joined(size):
    lines = [
        ed(piece, n, "^application^pdf^Base64") for n, piece in enumerate(pieces(CODED, size), 1)
    ]

    assert the_document(*lines)["data"] == CODED


def test_pieces_that_came_out_of_order_are_joined_by_their_numbers():
    first, second, third = pieces(CODED, 1200)

    lines = [ed(first, 1), ed(third, 3), ed(second, 2)]

    assert the_document(*lines)["data"] == CODED


def test_pieces_cut_as_bytes_are_joined():
    parts = [PDF[:1000], PDF[1000:2000], PDF[2000:]]
    lines = [ed(base64.b64encode(part).decode(), n) for n, part in enumerate(parts, 1)]

    assert the_document(*lines)["data"] == CODED


def test_pieces_in_repetitions_of_lines_of_text_are_joined():
    lines = [
        f"OBX|{n}|TX|PDF^Report||{piece}||||||F" for n, piece in enumerate(pieces(CODED, 900), 1)
    ]

    assert the_document(*lines)["data"] == CODED
    assert made("Observation", PID, OBR, *lines) == []


def test_two_documents_stay_two():
    assert len(report(ed(CODED), ed(CODED, n=2))["presentedForm"]) == 2


def test_line_breaks_inside_the_data_do_no_harm():
    broken = "\\.br\\".join(pieces(CODED, 76))

    assert the_document(ed(broken))["data"] == CODED


def test_a_document_may_hide_in_a_coded_value():
    line = f"OBX|1|CE|PDF^Report||^application^pdf^Base64^{CODED}||||||F"

    assert the_document(line)["contentType"] == "application/pdf"


def test_hexadecimal_is_read_too():
    assert the_document(ed(PDF.hex(), kind="^AP^PDF^Hex"))["data"] == CODED


@pytest.mark.parametrize("status", ["D", "W", "X"])
def test_a_withdrawn_document_is_not_kept(status):
    line = ed(CODED).replace("||||||F|", f"||||||{status}|")

    assert "presentedForm" in report(ed(CODED))
    assert "presentedForm" not in report(line)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (ed(base64.b64encode(b"<script>").decode()), "the document is no application/pdf"),
        (ed(base64.b64encode(PDF).decode(), kind="^IM^PNG^Base64"), "the document is no image/png"),
        (ed(CODED, kind="^TEXT^HTML^Base64"), "documents of this type are not taken"),
        (ed(CODED, kind="^AP^PDF^Uuencode"), "the encoding of the document is not known"),
        (ed(CODED[:-8] + "é~*="), "the document is not encoded as it says"),
        (ed("JVBERi0xLjc!"), "the document is not encoded as it says"),
    ],
)
def test_a_document_that_is_not_what_it_says_is_refused(said, complaint):
    with pytest.raises(Unreadable) as refused:
        report(said)

    assert (refused.value.place, refused.value.message) == ("OBX-5", complaint)


def test_a_document_over_the_feeds_limit_is_refused():
    message = Message.read(written(PID, OBR, ed(CODED)))

    with pytest.raises(Unreadable, match="larger than this feed may send"):
        to_bundle(message, FeedSettings("winpath", "RMB", largest_document=100))


def test_a_pointer_to_a_document_is_neither_followed_nor_shown():
    line = r"OBX|1|RP|PDF^Report||\\server\share\report.pdf^VIEW^AP^PDF||||||F"

    assert "presentedForm" not in report(line)
    (result,) = made("Observation", PID, OBR, line)
    assert result["dataAbsentReason"]["coding"][0]["code"] == "unsupported"
    assert "server" not in str(result)
