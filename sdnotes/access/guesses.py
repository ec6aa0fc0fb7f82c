"""Why "what is your favourite food?" is no password: answers are not equally likely.

    if the k-th most common answer is k ** -skew times as common as the first one,
    10 guesses among 1,000 answers with skew 1 find 39 of 100 people
    10 guesses among 1,000,000 codes of six digits find 1 of 100,000

Source: Zipf's law as a model; NIST SP 800-63B-4, which forbids such questions.
Left out: what an attacker knows of one person, which makes it worse.
Chapter: docs/chapters/access/.
"""

import math


def guessing_chance(guesses: int, answers: int, skew: float) -> float:
    """Return the chance that the most common answers hold the right one.

    A ``skew`` of 0 makes all of them as likely, as are the codes of a device.

    Examples:
        >>> round(guessing_chance(10, 1_000, skew=1), 2)
        0.39
        >>> guessing_chance(10, 10**6, skew=0)
        1e-05
    """
    if answers < 1:
        raise ValueError(f"answers={answers!r} is below 1")
    if guesses < 0:
        raise ValueError(f"guesses={guesses!r} is negative")
    if not skew >= 0:
        raise ValueError(f"skew={skew!r} is negative")
    tried = min(guesses, answers)
    if skew == 0:
        return tried / answers
    whole = math.fsum(k**-skew for k in range(1, answers + 1))
    return math.fsum(k**-skew for k in range(1, tried + 1)) / whole
