"""Speed and memory as ratios to a limit measured in the same run; never part of the tests."""
