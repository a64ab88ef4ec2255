import re

from portal.simulator.pdf import pdf_of


def test_each_object_stands_where_the_table_says():
    written = pdf_of(["Dear Mrs Yusuf,", "", "Thank you for coming. " * 300])
    start = int(re.search(rb"startxref\n(\d+)", written)[1])
    offsets = re.findall(rb"(\d{10}) 00000 n", written[start:])

    assert written[start:].startswith(b"xref")
    for number, offset in enumerate(offsets, start=1):
        assert written[int(offset) :].startswith(b"%d 0 obj" % number)


def test_a_long_letter_has_more_pages():
    assert b"/Count 1 " in pdf_of(["Short."])
    assert b"/Count 3 " in pdf_of(["A line."] * 100)


def test_brackets_and_curly_apostrophes_survive():
    written = pdf_of(["Crohn’s (active)"])

    assert b"Crohn\x92s \\(active\\)" in written
