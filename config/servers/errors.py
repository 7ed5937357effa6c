"""What the launcher says when it cannot go on."""


class Refusal(Exception):
    """One sentence for a person: what is in the way and what to do about it."""

    def __init__(self, sentence: str, exit_code: int = 2) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class Interrupted(Exception):
    """A stop signal arrived before the command was started."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum
