"""What a process has made while it started stays: it is not looked through for garbage again."""

import gc


def settle() -> None:
    """Be called once everything is loaded and before anything is served."""
    gc.collect()
    gc.freeze()
