"""docs/connect-your-shop.md, followed to the letter against the live server."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from rewards.models import Redemption, Return, Rollback, Voucher

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "connect-your-shop.md").read_text(encoding="utf-8")
KEY = re.compile(r"python manage\.py create_api_key (.+)")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl"
    ),
]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def shell(live_server, capsys, tmp_path):
    """Runs what the guide says, with what it leaves to the reader filled in; gives the answers."""
    known = {"API": live_server.url}
    defined = []

    def run(block):
        lines = block.replace("http://127.0.0.1:8000", live_server.url)
        for asked in KEY.findall(lines):
            call_command("create_api_key", *_words(asked))
            made = json.loads(capsys.readouterr().out)
            name = "PAGE" if "publishable" in asked else "APP"
            known[f"{name}_ID"], known[f"{name}_TOKEN"] = made["app_id"], made["token"]
        lines = KEY.sub("", lines)
        for name, value in known.items():
            lines = lines.replace(f"{name}=...", f"{name}={value}")
        lines = lines.replace("r_...", known.get("redemption", "r_..."))
        if "call() {" in lines:
            defined.append(lines)
            return []
        script = "set -euo pipefail\n" + "\n".join([*defined, lines])
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]} | known,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        answers = [json.loads(line) for line in ran.stdout.splitlines() if line.strip()]
        for answer in answers:
            assert "key" not in answer, answer
            if "redemptions" in answer:
                known["redemption"] = answer["redemptions"][0]["id"]
        return answers

    run.known = known
    return run


def _words(asked):
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|(\S+)', asked)]


def test_the_guide_works_as_it_is_written(shell):
    told = [shell(block) for block in blocks("sh")]
    _key, _where, offer, validation, redemption, rollback, publication, page = told

    assert offer[0]["vouchers_count"] == 3
    assert offer[2]["total"] == 4
    assert validation[0]["valid"] is True
    assert validation[0]["order"]["total_discount_amount"] == 230  # 15% of 15.30
    assert redemption[0]["redemptions"][0]["result"] == "SUCCESS"
    assert rollback[0]["reason"] == "cancelled"
    assert publication[0]["voucher"]["holder_id"] == publication[0]["customer_id"]
    assert page[0]["valid"] is True
    assert Rollback.objects.count() == 1
    assert Voucher.objects.get(code="POSTER-2026").redeemed_count == 0


def test_part_of_an_order_comes_back_as_the_guide_says(shell):
    for block in blocks("sh")[:5]:
        shell(block)
    [part] = re.findall(r"`(call POST redemptions/r_\.\.\./returns [^`]+)`", GUIDE)

    [answer] = shell(part)

    assert answer["amount"] == 230 * 2 // 6
    assert Return.objects.count() == 1


def test_the_python_of_the_guide_works_as_it_is_written(shell):
    for block in blocks("sh")[:3]:
        shell(block)
    [program] = blocks("python")

    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"]} | shell.known,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["True", "765"]
    assert not Redemption.objects.exists()
