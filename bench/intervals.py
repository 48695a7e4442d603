"""A measure as the result files hold it: a value, its 95% interval, and how many cases it rests on."""

import math
from collections import defaultdict
from collections.abc import Sequence

from oneiro.evals.scoring import accuracy

# The 97.5% quantile of Student's t by degrees of freedom, from 1; above ten the last one is a little too wide.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


def interval(value: float, low: float, high: float, n: int) -> dict[str, float]:
    """Round a value and its interval."""
    return {"value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "n": n}


def share(k: int, n: int) -> dict[str, float]:
    """K of n with Wilson's interval."""
    counted = accuracy("", k, n)
    return interval(k / max(1, n), counted.low, counted.high, n)


def over_personas(counts: Sequence[tuple[str, Sequence[float]]]) -> tuple[float, float, float]:
    """The ratio of two sums, and its t interval where personas are what is drawn: a persona's runs go together.

    Takes (persona, (numerator, denominator)) of each run. One persona has no spread: its interval is the value alone.

    Source: the ratio estimator of Cochran, Sampling Techniques (1977), chapter 6; of equal denominators it is the mean.
    """
    of: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for persona, (above, below) in counts:
        of[persona][0] += above
        of[persona][1] += below
    above, below = (sum(own[i] for own in of.values()) for i in (0, 1))
    value = above / (below or 1)
    if len(of) < 2 or not below:
        return value, value, value
    spread = math.sqrt(sum((a - value * b) ** 2 for a, b in of.values()) * len(of) / (len(of) - 1)) / below
    half = _T[min(len(of) - 1, len(_T)) - 1] * spread
    return value, value - half, value + half
