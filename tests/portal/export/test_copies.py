"""A copy is whole or says what is missing; it holds what its owner may see at that moment."""

import hashlib
import io
import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from pypdf import PdfReader

from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.r4 import typed
from fhir.scope import scoped
from portal import clock, printing
from portal.export import copying, making, places, reading, tidying
from portal.export.models import Export
from tests.builders import labelled
from tests.portal.amina import a_count
from tests.portal.export.copies import (
    CHOOSE,
    address,
    asked_for,
    bundle_of,
    downloaded,
    made,
    manifest_of,
    opened,
)
from tests.portal.letters.pieces import a_letter, attached
from tests.portal.pages import words
from tests.portal.record.things import a_condition, damage


def part_of(files, key):
    return next(part for part in manifest_of(files)["parts"] if part["part"] == key)


def test_a_copy_counts_every_part_and_holds_all_of_it(her_proved_browser, her_record):
    files = downloaded(her_proved_browser)
    manifest = manifest_of(files)

    assert manifest["whole"] is True
    assert {part["part"]: part["count"] for part in manifest["parts"] if part["count"]} == {
        "about": 1,
        "results": 2,
        "allergies": 1,
        "letters": 2,
    }
    assert part_of(files, "medicines")["state"] == "none"
    ids = {entry["resource"]["id"] for entry in bundle_of(files)["entry"]}
    assert ids >= {stored.id for stored in her_record}
    assert len(bundle_of(files)["entry"]) == sum(part["count"] for part in manifest["parts"])


def test_the_bundle_is_valid_fhir(her_proved_browser, her_record):
    files = downloaded(her_proved_browser)

    assert typed(bundle_of(files)).type == "collection"


def test_each_file_has_the_size_and_digest_that_the_manifest_says(her_proved_browser, her_record):
    files = downloaded(her_proved_browser)

    said = {one["name"]: one for one in manifest_of(files)["files"]}

    assert set(said) == set(files) - {"manifest.json"}
    for name, one in said.items():
        assert one["size"] == len(files[name])
        assert one["sha256"] == hashlib.sha256(files[name]).hexdigest()


def test_the_web_pages_say_it_in_words_and_lead_only_to_one_another(her_proved_browser, her_record):
    files = downloaded(her_proved_browser)
    pages = {name: text.decode() for name, text in files.items() if name.endswith(".html")}
    whole = "".join(pages.values())

    assert "Penicillin" in pages["web/allergies-1.html"]
    assert "The lungs are clear." in pages["web/results-1.html"]
    assert '<th scope="row">Pulse</th><td>112 g/L' in pages["web/results-1.html"]
    assert "<h3>Your visit on 4 March 2026</h3>" in pages["web/letters-1.html"]
    assert [mark for mark in ("<script", "src=", "@import", "url(", "http:") if mark in whole] == []
    for name, text in pages.items():
        assert '<html lang="en-GB">' in text
        assert text.count("<h1>") == 1
        folder = name.rpartition("/")[0]
        for link in re.findall(r'href="([^"]+)"', text):
            place = link.removeprefix("../") if link.startswith("../") else f"{folder}/{link}"
            assert place.lstrip("/") in files


def test_files_that_came_with_a_letter_are_in_the_copy(her_proved_browser, her_record):
    files = downloaded(her_proved_browser)

    assert files["web/letters-file-1.pdf"] == b"%PDF-1.7 scan"
    assert b'<a href="letters-file-1.pdf">Scan of the letter</a>' in files["web/letters-1.html"]


@pytest.mark.skipif(not printing.is_available(), reason="Pango is not installed")
def test_the_pdfs_are_tagged(her_proved_browser, her_record):
    files = downloaded(her_proved_browser)
    prints = [name for part in manifest_of(files)["parts"] for name in part["print"]]

    assert "print/results-1.pdf" in prints
    for name in prints:
        root = PdfReader(io.BytesIO(files[name])).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "en-GB"


