"""Style, scripts and pictures can be put into service: no name in them leads nowhere."""

import json
import os
import subprocess
import sys

from portal import database
from portal.checking import PRODUCTION


def test_every_static_file_is_collected_under_a_name_of_its_content(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
        cwd=database.ROOT,
        env=os.environ | PRODUCTION | {"STATIC_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    named = json.loads((tmp_path / "staticfiles.json").read_text("utf-8"))["paths"]
    assert (tmp_path / named["portal/portal.css"]).read_bytes()
    assert named["portal/portal.css"] != "portal/portal.css"
