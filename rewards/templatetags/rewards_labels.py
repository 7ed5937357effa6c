"""Labels of codes and redemptions in templates."""

from django import template

from rewards import labels

register = template.Library()
register.filter("voucher_state", labels.voucher_state)
register.filter("redemption_result", labels.redemption_result)
