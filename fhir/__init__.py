"""A FHIR R4 server as a Django app.

It shares its name with the library ``fhir.resources``: extending the path lets both be imported.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
