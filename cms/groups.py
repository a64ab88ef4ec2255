"""The two groups of people who keep the content; the second publishes what the first writes."""

EDITORS = "Content editors"
APPROVERS = "Content approvers"
