"""Labels of deliveries in templates."""

from django import template

from messaging import labels

register = template.Library()
register.filter("delivery_state", labels.delivery_state)
