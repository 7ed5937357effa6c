"""The rule of consent in slow and plain Python, for one customer; the SQL must agree with it.

An event is a dict with purpose, channel, data_category, action, basis, captured_at, received_at,
valid_until and id. The answer is {(purpose, channel, data_category): state}.
"""

CHANNELS = ["email", "sms", "push", "web"]
CATEGORIES = [
    "PROFILE",
    "PURCHASE_HISTORY",
    "BROWSE_HISTORY",
    "SEARCH_HISTORY",
    "LOCATION",
    "ENGAGEMENT",
    "OFFLINE",
]
ALLOW = {"granted", "confirmed", "imported"}
DENY = {"refused", "withdrawn", "objected", "expired"}


def states(events: list[dict]) -> dict[tuple[str, str, str], tuple]:
    about: dict[tuple[str, str, str], list[dict]] = {}
    for event in events:
        for subject in _subjects(event):
            about.setdefault((event["purpose"], *subject), []).append(event)
    found = {}
    for subject, said in about.items():
        state = _state([one for one in said if one["action"] in ALLOW | DENY])
        if state is not None:
            found[subject] = state
    return found


def _subjects(event: dict) -> list[tuple[str, str]]:
    if event["action"] == "objected" and event["channel"]:
        return [(channel, "") for channel in CHANNELS] + [("", use) for use in CATEGORIES]
    return [(event["channel"], event["data_category"])]


def _from(event: dict):
    if event["action"] in DENY:
        return event["received_at"]
    return min(event["captured_at"], event["received_at"])


def _is_strong(event: dict) -> bool:
    return event["action"] in {"granted", "confirmed"} and event["basis"] != "soft_opt_in"


def _state(said: list[dict]) -> tuple | None:
    denials = [one for one in said if one["action"] in DENY]
    strong = [one for one in said if _is_strong(one)]
    counted = denials + strong
    for weak in [one for one in said if one["action"] in ALLOW and not _is_strong(one)]:
        if _may_count(weak, denials, strong):
            counted.append(weak)
    if not counted:
        return None
    latest = max(_from(one) for one in counted)
    at_last = [one for one in counted if _from(one) == latest]
    deciding = max([one for one in at_last if one["action"] in DENY] or at_last, key=_id)
    if deciding["action"] in DENY:
        return (False, "", latest, None, deciding["id"])
    return (True, deciding["basis"], latest, deciding["valid_until"], deciding["id"])


def _may_count(weak: dict, denials: list[dict], strong: list[dict]) -> bool:
    in_the_way = [
        one for one in denials if weak["action"] == "imported" or one["action"] != "expired"
    ]
    for denial in in_the_way:
        if not any(_from(yes) > _from(denial) for yes in strong):
            return False  # nobody said yes since
    if not strong:
        return True
    best = max(strong, key=lambda one: (_from(one), one["id"]))
    overruled = any(_from(denial) >= _from(best) for denial in denials)
    holds = best["valid_until"] is None or best["valid_until"] > _from(weak)
    return overruled or _from(best) > _from(weak) or not holds


def _id(event: dict) -> int:
    return event["id"]
