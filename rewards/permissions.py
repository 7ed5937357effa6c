"""Who may do what here, by group."""

from config.shared.groups import ADMINISTRATOR, MARKETER, SUPPORT, grant


def declare() -> None:
    """Called once, when the app is ready."""
    grant(
        ADMINISTRATOR,
        "rewards",
        "view_promotion",
        "add_promotion",
        "change_promotion",
        "view_effect",
        "add_effect",
        "change_effect",
        "delete_effect",
        "view_voucher",
        "change_voucher",
        "view_coderun",
        "add_coderun",
        "view_redemption",
        "roll_back_redemption",
        "return_redemption",
        "export_redemption",
        "export_voucher",
        "view_refusalalarm",
        "change_refusalalarm",
    )
    grant(
        MARKETER,
        "rewards",
        "view_promotion",
        "add_promotion",
        "change_promotion",
        "view_effect",
        "add_effect",
        "change_effect",
        "delete_effect",
        "view_voucher",
        "change_voucher",
        "view_coderun",
        "add_coderun",
        "view_redemption",
        "roll_back_redemption",
        "return_redemption",
        "view_refusalalarm",
        "change_refusalalarm",
    )
    grant(
        SUPPORT,
        "rewards",
        "view_promotion",
        "view_effect",
        "view_voucher",
        "view_redemption",
        "roll_back_redemption",
        "return_redemption",
        "view_refusalalarm",
    )
