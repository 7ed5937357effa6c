import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

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
        parser.add_argument("--origin", action="append", default=[], help="for publishable keys")
        parser.add_argument("--scope", action="append", default=[], help="for restricted keys")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = keys.create_api_key(
                name=options["name"],
                kind=options["kind"],
                origins=options["origin"],
                scopes=options["scope"],
                actor=SYSTEM,
            )
        except BadInput as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(json.dumps({"app_id": made.key.app_id, "token": made.token}))
