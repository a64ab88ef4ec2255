"""Glasses or contact lenses that were prescribed, in words."""

from collections.abc import Iterator

from fhir.paths import find
from portal.record import quantities
from portal.record.entry import Entry, row
from portal.record.statuses import IN_USE

_EYES = {"right": "Right eye", "left": "Left eye"}
# As opticians call them.
_MEASURES = {
    "sphere": "sphere", "cylinder": "cylinder", "axis": "axis", "add": "addition",
    "power": "power", "backCurve": "back curve", "diameter": "diameter",
}  # fmt: skip


class VisionPrescription(Entry):
    """What each eye needs."""

    untitled = "Glasses or lenses"
    named = ("lensSpecification.product",)
    coded = "Code of these lenses"
    dated = ("dateWritten", "created")
    statuses = IN_USE
    table = (row("Prescribed by", "prescriber"), row("Prescribed", "dateWritten"))
    passages = (row("Notes", "lensSpecification.note"),)

    def rows(self) -> Iterator[tuple[str, str]]:
        for lens in find(self.resource, "lensSpecification")[: 2 * len(_EYES)]:
            eye = _EYES.get(str(lens.get("eye")), "") if isinstance(lens, dict) else ""
            measures = (
                f"{name} {number}"
                for element, name in _MEASURES.items()
                if eye and (number := quantities.number(lens.get(element)))
            )
            if said := ", ".join(measures):
                yield eye, said
        yield from super().rows()
