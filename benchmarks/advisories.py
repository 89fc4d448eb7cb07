"""Whether anybody has warned of the packages that constraints.txt pins.

pip-audit asks the advisories of the Python index. Where those cannot be reached it says
that nothing is known, and ends well; so it is first asked for a release of which there
is a known advisory, and nothing is believed unless it finds that. Ends with status 0 if
every package was looked up and none has an advisory, with 1 if one has, and with 2 if
some were not looked up.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
#: A release with an advisory, CVE-2024-5206.
KNOWN = "scikit-learn==1.4.0"

_Found = list[dict[str, Any]]


def asked(requirements: Path) -> _Found:
    """What pip-audit says of every package of a file.

    Raises
    ------
    RuntimeError
        If it says nothing.
    """
    options = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json"]
    command = [sys.executable, "-m", "pip_audit", "-r", str(requirements), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError):
        last = (done.stderr.splitlines() or [f"status {done.returncode}"])[-1]
        raise RuntimeError(f"pip-audit does not answer: {last}") from None


def judged(found: _Found) -> tuple[int, list[str]]:
    """Status, and lines that say why."""
    warned = [
        f"{package['name']} {package['version']}: {advisory['id']}, mended in "
        f"{', '.join(advisory['fix_versions']) or 'no release'}"
        for package in found
        for advisory in package.get("vulns", ())
    ]
    unknown = [
        f"{package['name']}: NOT LOOKED UP, {package['skip_reason']}"
        for package in found
        if "skip_reason" in package
    ]
    n_known = len(found) - len(unknown)
    total = f"{n_known} of {len(found)} packages looked up, {len(warned)} advisories."
    status = 1 if warned else 2 if unknown or not found else 0
    return status, [*warned, *unknown, total]


def audited(constraints: Path) -> tuple[int, list[str]]:
    """Status and lines, once it is seen that advisories can be reached."""
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder, "known.txt")
        known.write_text(KNOWN + "\n")
        try:
            status, lines = judged(asked(known))
            if status == 1:
                return judged(asked(constraints))
        except RuntimeError as error:
            lines = [str(error)]
    why = f"the known advisory of {KNOWN} is not found ({lines[0]})"
    return 2, [f"NOTHING WAS AUDITED, as advisories cannot be reached: {why}."]


def main() -> int:
    """Print what is known, and say by the status whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--constraints", type=Path, default=CONSTRAINTS)
    status, lines = audited(parser.parse_args().constraints)
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
