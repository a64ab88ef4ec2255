# ruff: noqa: INP001 (a script, not a package)
"""Fetches nhsuk-frontend from npm and keeps the few files that the portal serves.

Run again after raising VERSION. Three things are taken out (see ``cleaned``): the Frutiger font
faces, whose licence covers NHS services only and whose files lie on another origin; the source
map, which manifest storage cannot find; and root-absolute addresses, which break below a prefix.
"""

import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "10.6.1"
TARGET = Path(__file__).parents[1] / "portal" / "static" / "vendor" / f"nhsuk-frontend-{VERSION}"

FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
SOURCE_MAP = re.compile(r"(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")
ASSET = re.compile(r"url\(assets/(images/[\w.-]+)\)")


def cleaned(text: str) -> str:
    """Return a style sheet or script without fonts, source map or root-absolute addresses."""
    return SOURCE_MAP.sub("", FONT_FACE.sub("", text)).replace("url(/assets/", "url(assets/")


def unpacked(into: Path) -> Path:
    """Fetch the package with npm and return the folder that holds it."""
    packed = subprocess.run(  # noqa: S603 (a fixed command)
        ["npm", "pack", "--json", f"nhsuk-frontend@{VERSION}"],  # noqa: S607 (npm from the PATH)
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = into / json.loads(packed.stdout)[0]["filename"]
    with tarfile.open(archive) as files:
        files.extractall(into, filter="data")
    return into / "package"


def vendor(package: Path, target: Path) -> None:
    dist = package / "dist" / "nhsuk"
    target.mkdir(parents=True, exist_ok=True)
    for name in ("nhsuk-frontend.min.css", "nhsuk-frontend.min.js"):
        (target / name).write_text(cleaned((dist / name).read_text()))
    style = (target / "nhsuk-frontend.min.css").read_text()
    for image in sorted(set(ASSET.findall(style))):
        copy = target / "assets" / image
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((dist / "assets" / image).read_bytes())
    about = json.loads((package / "package.json").read_text())
    (target / "README.txt").write_text(
        f"{about['name']} {about['version']}, {about['license']} licence, {about['homepage']}\n"
        "Copied by deploy/vendor_frontend.py; do not edit.\n"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        vendor(unpacked(Path(scratch)), TARGET)
