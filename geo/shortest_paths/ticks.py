"""Travel times as whole numbers of ticks.

A tick is a power of two of a second, 1/16,384 s where trips are short enough. Whole numbers add up the same in any
order: every search of this package gives the same answer to the last bit, whatever the order of nodes, arcs and
threads, and equal times are equal. Rounding a time to ticks is off by at most half a tick, a few thousandths of a
second over a trip of hundreds of arcs.

A time that may not be travelled is `INFINITE`. Two finite times below `SAFE` add up to less than `INFINITE`, and two
infinite ones still fit 32 bits, so that the inner loops need not look for overflow. Where a time reaches `SAFE`,
`TickOverflowError` asks for a coarser clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ticks = NDArray[np.uint32]
Floats = NDArray[np.float64]

INFINITE = 2**31 - 1
SAFE = 2**30
FINEST = 14
STEP = 6


class TickOverflowError(OverflowError):
    """A time is too long for the clock; a coarser one is needed."""


@dataclass(frozen=True)
class Clock:
    """The length of a tick.

    Attributes
    ----------
    exponent : int
        A tick is ``2 ** -exponent`` seconds.

    Examples
    --------
    >>> clock = Clock.for_trips(3600.0)
    >>> clock.ticks(np.array([1.5, np.inf])).tolist()
    [24576, 2147483647]
    """

    exponent: int

    @classmethod
    def for_trips(cls, longest_s: float) -> Clock:
        """Return the finest clock for trips of a length.

        Parameters
        ----------
        longest_s : float
            Seconds, a guess of the longest trip.

        Returns
        -------
        Clock
            With `FINEST` or a coarser exponent.
        """
        if longest_s <= 0:
            return cls(FINEST)
        return cls(min(FINEST, int(np.floor(np.log2(SAFE / longest_s)))))

    def coarser(self) -> Clock:
        """Return a clock for trips that are 64 times as long.

        Returns
        -------
        Clock
            With an exponent lower by `STEP`.
        """
        return Clock(self.exponent - STEP)

    def ticks(self, seconds: Floats) -> Ticks:
        """Return seconds as ticks, rounded to the nearest.

        Parameters
        ----------
        seconds : array of float64
            Not below 0; inf where there is no way.

        Returns
        -------
        array of uint32
            Ticks, `INFINITE` where there is no way.

        Raises
        ------
        TickOverflowError
            If a finite time reaches `SAFE`.
        """
        exact = np.rint(seconds * 2.0**self.exponent)
        finite = exact < SAFE
        if not np.array_equal(finite, np.isfinite(seconds)):
            raise TickOverflowError
        return np.where(finite, exact, INFINITE).astype(np.uint32)

    def seconds(self, ticks: Ticks) -> Floats:
        """Return ticks as seconds.

        Parameters
        ----------
        ticks : array of uint32
            Ticks; `INFINITE` or more where there is no way.

        Returns
        -------
        array of float64
            Exactly these seconds; inf where there is no way.
        """
        return np.where(ticks < INFINITE, ticks * 2.0**-self.exponent, np.inf)

    def limit(self, cutoff_s: float) -> int:
        """Return the most ticks that are no longer than a cutoff when both are told as float32 seconds.

        Parameters
        ----------
        cutoff_s : float
            Seconds, not below 0, inclusive.

        Returns
        -------
        int
            Ticks, at most ``INFINITE - 1``.
        """
        cutoff = np.float32(cutoff_s)
        if cutoff * 2.0**self.exponent >= INFINITE:
            return INFINITE - 1
        # Times that round to the cutoff lie below the middle to the next number.
        above = (float(cutoff) + float(np.nextafter(cutoff, np.float32(np.inf)))) / 2
        most = int(np.floor(above * 2.0**self.exponent))
        while np.float32(most * 2.0**-self.exponent) > cutoff:
            most -= 1
        return min(most, INFINITE - 1)