@pytest.mark.skipif(not printing.is_available(), reason="Pango is not installed")
def test_where_the_pdfs_stop_the_copy_says_so_and_its_web_pages_go_on(
    her_proved_browser, her_record, monkeypatch
):
    monkeypatch.setattr(reading, "PAGE", 1)
    monkeypatch.setattr(copying, "MOST_PRINTED", 1)

    files = downloaded(her_proved_browser)
    letters = part_of(files, "letters")

    assert (letters["count"], letters["print"]) == (2, ["print/letters-1.pdf"])
    assert {"web/letters-1.html", "web/letters-2.html"} <= set(files)
    assert "PDF The rest is in the web pages alone." in " ".join(
        re.sub("<[^>]+>", " ", files["index.html"].decode()).split()
    )
    assert letters["print-whole"] is False
    assert manifest_of(files)["whole"] is True


def test_without_pango_the_copy_says_so_and_holds_all_else(
    her_proved_browser, her_record, monkeypatch
):
    monkeypatch.setattr(printing, "is_available", lambda: False)

    files = downloaded(her_proved_browser)

    assert not [name for name in files if name.startswith("print/")]
    assert b"this service cannot make PDFs; use the web pages to print." in files["index.html"]
    assert manifest_of(files)["whole"] is True


def test_only_what_was_chosen_is_in_it_and_who_it_is_about(her_proved_browser, her_record):
    files = downloaded(her_proved_browser, "allergies")

    assert [part["part"] for part in manifest_of(files)["parts"]] == ["about", "allergies"]
    assert {one["resource"]["resourceType"] for one in bundle_of(files)["entry"]} == {
        "Patient",
        "AllergyIntolerance",
    }


def test_a_copy_of_two_years_leaves_out_what_is_older_and_nothing_without_a_day(
    her_proved_browser, hospital, amina_yusuf, her_record
):
    undated = {name: value for name, value in a_letter(amina_yusuf).items() if name != "date"}
    kept = hospital.create(undated)

    files = downloaded(her_proved_browser, "letters", "allergies", span="2y")

    ids = {one["resource"]["id"] for one in bundle_of(files)["entry"]}
    assert {her_record[2].id, her_record[4].id, kept.id} <= ids
    assert her_record[3].id not in ids
    assert part_of(files, "letters")["count"] == 2


def test_a_copy_goes_back_to_the_day_that_was_chosen(
    her_proved_browser, hospital, amina_yusuf, her_record
):
    on_the_day = hospital.create(a_letter(amina_yusuf) | {"date": "2026-01-05T00:30:00Z"})
    before = hospital.create(a_letter(amina_yusuf) | {"date": "2026-01-04T23:30:00Z"})
    first = {"start_0": "5", "start_1": "1", "start_2": "2026"}

    files = downloaded(her_proved_browser, "letters", span="from", **first)

    ids = {one["resource"]["id"] for one in bundle_of(files)["entry"]}
    assert on_the_day.id in ids
    assert not {before.id, her_record[3].id} & ids
    assert manifest_of(files)["since"] == "2026-01-05T00:00:00+00:00"


def test_a_withheld_result_is_not_in_it(her_proved_browser, hospital, amina_yusuf, her_record):
    withheld = hospital.create(labelled(a_letter(amina_yusuf), "NOPAT"))

    files = downloaded(her_proved_browser)

    assert not [name for name, text in files.items() if withheld.id.encode() in text]
    assert part_of(files, "letters")["count"] == 2


def test_what_is_withheld_between_choosing_and_writing_is_not_in_it(
    her_proved_browser, hospital, her_record
):
    export = asked_for(her_proved_browser)
    hospital.relabel("DiagnosticReport", her_record[1].id, add=Label.NOPAT)

    files = opened(her_proved_browser.get(address(made(export), "file")))

    assert part_of(files, "results")["count"] == 1
    assert not [name for name, text in files.items() if b"The lungs are clear" in text]


@pytest.mark.parametrize("act", ["withhold", "correct"])
def test_a_copy_is_not_handed_over_once_something_in_it_was_taken_back(
    her_proved_browser, hospital, her_record, act
):
    export = made(asked_for(her_proved_browser))
    assert export.state == Export.State.READY
    report = her_record[1]
    if act == "withhold":
        hospital.relabel("DiagnosticReport", report.id, add=Label.NOPAT)
    else:
        hospital.update(report.json | {"status": "corrected"}, None)

    refused = her_proved_browser.get(address(export, "file"))
    said = words(her_proved_browser.get(refused["Location"]))

    assert "This copy is no longer here" in said
    assert "when something in it has changed in your record" in said
    assert her_proved_browser.get(address(export, "file")).status_code == 404


