"""A measure as the result files hold it: a value, its 95% interval, and how many cases it rests on."""

from oneiro.evals.scoring import accuracy


def interval(value: float, low: float, high: float, n: int) -> dict[str, float]:
    """Round a value and its interval."""
    return {"value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "n": n}


def share(k: int, n: int) -> dict[str, float]:
    """K of n with Wilson's interval."""
    counted = accuracy("", k, n)
    return interval(k / max(1, n), counted.low, counted.high, n)
