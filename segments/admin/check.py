"""What a rule says and whom it finds, asked while it is written."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from config.shared import clock
from segments.selectors import count, examples, in_words

from .forms import RuleField


def checked(request: HttpRequest) -> HttpResponse:
    """The fragment about the rule typed so far, or what is wrong with it."""
    try:
        rules = RuleField().clean(request.POST.get("rules", ""))
    except forms.ValidationError as error:
        return TemplateResponse(
            request, "vesile/segment/check.html", {"problem": " ".join(error.messages)}
        )
    may_look = request.user.has_perm("customers.view_customer")
    return TemplateResponse(
        request, "vesile/segment/check.html", described(rules, with_examples=may_look)
    )


def described(rules: Any, *, with_examples: bool) -> dict[str, Any]:
    """A usable rule in words, how many it finds and, for who may look, twenty of them."""
    at = clock.now()
    return {
        "sentence": in_words(rules),
        "count": count(rules, at=at),
        "examples": list(examples(rules, at=at)) if with_examples else [],
    }
