"""Five years of a person, made from their plan: what the hospital's systems then tell of."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from portal.simulator.care import care_of
from portal.simulator.catalogue import PANELS
from portal.simulator.chance import chance
from portal.simulator.events import Code, History, Letter, Reading, Report, Section, Visit
from portal.simulator.hospital import CLINICS, Clinic
from portal.simulator.laboratory import Laboratory, Order, corrected
from portal.simulator.letters import discharge_letter
from portal.simulator.narratives import NARRATIVES
from portal.simulator.people import Person
from portal.simulator.plans import Plan, Sample, Sign, Stay, Writing, plan_of
from portal.simulator.stories import STORIES
from portal.simulator.times import any_day, at, clinic_day, later

_EMERGENCY_FROM: Final = 18
_WHY: Final = "The laboratory had typed one number the wrong way round."


def history_of(person: Person, seed: int, now: datetime) -> History:
    return _Teller(person, seed, now).tell(STORIES.get(person.key) or plan_of(person, seed, now))


class _Teller:
    def __init__(self, person: Person, seed: int, now: datetime) -> None:
        self._person = person
        self._seed = seed
        self._now = now
        self._laboratory = Laboratory(seed, now)
        self._on_a_ward: set[int] = set()

    def tell(self, plan: Plan) -> History:
        self._on_a_ward = {
            stay.days_ago - night for stay in plan.stays for night in range(stay.nights + 1)
        }
        care = care_of(self._person, plan, self._seed, self._now)
        reports = [
            *(self._sampled(sample) for sample in plan.samples),
            *(self._written(writing) for writing in plan.writings),
        ]
        return History(
            person=self._person,
            visits=tuple(sorted(self._visits(plan), key=lambda visit: visit.start_at)),
            reports=tuple(sorted(reports, key=lambda report: report.issued_at)),
            letters=tuple(
                sorted(map(self._letter, plan.stays), key=lambda letter: letter.written_at)
            ),
            readings=tuple(sorted(map(self._reading, plan.signs), key=lambda sign: sign.at)),
            problems=care.problems,
            medicines=care.medicines,
            allergies=care.allergies,
            asked_about_allergies=care.asked_about_allergies,
            vaccinations=care.vaccinations,
            team=care.team,
            corrections=tuple(self._corrections(reports)),
        )

    def _sampled(self, sample: Sample) -> Report:
        panel = PANELS[sample.panel]
        order = Order(panel.key, self._taken_at(sample), CLINICS[sample.clinic].lead)
        return self._laboratory.report(self._person, order, sample.values)

    def _taken_at(self, sample: Sample) -> datetime:
        return at(self._day(sample.days_ago), sample.clock or self._clock(sample))

    def _day(self, days_ago: int) -> datetime:
        """Wards work on every day of the week."""
        open_daily = days_ago in self._on_a_ward
        return (any_day if open_daily else clinic_day)(self._now, days_ago)

    def _clock(self, sample: Sample) -> str:
        """One time for all that is taken at one visit."""
        throw = self._throw("clock", str(sample.days_ago))
        return f"{throw.randrange(9, 16)}:{throw.randrange(12) * 5:02}"

    def _written(self, writing: Writing) -> Report:
        narrative = NARRATIVES[writing.narrative]
        throw = self._throw("written", writing.narrative, str(writing.days_ago))
        taken_at = at(self._day(writing.days_ago), f"{throw.randrange(9, 16)}:40")
        back = clinic_day(taken_at + timedelta(hours=narrative.hours), 0)
        issued_at = max(at(back, f"{throw.randrange(9, 17)}:25"), taken_at + timedelta(hours=2))
        sections = (Section(Code(*part), text) for part, text in narrative.parts)
        return Report(
            number=f"{taken_at:%y}{narrative.department}{throw.randrange(10**5):05}",
            sender=narrative.sender,
            code=Code(_asked_as(narrative.key), narrative.name, narrative.loinc),
            department=narrative.department,
            requester=CLINICS[writing.clinic].lead,
            collected_at=taken_at,
            received_at=later(taken_at, throw, least=10, most=90),
            issued_at=issued_at,
            sections=tuple(sections),
            specimen=narrative.specimen,
            reporter=narrative.reporter,
        )

    def _letter(self, stay: Stay) -> Letter:
        came_at, home_at = self._came_at(stay), self._home_at(stay)
        throw = self._throw("letter", str(stay.days_ago))
        return Letter(
            number=f"{home_at:%y}L{throw.randrange(10**6):06}",
            title=f"Letter about your stay: {stay.reason}",
            author=CLINICS[stay.clinic].lead,
            came_at=came_at,
            home_at=home_at,
            written_at=later(home_at, throw, least=30, most=240),
            document=discharge_letter(self._person, stay, came_at, home_at),
        )

    def _came_at(self, stay: Stay) -> datetime:
        return at(self._day(stay.days_ago), "16:20")

    def _home_at(self, stay: Stay) -> datetime:
        return at(self._came_at(stay) + timedelta(days=stay.nights), "14:45")

    def _visits(self, plan: Plan) -> Iterator[Visit]:
        for stay in plan.stays:
            yield self._stay(stay)
        nights = {night for stay in plan.stays for night in self._nights(stay)}
        seen: dict[tuple[object, str], Sample] = {}
        for sample in plan.samples:
            day = self._taken_at(sample).date()
            if day not in nights:
                seen.setdefault((day, sample.clinic), sample)
        for sample in seen.values():
            yield self._attendance(sample)

    def _nights(self, stay: Stay) -> Iterator[date]:
        for night in range(stay.nights + 1):
            yield self._came_at(stay).date() + timedelta(days=night)

    def _stay(self, stay: Stay) -> Visit:
        clinic = CLINICS[stay.clinic]
        return Visit(
            number=self._visit_number("stay", stay.days_ago, clinic),
            kind="stay",
            clinic=clinic.key,
            place=clinic.ward,
            seen_by=clinic.lead,
            reason=stay.reason,
            start_at=self._came_at(stay),
            end_at=self._home_at(stay),
        )

    def _attendance(self, sample: Sample) -> Visit:
        clinic = CLINICS[sample.clinic]
        start_at = self._taken_at(sample) - timedelta(minutes=25)
        emergency = start_at.hour >= _EMERGENCY_FROM
        return Visit(
            number=self._visit_number("seen", sample.days_ago, clinic),
            kind="emergency" if emergency else "outpatient",
            clinic=clinic.key,
            place="ED" if emergency else clinic.outpatients,
            seen_by=clinic.lead,
            reason="Emergency visit" if emergency else clinic.name,
            start_at=start_at,
            end_at=start_at + timedelta(minutes=50),
        )

    def _visit_number(self, kind: str, days_ago: int, clinic: Clinic) -> str:
        return f"V{self._throw(kind, str(days_ago), clinic.key).randrange(10**7):07}"

    def _reading(self, sign: Sign) -> Reading:
        clock = "8:05" if sign.at_home else "9:05"
        day = any_day(self._now, sign.days_ago) if sign.at_home else self._day(sign.days_ago)
        return Reading(
            sign.kind, at(day, clock), sign.value, sign.second, sign.at_home, sign.usual_from
        )

    def _corrections(self, reports: list[Report]) -> Iterator[Report]:
        """Amina's laboratory once typed a number the wrong way round."""
        for report in reports:
            for result in report.results:
                if (self._person.key, result.test.key, result.value) == ("amina", "MCV", "38"):
                    right = self._laboratory.result(self._person, "MCV", "83", report.collected_at)
                    next_day = at(report.collected_at + timedelta(days=1), "14:10")
                    yield corrected(report, right, next_day, _WHY)

    def _throw(self, *keys: str) -> Random:
        return chance(self._seed, "history", self._person.key, *keys)


def _asked_as(narrative: str) -> str:
    """What was asked for, without what was found: ``chest_xray_clear`` → ``CHEST_XRAY``."""
    return "_".join(narrative.split("_")[:2]).upper()