def test_what_is_new_since_leaves_a_copy_as_it_is(
    her_proved_browser, hospital, amina_yusuf, her_record
):
    export = made(asked_for(her_proved_browser))
    a_count(hospital, amina_yusuf)

    assert opened(her_proved_browser.get(address(export, "file")))


def failing(monkeypatch, key):
    whole = reading.pages_of

    def pages_of(records, part, asked):
        yield from whole(records, part, asked)
        if part.key == key:
            raise LookupError("the source went away")

    monkeypatch.setattr(reading, "pages_of", pages_of)


def test_a_part_that_fails_is_named_and_nothing_of_it_is_in_the_copy(
    her_proved_browser, her_record, monkeypatch
):
    failing(monkeypatch, "letters")

    export = made(asked_for(her_proved_browser))
    said = words(her_proved_browser.get(address(export)))
    files = opened(her_proved_browser.get(address(export, "file")))

    assert "Your copy is ready, but one part is missing" in said
    assert "We could not get “Letters and documents”. This does not mean you have none." in said
    assert "Letters and documents Missing We could not read this part at 9:02am" in said
    assert "Medicines None. We checked, and there is nothing here." in said
    assert manifest_of(files)["whole"] is False
    assert part_of(files, "letters")["state"] == "missing"
    assert part_of(files, "letters")["count"] is None
    assert b"Missing.</span> We could not read this part at 9:02am." in files["index.html"]
    assert not [name for name in files if "letters" in name]
    assert "DocumentReference" not in {
        one["resource"]["resourceType"] for one in bundle_of(files)["entry"]
    }


def test_the_missing_part_is_tried_again(her_proved_browser, her_record, monkeypatch):
    with monkeypatch.context() as patch:
        failing(patch, "letters")
        export = made(asked_for(her_proved_browser))

    her_proved_browser.post(address(export, "again"))
    files = opened(her_proved_browser.get(address(made(export), "file")))

    assert manifest_of(files)["whole"] is True


def test_a_worker_that_died_is_noticed_and_another_begins_again(
    her_proved_browser, her_record, moved_clock, exports
):
    export = asked_for(her_proved_browser)
    dead = making._claimed(export, clock.now())
    (places.workshop(dead.run) / "letters").mkdir()
    assert making.take_up(clock.now()) == 0

    moved_clock.move(minutes=3)
    files = opened(her_proved_browser.get(address(made(export), "file")))
    tidying.tidy(clock.now())

    assert manifest_of(files)["whole"] is True
    assert [one.suffix for one in exports.iterdir()] == [".zip"]


def test_a_run_that_was_thought_dead_stops_when_it_wakes(her_proved_browser, her_record):
    export = asked_for(her_proved_browser)
    slow = making._Run(making._claimed(export, clock.now()))
    Export.objects.filter(pk=export.pk).update(run="00000000-0000-4000-8000-000000000000")

    with pytest.raises(making.Stopped):
        slow.make()


def test_after_three_dead_workers_the_copy_has_failed_in_words(
    her_proved_browser, her_record, moved_clock
):
    export = asked_for(her_proved_browser)
    for _ in range(making.TRIES):
        export.refresh_from_db()
        making._claimed(export, clock.now())
        moved_clock.move(minutes=3)

    said = words(her_proved_browser.get(address(made(export))))

    assert "We could not make your copy" in said
    assert "This does not mean that there is nothing in your record. No file was made." in said
    assert mail.outbox[-1].subject == "We could not make your copy"


def test_a_record_that_is_theirs_no_more_is_not_copied(her_proved_browser, her_login, her_record):
    export = asked_for(her_proved_browser)
    her_login.links.update(ended_at=clock.now())

    assert made(export).state == Export.State.FAILED


def test_a_stopped_copy_is_not_made(her_proved_browser, her_record):
    export = asked_for(her_proved_browser)

    her_proved_browser.post(address(export, "stop"))

    assert made(export).state == Export.State.STOPPED
    assert "You stopped this copy No file was made." in words(
        her_proved_browser.get(address(export))
    )


