"""What can be wrong with campaigns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, Conflict, Refused, Text


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a campaign from being launched: the field it is about, and what to do."""

    field: str
    text: Text


class CampaignInvalid(BadInput):
    """A campaign that cannot be saved; `problems` maps the names of fields to what is wrong."""

    key = "invalid_campaign"
    message = _("The campaign cannot be saved.")

    def __init__(self, problems: Mapping[str, Text]) -> None:
        self.problems = dict(problems)
        lines = [f"{field}: {problem}" for field, problem in self.problems.items()]
        super().__init__(details=" ".join(lines))


class CampaignNotReady(Refused):
    """A campaign that cannot be launched yet; `problems` say what to mend."""

    key = "campaign_not_ready"
    message = _("The campaign cannot be launched yet.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(details=" ".join(str(problem.text) for problem in self.problems))


class WrongCampaignState(Conflict):
    """What was asked does not fit the state the campaign is in."""

    key = "wrong_campaign_state"
    message = _("That does not fit the state of the campaign.")


class CampaignChanged(Conflict):
    """Somebody else changed the campaign since it was read."""

    key = "campaign_changed"
    message = _("Somebody else changed this campaign in the meantime.")

    def __init__(self) -> None:
        super().__init__(details=_("Load it again and repeat your change."))
