"""Where published records for measuring are: not part of the project."""

import os
from pathlib import Path

from portal.database import ROOT

FOLDER = Path(os.environ.get("SAMPLE_DATA", ROOT.parent / "shared" / "data"))
