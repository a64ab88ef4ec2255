"""Makes the environment in which the rest runs. Standard library only."""


def enter(arguments: list[str]) -> None:
    """Return inside the environment."""
