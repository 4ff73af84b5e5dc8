"""Errors of the science layer.

GeoError
├── NetworkDataError   the roads cannot be used as they are: broken file, negative length, dead node reference
├── VectorFileError    a file of shapes is broken, or of a kind that is not read
├── OffNetworkError    a place is farther from every road than the limit
├── InfeasibleError    there is no plan at all
└── OutOfTimeError     neither a plan nor that there is none was found in the time given

Wrong arguments are plain ``ValueError``. Messages carry the numbers and what to do about them.
"""


class GeoError(Exception):
    """Anything that the science layer refuses to compute."""


class NetworkDataError(GeoError):
    """The roads cannot be used as they are."""


class VectorFileError(GeoError):
    """A file of shapes is broken, or of a kind that is not read."""


class OffNetworkError(GeoError):
    """A place is farther from every allowed road than the limit."""


class InfeasibleError(GeoError):
    """No plan satisfies the stated conditions."""


class OutOfTimeError(GeoError):
    """Neither a plan nor the proof that there is none was found in the time given."""
