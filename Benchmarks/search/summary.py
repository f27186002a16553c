"""Medians with intervals, and rank tests."""

import numpy as np
from scipy.stats import mannwhitneyu


def interval(sample):
    """Median with its 95 % interval by the bootstrap, from a fixed seed."""
    # Order statistics rather than means of two, so that what was not reached (infinite) stays legal.
    medians = np.sort(np.random.default_rng(0).choice(sample, (2000, len(sample))), axis=1)[:, len(sample) // 2]
    low, high = np.sort(medians)[[50, 1949]]
    return f"{median(sample):.5g} [{low:.5g}, {high:.5g}]"


def median(sample):
    """The middle of a sample; the worse one of two."""
    return float(np.sort(sample)[len(sample) // 2])


def is_less(a, b):
    """Whether a is less than b by a one-sided rank test at 5 % (Mann & Whitney 1947)."""
    return len(a) > 1 and len(b) > 1 and mannwhitneyu(a, b, alternative="less").pvalue < 0.05
