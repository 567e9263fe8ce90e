"""The engine's own tests reach every branch of it, without Odoo and without a database."""

import subprocess

from bootstrap.settings import Settings

# Drawn lives, which take most of the time. They run elsewhere, without counting lines: whatever
# they reach, shorter tests reach too.
LONG = (
    "contract_properties_test.py",
    "matched_properties_test.py::test_what_is_due_needs_no_row_before_the_matched_day",
)


def test_every_branch_of_the_engine_is_tested(tmp_path):
    settings = Settings.load()
    plain = {key: settings.environ[key] for key in ("PATH", "HOME") if key in settings.environ}
    command = [settings.python, "-m", "pytest", "-q", "-p", "no:odoo", "-p", "no:cacheprovider"]
    command += [f"--deselect={name}" for name in LONG]
    command += ["--cov=engine", "--cov-branch", "--cov-report=term-missing"]
    done = subprocess.run(
        [*command, "--cov-fail-under=100", "."],
        cwd=settings.root / "tests" / "engine",
        env={**plain, "COVERAGE_FILE": str(tmp_path / "coverage")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout[-3000:]
