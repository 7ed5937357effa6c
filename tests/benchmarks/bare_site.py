"""The least that redeems a code over HTTP, to be served by gunicorn beside the product.

One view of Django REST framework with serializers, and three statements in one transaction: the
row of the Idempotency-Key, the conditional UPDATE of the code, the INSERT of the redemption. No
authentication, no middleware, no log, no rules; one percentage of the order. The tables and their
indexes are the product's. `BENCH_KEY` in the environment is the id of the key that redeems.
"""

import hashlib
import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import environ
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            **environ.Env.db_url_config(os.environ["DATABASE_URL"]),
            "OPTIONS": {
                "options": "-c timezone=UTC -c synchronous_commit=on -c random_page_cost=1.1",
                "pool": {"min_size": 1, "max_size": 8, "timeout": 10},
            },
        }
    },
    DEBUG=False,
    LOGGING_CONFIG=None,
    MIDDLEWARE=[],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from config.shared.ids import new_id  # noqa: E402

_KEY: Final = int(os.environ["BENCH_KEY"])

_CLAIM: Final = """
INSERT INTO shared_idempotencyrecord (api_key_id, key_hash, request_hash, created_at)
VALUES (%s, %s, %s, %s) ON CONFLICT (api_key_id, key_hash) DO NOTHING RETURNING id
"""
_USE: Final = """
UPDATE rewards_voucher AS v SET redeemed_count = v.redeemed_count + 1
FROM rewards_effect e
WHERE v.code_key = %s AND v.active AND v.redeemed_count < v.redemption_limit
    AND e.promotion_id = v.promotion_id
RETURNING v.id, v.promotion_id, e.percent
"""
_KEEP: Final = """
INSERT INTO rewards_redemption (public_id, voucher_id, promotion_id, identity_id, api_key_id, test,
    only_asked, paid_key, session_key, result, currency, order_source_id, order_amount,
    discount_amount, shipping_discount_amount, total_amount, lines, effects, metadata, failure_key,
    failure_rule, failure_seen, failure_needed, failure_text, created_at)
SELECT %s, %s, %s, id, %s, false, false, '', '', 'SUCCESS', %s, %s, %s, %s, 0, %s, %s::jsonb, '[]',
    '{}', '', '', '', '', '', %s
FROM customers_identity WHERE source = 'shop' AND external_id = %s
"""


class Redeemable(serializers.Serializer):
    object = serializers.ChoiceField(["voucher"])
    id = serializers.CharField(max_length=120)


class Customer(serializers.Serializer):
    source_id = serializers.CharField(max_length=120)


class Item(serializers.Serializer):
    source_id = serializers.CharField(max_length=120)
    quantity = serializers.IntegerField(min_value=1)
    price = serializers.IntegerField(min_value=0)


class Order(serializers.Serializer):
    source_id = serializers.CharField(max_length=120)
    currency = serializers.CharField(max_length=3)
    items = Item(many=True)


class Asked(serializers.Serializer):
    redeemables = Redeemable(many=True)
    customer = Customer()
    order = Order()


class Bare(APIView):
    """Redeems one code on one order."""

    def post(self, request: Request) -> Response:
        serializer = Asked(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        order, at, public_id = asked["order"], datetime.now(UTC), new_id("r")
        amount = sum(item["quantity"] * item["price"] for item in order["items"])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLAIM, [_KEY, *_hashes(request), at])
            if cursor.fetchone() is None:
                return Response({"key": "repeated"}, status=409)
            cursor.execute(_USE, [asked["redeemables"][0]["id"].lower()])
            used = cursor.fetchone()
            if used is None:
                transaction.set_rollback(True)
                return Response({"key": "exhausted"}, status=400)
            voucher_id, promotion_id, percent = used
            discount = int(amount * percent / 100 + Decimal("0.5"))  # half up
            named = [public_id, voucher_id, promotion_id, _KEY]
            of_order = [order["currency"], order["source_id"], amount, discount, amount - discount]
            lines = json.dumps(order["items"])
            cursor.execute(_KEEP, [*named, *of_order, lines, at, asked["customer"]["source_id"]])
        return Response(_answer(public_id, amount, discount))


def _hashes(request: Request) -> tuple[str, str]:
    given = request.headers["Idempotency-Key"]
    body = json.dumps(request.data, sort_keys=True)
    return hashlib.sha256(given.encode()).hexdigest(), hashlib.sha256(body.encode()).hexdigest()


def _answer(public_id: str, amount: int, discount: int) -> dict[str, Any]:
    return {
        "redemptions": [{"id": public_id}],
        "order": {
            "amount": amount,
            "total_discount_amount": discount,
            "total_amount": amount - discount,
        },
    }


urlpatterns = [path("v1/redemptions", Bare.as_view())]

application = get_wsgi_application()
