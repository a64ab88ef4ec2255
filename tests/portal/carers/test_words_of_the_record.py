"""What we say in a record is true for whoever reads it: a helper is never told that they are ill.

Pages of a filled record are read as a helper, and what no such record makes us say is read in the
code and the templates themselves.
"""

import ast
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from portal import database
from portal.carers import scopes
from portal.identity.grants import PATIENT_TYPES
from portal.record.entry import entry_of
from tests.portal.carers.helping import acting, helps
from tests.portal.carers.records import one_of_each
from tests.portal.record.page_reader import Page
from tests.portal.record.reading_all import reads_all

SECOND_PERSON = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
# Of whoever reads, be it the patient or somebody who helps them: never of what the patient has.
SAID_TO_ANYBODY = {
    "You do not need to do anything": "whoever reads has nothing to do",
    "You can ask for a new time": "a helper may ask too",
    "Worried, or were you told to act on it": "it may be the helper who was told",
    "Did you change anything because of it, such as a medicine": "a helper may have done so",
    "Did you change anything because of this letter, such as a medicine": "the same",
    "Did you change anything because of this result, such as a medicine": "the same",
    "If you wrote it down or told anyone about it, please do not rely on it": "the same",
    "If you wrote the result down or told anyone about it, please do not rely on it": "the same",
    "You have opened everything that has come since …": "what a helper has opened is theirs",
    "What you see below is from before then": "of the page",
    "If you need it in another form, ask …": "whoever reads it needs it",
    "A download stays on the phone or computer you use": "of the reader's own device",
    "To make one, open the print view, choose Print in your browser, and then “Save as PDF”": (
        "of the reader's own browser"
    ),
    "You see only what is shared with you": "said to helpers alone",
    "They can see what you look at": "said to helpers alone",
    "You": "the name of whoever reads, where it is they who wrote something",
}
PORTAL = database.ROOT / "portal"
OF_LISTS = (
    *("record/discharge", "record/discharge_letter", "record/generic", "record/listing"),
    *("record/moments", "record/sections", "record/statuses", "record/timeline", "record/values"),
    *("results/comments", "results/latest", "results/panel", "results/rows", "results/sentences"),
    *("results/value", "results/views", "letters/files", "letters/letter", "letters/views"),
)
TEMPLATES = ("home", "record", "results", "letters")
# Only for the patient: a helper never sees who looked.
NOT_FOR_HELPERS = {"access_log.html", "access_line.html"}


def ours_of(texts) -> set[str]:
    """Return the sentences that speak of "you", but those that are true for any reader."""
    said = {
        one.strip(" .?!:")
        for text in texts
        for one in re.split(r"(?<=[.?!:])\s+|\n", text)
        if SECOND_PERSON.search(re.sub(r"{\w+}", "", one))
    }
    return said - SAID_TO_ANYBODY.keys()


def literals_of(path: Path) -> Iterator[str]:
    """Yield the texts in a module, but what explains it."""
    tree = ast.parse(path.read_text("utf-8"))
    explained = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    yield from (
        node.value for node in texts if isinstance(node.value, str) and id(node) not in explained
    )


def words_of(template: Path) -> Iterator[str]:
    """Yield what a template itself says, without what its expressions fill in."""
    bare = re.sub(r"{#.*?#}|{%.*?%}", "\n", template.read_text("utf-8"), flags=re.DOTALL)
    bare = re.sub(r"{{.*?}}", "…", bare)
    yield from re.sub(r"<[^>]+>", "\n", unescape(bare)).splitlines()


@pytest.fixture
def filled(hospital, graces_record):
    made = one_of_each(graces_record)
    for resource in made:
        hospital.create(resource)
    return json.dumps(made, ensure_ascii=False)


def test_no_page_of_a_record_calls_its_helper_the_patient(filled, grace, ben):
    browser = acting(ben, helps(ben, grace, *scopes.EVERYTHING))

    read = reads_all(browser, {})

    found = read.words | {
        text
        for word in ("blood", "knee", "no", "penicillin", "plan", "visit", "zzz")
        for text in Page(browser.post("/record/search/", {"words": word}).content.decode()).words
    }
    assert [one for one in read.faults if one[1] == "exception"] == []
    assert sorted({one for one in ours_of(found) if one not in filled}) == []
    assert len(read.pages) > len(PATIENT_TYPES)


@pytest.mark.parametrize("name", sorted(scopes.types_of(scopes.EVERYTHING) & PATIENT_TYPES))
def test_an_entry_says_what_is_true_for_a_helper_too(name):
    module = entry_of(name).__module__

    assert ours_of(literals_of(database.ROOT / f"{module.replace('.', '/')}.py")) == set()


@pytest.mark.parametrize("name", OF_LISTS)
def test_lists_and_statuses_say_what_is_true_for_a_helper_too(name):
    assert ours_of(literals_of(PORTAL / f"{name}.py")) == set()


@pytest.mark.parametrize("folder", TEMPLATES)
def test_templates_leave_it_to_whose_record_it_is_how_it_is_spoken_of(folder):
    found = {
        (one.name, said)
        for one in (PORTAL / "jinja2" / folder).rglob("*.html")
        if one.name not in NOT_FOR_HELPERS
        for said in ours_of(words_of(one))
    }

    assert found == set()
