#!/usr/bin/env python3
"""The one way in: sets up the environment where it is missing, then runs a command."""

import sys

from portal import bootstrap

if __name__ == "__main__":
    bootstrap.enter(sys.argv)
    from portal import command_line

    command_line.run(sys.argv)
