"""A frequency sketch: about how often was each key asked for, in a few bits a key?

    row 0   . . 3 . . 9 .      a key has one counter in each of four rows, chosen by
    row 1   . 3 . . . . 4      four hashes; a use raises the lowest of them; the
    row 2   7 . . . 3 . .      estimate is the lowest. Others may share a counter, so
    row 3   . 3 . . . . .      it is never too low (up to 15) and seldom too high

After ``sample_size`` uses every counter is halved: what was popular last week counts
half, and half of that next week.

Source: Cormode, Muthukrishnan 2005 (count-min); Einziger, Friedman, Manes 2017,
"TinyLFU: a highly efficient cache admission policy", ACM TOS 13(4), section 3, for the
small counters, the halving and raising only the lowest.
Left out: the doorkeeper, a filter that keeps keys seen once out of the counters; two
counters in a byte.
Chapter: docs/chapters/caching/.
"""

import hashlib
import zlib
from collections.abc import Hashable

_ROWS = 4
_MOST = 15  # what four bits can count
_MIX = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: neighbours end far apart
_64_BITS = (1 << 64) - 1


def stable_hash(key: Hashable, salt: int = 0) -> int:
    """Return 64 bits that depend on key and salt alone, for int, str and bytes.

    Python hashes strings differently in each process; a run must not depend on that.
    What is of another type has its own ``hash``. Without a salt it is quick, and
    anybody can find texts that share one; with a secret one, nobody can.

    Examples:
        >>> stable_hash("a") == stable_hash(b"a"), stable_hash(1) == stable_hash(2)
        (True, False)
    """
    if isinstance(key, str):
        key = key.encode("utf-8", "surrogatepass")
    if isinstance(key, float) and key.is_integer():
        key = int(key)  # equal keys are one key
    if isinstance(key, bytes):
        number = _keyed(key, salt) if salt else zlib.crc32(key)
    else:  # hash(int) depends on the machine's word, as in a browser
        number = key if isinstance(key, int) else hash(key)
        if salt or not -1 << 63 <= number <= _64_BITS:
            number = _keyed(
                number.to_bytes(number.bit_length() // 8 + 1, signed=True), salt
            )
    number = (number + 1) * _MIX & _64_BITS
    number = (number ^ number >> 32) * _MIX & _64_BITS
    return number ^ number >> 29


def _keyed(content: bytes, salt: int) -> int:
    key = salt.to_bytes((salt.bit_length() + 7) // 8)
    digest = hashlib.blake2b(content, digest_size=8, key=key).digest()
    return int.from_bytes(digest)


class FrequencySketch:
    """Estimated counts of many keys in little room.

    Each row has a counter for each key that is expected, or up to twice as many.
    ``add`` and ``estimate`` take constant time; a halving, once in a sample, O(width).

    Examples:
        >>> sketch = FrequencySketch(expected_keys=100, sample_size=1000)
        >>> for key in "aab":
        ...     sketch.add(key)
        >>> sketch.estimate("a"), sketch.estimate("b"), sketch.estimate("c")
        (2, 1, 0)
    """

    def __init__(self, *, expected_keys: int, sample_size: int, salt: int = 0) -> None:
        for name, n in (("expected_keys", expected_keys), ("sample_size", sample_size)):
            if not isinstance(n, int) or isinstance(n, bool) or n < 1:
                raise ValueError(f"{name}={n!r} is not a whole number above 0")
        if not isinstance(salt, int) or not 0 <= salt < 1 << 512:
            raise ValueError(f"salt={salt!r} is not a whole number of at most 64 bytes")
        self.sample_size = sample_size
        self._salt = salt
        self._width_bits = max(3, (expected_keys - 1).bit_length())
        self._rows = [bytearray(1 << self._width_bits) for _ in range(_ROWS)]
        self._added = 0

    def add(self, key: Hashable) -> None:
        """Count one use of the key, up to 15."""
        places = self._places(key)
        lowest = min(row[i] for row, i in zip(self._rows, places, strict=True))
        if lowest < _MOST:
            for row, i in zip(self._rows, places, strict=True):
                if row[i] == lowest:
                    row[i] += 1
        self._added += 1
        if self._added >= self.sample_size:
            self._halve()

    def estimate(self, key: Hashable) -> int:
        """Return the count of the key since it was last halved, or more, up to 15."""
        places = self._places(key)
        return min(row[i] for row, i in zip(self._rows, places, strict=True))

    def _places(self, key: Hashable) -> list[int]:
        number = stable_hash(key, self._salt)
        number |= number << 64  # the last row may need more than its 16 bits
        mask = (1 << self._width_bits) - 1
        return [number >> 16 * row & mask for row in range(_ROWS)]

    def _halve(self) -> None:
        half = bytes(count >> 1 for count in range(256))
        self._rows = [row.translate(half) for row in self._rows]
        self._added //= 2
