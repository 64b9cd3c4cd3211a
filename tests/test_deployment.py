"""What an operator copies: units, the nginx example, the environment, and the pages that tell of them, agree with the
portal."""

import os
import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from dataclasses import fields
from pathlib import Path

import pytest

from portal import commands, settings
from portal.app import LARGEST_REQUEST
from portal.operation import doctor
from portal.settings import ROOT, Settings

DEPLOY, PAGES = ROOT / "deploy", ROOT / "docs" / "operation"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NGINX = (DEPLOY / "nginx" / "partner.conf").read_text()
TEXTS = [*UNITS, *(path for path in DEPLOY.rglob("*") if path.is_file()), *PAGES.glob("*.md"), ROOT / "README.md"]
NAMES = {f"PORTAL_{field.name.upper()}": field for field in fields(Settings)}
FENCES = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "User": "partner",
    "UMask": "0077",
}


def unit(path: Path) -> ConfigParser:
    parsed = ConfigParser(interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their capitals
    parsed.read(path)
    return parsed


def environment() -> dict[str, str]:
    """As systemd reads it."""
    lines = (DEPLOY / "environment").read_text().splitlines()
    pairs = [line.partition("=")[::2] for line in lines if line and not line.startswith("#")]
    return {name: value.strip('"') for name, value in pairs}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_that_there_is_within_fences(path: Path) -> None:
    service = unit(path)["Service"]
    program, command, *_options = service["ExecStart"].split()
    assert (program, command in commands.main.commands) == ("/srv/partner/.venv/bin/portal", True)
    assert {name: service[name] for name in FENCES} == FENCES
    assert service["EnvironmentFile"] == "/etc/partner/environment"


def test_units_are_right_for_systemd(tmp_path: Path) -> None:
    """Where systemd is at hand; the programs need not be there."""
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text().replace("/srv/partner/.venv/bin/portal", shutil.which("true") or "")
        (tmp_path / path.name.replace("@.", "@1.")).write_text(text)
    if analyze := shutil.which("systemd-analyze"):
        names = [str(path) for path in tmp_path.iterdir()]
        done = subprocess.run([analyze, "verify", "--man=no", *names], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_stop_gives_the_server_its_time() -> None:
    server = {
        name: int(number)
        for name, number in re.findall(r"^(\w+) = (\d+)\b", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)
    }
    web = unit(DEPLOY / "systemd" / "partner-web.service")["Service"]
    assert int(web["TimeoutStopSec"]) > server["graceful_timeout"]
    assert int(setting("proxy_read_timeout").removesuffix("s")) > server["timeout"]
    assert int(setting("keepalive_timeout").removesuffix("s")) < server["keepalive"]


def setting(name: str) -> str:
    """Of the nginx example, where it stands once."""
    (value,) = re.findall(rf"^\s*{name} ([^;]+);", NGINX, re.MULTILINE)
    return value


def test_the_proxy_goes_by_the_portals_bounds() -> None:
    assert setting("client_max_body_size") == f"{LARGEST_REQUEST // 1024**2}m"
    assert f"server 127.0.0.1:{Settings.port};" in NGINX
    assert (environment()["PORTAL_HOST"], environment()["PORTAL_PORT"]) == (Settings.host, str(Settings.port))
    assert environment()["PORTAL_PROXIES"] == "1"
    assert f"server_name {environment()['PORTAL_BASE_URL'].removeprefix('https://')};" in NGINX


def test_the_proxy_logs_no_address_and_doubles_no_header() -> None:
    (logged,) = re.findall(r"log_format partner ([^;]+);", NGINX)
    assert not re.findall(r"\$(?:request|request_uri|uri|args|query_string|http_\w+|cookie_\w+)\b", logged)
    assert all(level == "crit" for level in re.findall(r"error_log \S+ (\w+);", NGINX))
    (handed_on,) = re.findall(r"location / \{(.*?)\n    \}", NGINX, re.DOTALL)
    assert "add_header" not in handed_on


def test_the_example_of_an_environment_is_one_for_systemd_and_for_the_shell() -> None:
    chosen = environment() | dict.fromkeys(("PORTAL_SECRET_KEY", "PORTAL_AUDIT_KEY", "PORTAL_METRICS_TOKEN"), "x" * 40)
    assert settings.load(chosen).secure
    script = f"set -a; . {shlex.quote(str(DEPLOY / 'environment'))}; env"
    done = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=True, env={})
    told = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    assert {name: told[name] for name in environment()} == environment()


def test_every_setting_that_is_written_down_exists() -> None:
    written = {name for path in TEXTS for name in re.findall(r"PORTAL_[A-Z][A-Z_]*[A-Z]", path.read_text())}
    assert written - NAMES.keys() <= {"PORTAL_MAIL"}, "「PORTAL_MAIL_ で始まる」"


def test_every_setting_is_on_its_page_with_its_default() -> None:
    rows = [line for line in (PAGES / "settings.md").read_text().splitlines() if line.startswith("|")]
    for name, field in NAMES.items():
        (row,) = [row for row in rows if f"`{name}`" in row.split("|")[1]]
        default = field.default
        if isinstance(default, bool | int | float):
            assert f"`{int(default) if isinstance(default, bool) else default}`" in row.split("|")[2], name
        elif default and str(ROOT) not in default:
            assert f"`{default}`" in row.split("|")[2], name


def test_every_figure_and_every_line_of_the_doctor_is_on_its_page() -> None:
    source = (ROOT / "portal" / "operation" / "metrics.py").read_text()
    page = (PAGES / "metrics.md").read_text()
    for name in set(re.findall(r'"(portal_[a-z_]+)"', source)):
        assert f"| `{name}" in page, name
    told = (PAGES / "doctor.md").read_text()
    subjects = set(re.findall(r'Result\(\s*"([^"]+)"', Path(doctor.__file__).read_text()))
    assert {subject for subject in subjects if f"| {subject} |" not in told} == set()


def test_every_command_is_told_of_and_every_link_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "docs" / "operation.md", *PAGES.glob("*.md")]
    text = "\n".join(page.read_text() for page in pages)
    assert {name for name in commands.main.commands if name not in text} <= {"run", "demo-data"}
    for page in pages:
        for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_command_of_the_operator_may_be_run() -> None:
    assert os.access(DEPLOY / "partner", os.X_OK)
    subprocess.run(["sh", "-n", str(DEPLOY / "partner")], check=True)
