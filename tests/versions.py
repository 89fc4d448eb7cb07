"""Run tests under other releases of scikit-learn, and other versions of Python.

A release of scikit-learn is put before the one that is installed; "pre" is the newest,
before it is released where the registry has it so early. A Python is looked for by its
name, among pyenv's, and by uv; it gets an environment of its own for as long as its
tests take, with the versions of constraints.txt. What is not found is said at the end.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
#: What meets scikit-learn's own ways, polars, and what Python itself does.
TESTS = [
    "tests/estimators/test_containers.py",
    "tests/estimators/test_tools.py",
    "tests/estimators/test_common.py",
    "tests/displays/test_unwrap.py",
    "tests/direct/test_html.py",
]
#: scikit-learn 1.7 hands its checks to pytest as a generator, of which pytest 9 warns.
IGNORED = ["-W", "ignore::pytest.PytestRemovedIn10Warning"]


def main():
    """A line a version, and status 1 if tests failed under one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scikit-learn", nargs="*", default=[])
    parser.add_argument("--python", nargs="*", default=[])
    parser.add_argument("--tests", nargs="+", default=TESTS)
    asked = parser.parse_args()
    found = {
        f"scikit-learn {v}": with_release(v, asked.tests) for v in asked.scikit_learn
    }
    found |= {f"Python {v}": with_python(v, asked.tests) for v in asked.python}
    for name, said in found.items():
        print(f"{name:24}{said}")
    sys.exit(int("failed" in found.values()))


def with_release(release, tests):
    """What became of tests with a release of scikit-learn, in words."""
    with tempfile.TemporaryDirectory() as beside:
        wanted = (
            ["--pre", "scikit-learn"]
            if release == "pre"
            else [f"scikit-learn=={release}"]
        )
        install(sys.executable, "--no-deps", "--target", beside, *wanted)
        if release == "pre" and newest(beside) == version("scikit-learn"):
            return f"is {newest(beside)}, which is installed"
        install(sys.executable, "-c", CONSTRAINTS, "--target", beside, "polars")
        return tested(sys.executable, tests, beside)


def newest(folder):
    """The version of scikit-learn in a folder."""
    (info,) = Path(folder).glob("scikit_learn-*.dist-info")
    return info.name.removeprefix("scikit_learn-").removesuffix(".dist-info")


def with_python(wanted, tests):
    """What became of tests under a version of Python, in words."""
    python = interpreter(wanted)
    if python is None:
        return "not found"
    if wanted == f"{sys.version_info.major}.{sys.version_info.minor}":
        return "runs the tests every day"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        own = str(Path(folder) / "bin" / "python")
        install(own, "-c", CONSTRAINTS, f"torch=={version('torch').split('+')[0]}")
        install(own, "-c", CONSTRAINTS, "-e", f"{ROOT}[test]", "polars")
        return tested(own, tests)


def interpreter(wanted):
    """The path of a Python of such a version, if there is one."""
    places = [shutil.which(f"python{wanted}")]
    places += sorted(
        map(str, Path.home().glob(f".pyenv/versions/{wanted}.*/bin/python"))
    )
    if shutil.which("uv"):
        asked = subprocess.run(
            ["uv", "python", "find", wanted],
            capture_output=True,
            text=True,
            check=False,
        )
        places.append(asked.stdout.strip())
    return next((place for place in places if place and runs(place)), None)


def runs(python):
    """Whether a Python is more than a name, as pyenv's may be."""
    return not subprocess.run(
        [python, "-c", ""], capture_output=True, check=False
    ).returncode


def install(python, *what):
    """Install packages."""
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [python, "-m", "pip", "install", *quiet, *map(str, what)], check=True
    )


def tested(python, tests, beside=""):
    """Run tests on this checkout, with packages of a folder before the others."""
    paths = os.pathsep.join(filter(None, (beside, str(ROOT))))
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        [python, "-m", "pytest", "-q", *IGNORED, *tests],
        cwd=ROOT,
        env=environment,
        check=False,
    )
    return "failed" if ran.returncode else "passed"


if __name__ == "__main__":
    main()
