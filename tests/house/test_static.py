"""Style, scripts and pictures can be put into service: no name in them leads nowhere."""

import json
import os
import subprocess
import sys

from portal import database
from portal.checking import PRODUCTION

# To compress scripts and styles takes most of the time, and changes no name: pictures do for all.
COLLECT = """
import os
from django.conf import settings
from portal import command_line
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["css", "js", "map", "json", "ttf", "txt"]
command_line.run(["manage.py", "collectstatic", "--no-input", "--verbosity=0"])
"""


def test_every_static_file_is_collected_under_a_name_of_its_content(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", COLLECT],
        cwd=database.ROOT,
        env=os.environ | PRODUCTION | {"STATIC_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    named = json.loads((tmp_path / "staticfiles.json").read_text("utf-8"))["paths"]
    assert (tmp_path / named["portal/portal.css"]).read_bytes()
    assert list(tmp_path.rglob("*.svg.gz"))
    assert named["portal/portal.css"] != "portal/portal.css"
