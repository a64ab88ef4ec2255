"""Working hours: when somebody is there to ask (decisions 22). England's bank holidays count."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

LONDON = ZoneInfo("Europe/London")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when results may open by themselves on working days."""

    opens: time = time(9)
    closes: time = time(17)
    # Somebody can be asked at any time: nothing waits for the morning.
    always: bool = False

    def open_at(self, moment: datetime) -> bool:
        here = moment.astimezone(LONDON)
        return self.always or (
            is_working_day(here.date()) and self.opens <= here.time() < self.closes
        )

    def next_opening(self, moment: datetime) -> datetime:
        """Return `moment` itself where it is inside working hours."""
        if self.open_at(moment):
            return moment
        here = moment.astimezone(LONDON)
        day = here.date()
        if here.time() >= self.opens or not is_working_day(day):
            day = _working_day_after(day)
        return self._opening(day)

    def after_working_days(self, moment: datetime, days: int) -> datetime:
        """Return the opening of the day that is so many working days after that of `moment`."""
        day = moment.astimezone(LONDON).date()
        for _ in range(days):
            day = _working_day_after(day)
        return self._opening(day)

    def _opening(self, day: date) -> datetime:
        return datetime.combine(day, self.opens, LONDON).astimezone(UTC)


def is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _bank_holidays()


def _working_day_after(day: date) -> date:
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@cache
def _bank_holidays() -> HolidayBase:
    return country_holidays("GB", subdiv="ENG")
