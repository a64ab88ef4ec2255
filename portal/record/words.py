"""Numbers and names in words."""


def nhs_number(digits: str) -> str:
    """Return an NHS number as it is printed, in three groups.

    >>> nhs_number("9990000018")
    '999 000 0018'
    """
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def telephone(number: str) -> str:
    """Return a telephone number as a link's address.

    >>> telephone("01632 960 100")
    'tel:01632960100'
    """
    return "tel:" + "".join(mark for mark in number if mark.isdigit() or mark == "+")
