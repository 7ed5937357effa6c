import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from config.shared import keys
from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import KeyKind


class Command(BaseCommand):
    """Makes an API key and prints it, once, as one JSON object."""

    help = "Make an API key; prints one JSON object with app_id and token (shown only this once)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what will use the key, for instance 'web shop'")
        parser.add_argument("--kind", required=True, choices=KeyKind.values)
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            help="a page it works on, such as https://shop.example.com (publishable keys)",
        )
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            help=f"what it may do (restricted keys): {', '.join(keys.SCOPES)}",
        )
        parser.add_argument(
            "--address",
            action="append",
            default=[],
            help="an address or network (CIDR) from which alone it works",
        )
        parser.add_argument(
            "--may-redeem",
            action="store_true",
            help="may also redeem on the shop's pages (publishable keys)",
        )
        parser.add_argument(
            "--test",
            action="store_true",
            help="test mode: what it does to offers and codes takes nothing and never counts",
        )
        parser.add_argument("--expires", help="when it ends, such as 2027-01-01T00:00:00+03:00")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = keys.create_api_key(
                name=options["name"],
                kind=options["kind"],
                origins=options["origin"],
                scopes=options["scope"],
                addresses=options["address"],
                may_redeem=options["may_redeem"],
                test=options["test"],
                expires_at=_moment(options["expires"]),
                actor=SYSTEM,
            )
        except BadInput as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(json.dumps({"app_id": made.key.app_id, "token": made.token}))


def _moment(written: str | None) -> Any:
    if not written:
        return None
    try:
        moment = parse_datetime(written)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(
            f"--expires: “{written}” is no moment with its offset; "
            "write it as 2027-01-01T00:00:00+03:00.",
            returncode=2,
        )
    return moment
