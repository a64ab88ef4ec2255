"""What a process has made while it started stays: it is not looked through for garbage again."""

import gc


def fill() -> None:
    """Be called before anything is loaded, by what settles once it is: there is no garbage yet."""
    gc.disable()


def settle() -> None:
    """Be called once everything is loaded and before anything is served."""
    gc.collect()
    gc.freeze()
    gc.enable()
