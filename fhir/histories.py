"""Earlier versions of what is in the record, as one viewer may read them."""

from collections.abc import Sequence
from typing import Any

from fhir.access import Interaction, visible
from fhir.audit import Seen
from fhir.reading import Reader, fetched
from fhir.scope import scoped
from fhir.stored import Stored, stored


class Historian(Reader):
    """The part of the door through which one looks back."""

    def read_version(self, resource_type: str, logical_id: str, version: int) -> Stored:
        """Return one version; while the current one is withheld, none of them can be read.

        :raises NotFound: there is none that this viewer may read.
        """
        statement, parameters = self._versions(resource_type)
        return self._one(
            Interaction.HISTORY,
            f"{statement} AND v.version = %s",
            [resource_type, logical_id, *parameters, version],
        )

    def history(
        self, resource_type: str, logical_id: str, *, late: bool = True, most: int | None = None
    ) -> list[Stored]:
        """Return the versions that this viewer may read, the newest first.

        Those that came late never were the current one; unless `late`, they are left out.

        :raises NotFound: there is no resource that this viewer may read.
        """
        statement, parameters = self._versions(resource_type)
        in_time = "" if late else " AND NOT v.late"
        with scoped(self.viewer, undoes=False):
            rows = fetched(
                f"{statement}{in_time} ORDER BY v.version DESC LIMIT %s",
                [resource_type, logical_id, *parameters, most],
            )
            if rows:
                seen = Seen(rows[0][3], resource_type, [logical_id])
                self._audit(Interaction.HISTORY, [seen])
        if not rows:
            raise self._refusal(Interaction.HISTORY, resource_type, logical_id)
        return self._made(stored, rows, Interaction.HISTORY)

    def before(self, resource_type: str, ids: Sequence[str], *, most: int) -> list[Stored]:
        """Return the last versions before the current one of each of these, the newest first.

        Of as many resources as are named: one query. What came late never was the current one.
        """
        one, parameters = self._versions(resource_type)
        each = one.replace("v.logical_id = %s", "v.logical_id = ANY(%s)")
        with scoped(self.viewer, undoes=False):
            rows = fetched(
                f"{each} AND NOT v.late AND v.version < r.version AND v.version >= r.version - %s"
                " ORDER BY v.logical_id, v.version DESC",
                [resource_type, list(ids), *parameters, most],
            )
            named: dict[str, dict[str, None]] = {}
            for row in rows:
                named.setdefault(row[3], {})[row[1]] = None
            seen = [Seen(patient, resource_type, list(ids)) for patient, ids in named.items()]
            self._audit(Interaction.HISTORY, seen)
        return self._made(stored, rows, Interaction.HISTORY)

    def _versions(self, resource_type: str) -> tuple[str, list[Any]]:
        rule, parameters = visible(self.viewer, Interaction.HISTORY, resource_type)
        of_version = rule.replace("r.labels", "v.labels").replace("r.patient", "v.patient")
        statement = (
            "SELECT v.resource_type, v.logical_id, v.version, v.patient, v.labels, v.updated_at,"
            " v.text FROM portal_fhir_version v JOIN portal_fhir_resource r ON r.patient ="
            " v.patient AND r.number = v.number WHERE v.resource_type = %s AND v.logical_id = %s"
            f" AND {rule} AND {of_version}"
        )
        return statement, [*parameters, *parameters]
