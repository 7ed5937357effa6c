"""The words of the rule builder, for its script: no text of a screen is written in JavaScript.

Names in braces are places that the script fills, with words or with controls; a translation may
put them in any order.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Final[dict[str, Promise]] = {
    "rule": _("The rule"),
    # --- whom ---
    "whom": _("Who is meant"),
    "some": _("Customers who match"),
    "everyone": _("Everyone"),
    # --- groups ---
    "join": _("How many of the following must hold"),
    "all": _("All of the following"),
    "any": _("Any of the following"),
    "none": _("None of the following"),
    "notall": _("Not all of the following"),
    "and": _("and"),
    "or": _("or"),
    "nor": _("nor"),
    "groupNamed": _("Group: {name}"),
    "empty": _("There is no condition yet. Add the first one: it says what you want to look at."),
    "emptyGroup": _("This group is empty. Add a condition, or remove the group."),
    "addCondition": _("Add condition"),
    "addConditionTo": _("Add condition ({group})"),
    "addGroup": _("Add group"),
    "addGroupTo": _("Add group ({group})"),
    "full": _("A rule has at most {n} conditions."),
    # --- conditions ---
    "newCondition": _("new condition"),
    "field": _("What to look at"),
    "chooseField": _("Choose what to look at…"),
    "comparison": _("How to compare: {field}"),
    "value": _("Value: {field}"),
    "ownName": _("Name, as your shop sends it"),
    "window": _("When: {field}"),
    "anyTime": _("at any time"),
    "withinLast": _("in the last"),
    "where": _("where"),
    "narrow": _("Count only those where…"),
    "addDetail": _("Add detail"),
    "newDetail": _("new detail"),
    "detail": _("Detail to look at"),
    "chooseDetail": _("Choose a detail…"),
    "removeDetail": _("Remove the detail: {field}"),
    "ownProperty": _("Name of the property"),
    # --- actions ---
    "moveUp": _("Move up: {field}"),
    "moveDown": _("Move down: {field}"),
    "remove": _("Remove: {field}"),
    # --- values ---
    "choose": _("Choose…"),
    "search": _("Type to search…"),
    "searchMore": _("Add more…"),
    "searchOther": _("Choose another…"),
    "typeAndEnter": _("Type, then press Enter"),
    "removeValue": _("Remove {value}"),
    "gone": _("{value} (no longer exists)"),
    "between": _("{low} and {high}"),
    "from": _("lower end"),
    "upTo": _("upper end"),
    "away": _("from {first} to {last} days from today"),
    "awayHint": _("0 is today, -3 is three days ago"),
    "area": _("{km} km around latitude {lat} longitude {lon}"),
    "km": _("kilometres"),
    "lat": _("latitude"),
    "lon": _("longitude"),
    "currency": _("currency"),
    "howMany": _("how many"),
    "unit": _("unit"),
    # --- what is wrong or unknown ---
    "notNumber": _("Write a number."),
    "notWhole": _("Write a whole number."),
    "notCount": _("Write a whole number from 1."),
    "notAmount": _("Write an amount such as 12.50."),
    "keptAsWritten": _("This condition cannot be shown here. It is kept as it is written."),
    "keptFieldGone": _(
        "“{field}” is not among the things one can look at (or is no more). "
        "The condition is kept as it is written, and matches nobody."
    ),
    "notShown": _("condition as it is written"),
    "notJson": _("This is not readable as JSON yet. Correct it to see the conditions again."),
    "asJson": _("Show as JSON"),
    "asBuilder": _("Show as conditions"),
    # --- what is told to who does not see it ---
    "nowJson": _("The rule is shown as JSON."),
    "nowBuilder": _("The rule is shown as conditions."),
    "conditionAdded": _("A condition was added. Choose what to look at."),
    "groupAdded": _("A group with one condition was added."),
    "detailAdded": _("A detail was added. Choose what to look at."),
    "removed": _("Removed: {name}."),
    "moved": _("Moved: {name}, now {at} of {of}."),
    "movedInto": _("Moved into the group “{group}”: {name}, now {at} of {of}."),
    "movedOut": _("Moved out of its group: {name}, now {at} of {of} in “{group}”."),
    "valueAdded": _("Added: {value}."),
    "valueRemoved": _("Removed: {value}."),
    "found": _("{n} found; choose with the arrow keys."),
    "nothingFound": _("Nothing was found."),
    "searchFailed": _("The search did not answer. Try again."),
}
