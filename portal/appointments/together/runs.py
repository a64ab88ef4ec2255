"""Times in a row for several people: one query, which walks from each free time over a few more.

People take the free units of a time and then those of the next one, which begins when it ends. So
a clinic that sees one at a time gives each person a time of their own, and one that sees several
at once may take them all together.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from portal.appointments.lending import lent
from portal.appointments.rules import Mode
from portal.appointments.searching import (
    CLINICIAN_HERE,
    COLUMNS,
    COUNTED,
    NEAREST,
    TAKEN,
    WANTED,
    FreeTime,
    Page,
    Wanted,
    asked_of,
    fetched,
    time_of,
)
from portal.appointments.together.companies import Company


@dataclass(frozen=True, slots=True)
class Run(FreeTime):
    """Times that can be held now, one for each person in order; the same twice if it has room.

    It begins and ends as they all do.
    """

    slots: tuple[str, ...]

    @property
    def held_as(self) -> str:
        return ",".join(self.slots)


# A free time with those after it that are needed for so many people. Slots of a clinic are of one
# length: the nth begins so many lengths after the first, or there is a gap. And none of the people
# is booked elsewhere in the meantime. `OFFSET 0`: to count what is taken of a slot once.
_RUNS: Final = f"""
portal_clinicslot s
CROSS JOIN LATERAL (
  SELECT s.clinic_id AS clinic, s.starts_at AS at, s.ends_at - s.starts_at AS lasts
) AS first
CROSS JOIN LATERAL (
  SELECT array_agg(slot ORDER BY starts_at) AS slots, array_agg(room ORDER BY starts_at) AS rooms,
    max(ends_at) AS until
  FROM (
    SELECT slot, starts_at, ends_at, room, row_number() OVER in_turn - 1 AS before,
      sum(room) OVER in_turn - room AS seated
    FROM (
      SELECT s.slot, s.starts_at, s.ends_at, s.capacity - {TAKEN} AS room FROM portal_clinicslot s
      WHERE s.clinic_id = first.clinic AND s.starts_at >= first.at
        AND s.starts_at < first.at + %(people)s * first.lasts
        AND {WANTED} AND NOT s.is_full AND {CLINICIAN_HERE}
        AND NOT EXISTS (SELECT FROM portal_claim c WHERE c.patient = ANY (%(patients)s)
          AND c.state = 'booked' AND c.starts_at < s.ends_at AND c.ends_at > s.starts_at)
      OFFSET 0
    ) AS each_time WHERE room > 0 WINDOW in_turn AS (ORDER BY starts_at)
  ) AS free
  WHERE seated < %(people)s AND starts_at = first.at + before * first.lasts
  HAVING sum(room) >= %(people)s
) AS run
WHERE {WANTED} AND NOT s.is_full
"""
_FOUND: Final = "s.*, run.slots AS all_slots, run.rooms, run.until"
# The names of those clinics alone that are shown.
_SHOWN: Final = f"""
SELECT {COLUMNS}, s.all_slots, s.rooms, s.until FROM found s
JOIN portal_clinic k ON k.key = s.clinic_id
"""
_PAGE: Final = f"""
WITH found AS (
  SELECT {_FOUND} FROM {_RUNS} AND (s.starts_at, s.slot) > (%(after)s, %(after_slot)s)
  ORDER BY s.starts_at, s.slot LIMIT %(limit)s
), page AS ({_SHOWN}), counted AS (
  SELECT count(*) FROM (SELECT FROM {_RUNS} LIMIT %(counted)s) AS few
)
SELECT (SELECT * FROM counted), page.* FROM (SELECT) AS one LEFT JOIN page ON true
ORDER BY page.starts_at, page.slot
"""
_NEAREST: Final = f"""
WITH later AS (
  SELECT {_FOUND} FROM {_RUNS} AND s.starts_at >= %(around)s
  ORDER BY s.starts_at, s.slot LIMIT %(limit)s
), earlier AS (
  SELECT {_FOUND} FROM {_RUNS} AND s.starts_at < %(around)s
  ORDER BY s.starts_at DESC, s.slot DESC LIMIT %(limit)s
), found AS (
  SELECT * FROM (SELECT * FROM later UNION ALL SELECT * FROM earlier) AS either
  ORDER BY greatest(starts_at - %(around)s, %(around)s - starts_at), slot LIMIT %(limit)s
)
{_SHOWN} ORDER BY s.starts_at, s.slot
"""


def search(
    company: Company,
    wanted: Wanted,
    *,
    after: tuple[datetime, str] | None = None,
    count: int = 20,
) -> Page:
    """Return one page of the times at which all of a company can be seen, the soonest first.

    :raises NotFound: somebody's appointments are not the booker's to see.
    """
    for member in company.members:
        lent(member.person.records, member.person.patient)
    since, slot = after or ("-infinity", "")
    page = {"after": since, "after_slot": slot, "limit": count + 1, "counted": COUNTED}
    rows = fetched(_PAGE, _asked(company, wanted) | page)
    times = [_run(row[1:], len(company.members)) for row in rows if row[1] is not None]
    return Page(times[:count], rows[0][0], len(times) > count)


def nearest(company: Company, mode: Mode, around: datetime) -> list[Run]:
    """Return the runs that are nearest to one that could not be had, in order."""
    asked = _asked(company, Wanted(modes=[mode])) | {"around": around, "limit": NEAREST}
    return [_run(row, len(company.members)) for row in fetched(_NEAREST, asked)]


def _asked(company: Company, wanted: Wanted) -> dict[str, Any]:
    of_all = {"people": len(company.members), "patients": company.patients}
    return asked_of(company.common, wanted, "") | of_all


def _run(row: Sequence[Any], people: int) -> Run:
    *of_time, slots, rooms, until = row
    seats = [slot for slot, room in zip(slots, rooms, strict=True) for _ in range(room)]
    return Run(**asdict(replace(time_of(of_time), ends_at=until)), slots=tuple(seats[:people]))
