"""Chance that repeats: the same seed and keys give the same throws on every machine."""

import random


def chance(seed: int, *keys: str) -> random.Random:
    """One stream of throws for each key, so that adding a person moves nobody else."""
    return random.Random(":".join((str(seed), *keys)))  # noqa: S311 - believable, not secret