def test_a_copy_is_gone_after_a_day(her_proved_browser, her_record, moved_clock, exports):
    export = made(asked_for(her_proved_browser))
    moved_clock.move(hours=23, minutes=59)
    from_then = her_proved_browser.session  # the session of then is over

    assert from_then is not None
    moved_clock.move(minutes=2)
    tidying.tidy(clock.now())

    export.refresh_from_db()
    assert export.state == Export.State.GONE
    assert list(exports.iterdir()) == []


def test_a_new_copy_takes_the_place_of_the_old(her_proved_browser, her_record, exports):
    made(asked_for(her_proved_browser))
    made(asked_for(her_proved_browser))

    assert len(list(exports.iterdir())) == 1
    assert Export.objects.filter(state=Export.State.READY).count() == 1


def test_one_copy_is_made_at_a_time(her_proved_browser, her_record):
    assert asked_for(her_proved_browser).pk == asked_for(her_proved_browser, "letters").pk


def test_the_mail_says_nothing_of_what_is_in_it(her_proved_browser, her_record):
    made(asked_for(her_proved_browser))

    (sent,) = mail.outbox
    assert sent.subject == "Your copy is ready"
    assert CHOOSE in sent.body
    assert [word for word in ("health", "record/", "Penicillin") if word in sent.subject] == []


def test_a_file_of_a_copy_is_for_its_owner_alone_on_the_disk(
    her_proved_browser, her_record, exports
):
    made(asked_for(her_proved_browser))

    (file,) = exports.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert exports.stat().st_mode & 0o077 == 0


def test_the_record_is_read_as_its_owner_and_each_page_is_accounted_for(
    her_proved_browser, hospital, amina_yusuf, her_record
):
    made(asked_for(her_proved_browser, "letters"))

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT who, kind FROM portal_fhir_auditentry WHERE ids ? %s"
            " AND interaction = 'search'",
            [her_record[2].id],
        )
        assert cursor.fetchall() == [(f"Patient/{amina_yusuf}", "patient")]


def test_pages_are_read_one_after_another_and_none_is_kept(
    her_proved_browser, hospital, amina_yusuf, monkeypatch
):
    monkeypatch.setattr(reading, "PAGE", 3)
    for n in range(10):
        hospital.create(
            a_letter(amina_yusuf, attached(f"<p>{n}</p>"), date=f"2025-01-{n + 1:02}T09:00:00Z")
        )

    files = downloaded(her_proved_browser, "letters")

    assert part_of(files, "letters")["count"] == 10
    assert [name for name in sorted(files) if name.startswith("web/letters")] == [
        f"web/letters-{n}.html" for n in (1, 2, 3, 4)
    ]


def test_line_ends_of_a_sender_do_not_break_the_bundle(her_proved_browser, hospital, amina_yusuf):
    text = json.dumps(a_letter(amina_yusuf, description="a\u2028b"), indent=2, ensure_ascii=False)
    stored = hospital.create(text)
    assert "\n" in stored.text

    files = downloaded(her_proved_browser, "letters")

    assert "a\u2028b" in {one["resource"].get("description") for one in bundle_of(files)["entry"]}


def test_old_rows_go_after_a_month(her_proved_browser, her_record):
    made(asked_for(her_proved_browser))

    tidying.tidy(clock.now() + timedelta(days=31))

    assert not Export.objects.exists()


def test_a_copy_says_what_of_a_part_is_damaged_and_holds_the_rest(
    her_proved_browser, hospital, amina_yusuf
):
    hospital.create(a_condition(amina_yusuf, "Asthma"))
    damage(hospital.create(a_condition(amina_yusuf, "COPD")))

    files = downloaded(her_proved_browser, "conditions")

    part = part_of(files, "conditions")
    assert (part["state"], part["count"]) == ("done", 1)
    assert part["reason"] == "1 thing is damaged and could not be read"
    assert manifest_of(files)["whole"] is False
    assert b"1 thing is damaged and could not be read." in files["index.html"]
    assert "Asthma" in json.dumps(bundle_of(files))
