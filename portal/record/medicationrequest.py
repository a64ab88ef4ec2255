"""A prescription, in words."""

from portal.record.entry import row
from portal.record.medicines import MedicineEntry
from portal.record.statuses import MEDICINES, Status

_WHERE = {
    "inpatient": "In hospital",
    "outpatient": "At a clinic",
    "community": "At home",
    "discharge": "For after leaving hospital",
    "leave": "For a time away from the ward",
    "primarycare": "By a GP",
}
# What has only been suggested or planned is not being taken, whatever its status says.
_NOT_YET = {"proposal": "draft", "plan": "intended"}


class MedicationRequest(MedicineEntry):
    """A medicine that somebody has prescribed."""

    dated = ("authoredOn",)
    statuses = MEDICINES
    table = (
        row("What it is for", "reasonCode reasonReference"),
        row("Why it was stopped or changed", "statusReason"),
        row("Prescribed by", "requester"),
        row("Prescribed", "authoredOn"),
        row("Instead of", "priorPrescription"),
        row("Where it was prescribed", "category.coding.code", _WHERE),
        row("Amount each time it is supplied", "dispenseRequest.quantity"),
        row("Lasts for", "dispenseRequest.expectedSupplyDuration"),
        row("Times it can be supplied again", "dispenseRequest.numberOfRepeatsAllowed"),
        row("Can be supplied", "dispenseRequest.validityPeriod"),
        row("Supplied by", "dispenseRequest.performer"),
        row("How long the course is", "courseOfTherapyType"),
    )

    def status(self) -> Status | None:
        code = self._code("status")
        if self.resource.get("doNotPerform") is True:
            code = "forbidden"
        elif code == "active":
            code = _NOT_YET.get(self._code("intent"), code)
        return MEDICINES.get(code)
