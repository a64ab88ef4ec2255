"""The rules of asking why somebody looked: no clock, no database, no request."""

DUE_WORKING_DAYS = 10
LONGEST_QUESTION = 1000
LONGEST_ANSWER = 2000
