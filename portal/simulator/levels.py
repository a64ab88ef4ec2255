"""What a person's blood holds on a day: a steady level, the pull of their problems, and noise."""

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Final

from portal.simulator.catalogue import TESTS, Test
from portal.simulator.chance import chance
from portal.simulator.conditions import CONDITIONS, Effect
from portal.simulator.people import Person
from portal.simulator.ranges import usual_for

_DAYS_A_YEAR: Final = 365.25

# Where there is no two-sided range to stand in: the middle of people, and how far they differ.
_MIDDLE: Final = {
    "EOS": (0.16, 0.05),
    "BASO": (0.04, 0.015),
    "CRP": (2.2, 0.8),
    "CHOL": (4.9, 0.5),
    "HDL": (1.4, 0.2),
    "TRIG": (1.3, 0.3),
    "BILI": (9.0, 2.5),
    "ALT": (21.0, 4.0),
    "GGT": (24.0, 6.0),
    "VITD": (58.0, 11.0),
    "PSA": (0.9, 0.3),
    "INR": (1.0, 0.05),
    "BNP": (90.0, 35.0),
    "TROP": (6.0, 2.0),
    "VIRAL": (10.0, 3.0),
    "FERR": (92.0, 30.0),
    "TSH": (1.9, 0.5),
    "B12": (390.0, 70.0),
    "FOL": (9.0, 2.5),
    "UREA": (5.2, 0.8),
}


class Body:
    """The levels of one person: asked for the same test and time, it says the same."""

    def __init__(self, person: Person, seed: int, now: datetime) -> None:
        self._person = person
        self._seed = seed
        self._now = now

    def level(self, key: str, at: datetime) -> Decimal:
        test = TESTS[key]
        derive = _DERIVED.get(key)
        steady = derive(self, at) if derive else self._measured(test, at)
        return Decimal(str(max(steady, 0))).quantize(Decimal(1).scaleb(-test.places))

    def _measured(self, test: Test, at: datetime) -> float:
        middle, spread = self._middle(test, at)
        steady = middle + self._throw(test.key).gauss(0, 1) * spread
        for effect in self._effects(test.key):
            steady = self._pulled(steady, spread, effect, at)
        noise = self._throw(test.key, at.isoformat()).gauss(0, 1)
        return steady * (1 + 0.35 * noise * min(spread / steady, 0.3)) if steady else steady

    def _middle(self, test: Test, at: datetime) -> tuple[float, float]:
        if test.key in _MIDDLE:
            return _MIDDLE[test.key]
        usual = usual_for(test.ranges, self._person.sex, self._person.age(at.date()))
        if usual.low is None or usual.high is None:
            raise ValueError(f"{test.key} needs a two-sided range, or a middle of its own")
        low, high = float(usual.low), float(usual.high)
        return (low + high) / 2, (high - low) / 9

    def _pulled(self, steady: float, spread: float, effect: Effect, at: datetime) -> float:
        years = (at - self._now).days / _DAYS_A_YEAR
        if effect.level is not None:
            return effect.level + effect.drift * years
        return steady + (effect.shift + effect.drift * years) * spread * 9

    def _effects(self, key: str) -> list[Effect]:
        found = (CONDITIONS[problem].effects.get(key) for problem in self._person.problems)
        return [effect for effect in found if effect]

    def _throw(self, *keys: str) -> Random:
        return chance(self._seed, "body", self._person.key, *keys)

    def share(self, key: str, at: datetime, middle: float) -> float:
        return middle * (1 + 0.05 * self._throw(key, at.isoformat()).gauss(0, 1))

    def filtration(self, at: datetime) -> float:
        return filtration(float(self.level("CREAT", at)), self._person, at)

    def low_density(self, at: datetime) -> float:
        total, high, fat = (float(self.level(key, at)) for key in ("CHOL", "HDL", "TRIG"))
        return total - high - fat / 2.2


def filtration(creatinine: float, person: Person, at: datetime) -> float:
    """The CKD-EPI 2009 formula, as laboratories in England use it; for adults only."""
    female = person.sex == "F"
    ratio = creatinine / 88.4 / (0.7 if female else 0.9)
    rate: float = (
        141
        * math.pow(min(ratio, 1), -0.329 if female else -0.411)
        * math.pow(max(ratio, 1), -1.209)
        * math.pow(0.993, person.age(at.date()))
    )
    return rate * 1.018 if female else rate


_DERIVED: Final[dict[str, Callable[[Body, datetime], float]]] = {
    "EGFR": Body.filtration,
    "LDL": Body.low_density,
    "NEUT": lambda body, at: body.share("NEUT", at, 0.58) * float(body.level("WBC", at)),
    "LYMPH": lambda body, at: body.share("LYMPH", at, 0.29) * float(body.level("WBC", at)),
    "HCT": lambda body, at: float(body.level("RBC", at) * body.level("MCV", at)) / 1000,
}
