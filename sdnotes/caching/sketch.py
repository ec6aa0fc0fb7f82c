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
import struct
import zlib
from collections.abc import Callable, Hashable
from typing import Any, TypeAlias

_ROWS = 4
_MOST = 15  # what four bits can count
_MIX = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: neighbours end far apart
_64_BITS = (1 << 64) - 1
_HALF_OF_64_BITS = 1 << 63
_Unpack: TypeAlias = Callable[[bytes], tuple[int, ...]]
_NARROW, _WIDE = struct.Struct("<4H"), struct.Struct("<4Q")


def stable_hash(key: Hashable, salt: int = 0) -> int:
    """Return 64 bits that depend on key and salt alone, for int, str and bytes.

    Python hashes strings differently in each process; a run must not depend on that.
    What is of another type has its own ``hash``. Without a salt it is quick, and
    anybody can find texts that share one; with a secret one, nobody can.

    Examples:
        >>> stable_hash("a") == stable_hash(b"a"), stable_hash(1) == stable_hash(2)
        (True, False)
    """
    if type(key) is int and not salt and -_HALF_OF_64_BITS <= key <= _64_BITS:
        number = (key + 1) * _MIX & _64_BITS  # what most calls need: see below
        number = (number ^ number >> 32) * _MIX & _64_BITS
        return number ^ number >> 29
    if isinstance(key, str):
        key = key.encode("utf-8", "surrogatepass")
    if isinstance(key, float) and key.is_integer():
        key = int(key)  # equal keys are one key
    if isinstance(key, bytes):
        number = _keyed(key, salt) if salt else zlib.crc32(key)
    else:  # hash(int) depends on the machine's word, as in a browser
        number = key if isinstance(key, int) else hash(key)
        if salt or not -_HALF_OF_64_BITS <= number <= _64_BITS:
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
        self._mask = (1 << self._width_bits) - 1
        self._masks = sum(self._mask << 16 * row for row in range(_ROWS))
        self._unpack: _Unpack = self._packing().unpack
        self._rows = [bytearray(1 << self._width_bits) for _ in range(_ROWS)]
        self._added = 0

    def add(self, key: Hashable) -> None:
        """Count one use of the key, up to 15."""
        self.add_at(self.place(key))

    def estimate(self, key: Hashable) -> int:
        """Return the count of the key since it was last halved, or more, up to 15."""
        places = self._unpack(self.place(key))
        return min(row[at] for row, at in zip(self._rows, places, strict=True))

    def place(self, key: Hashable) -> bytes:
        """Return where the key's counters are, for ``add_at`` and ``is_more``.

        Whoever keeps it with the key need not hash the key again. It is packed: four
        numbers in a tuple would take five times the memory.
        """
        at, mask = stable_hash(key, self._salt), self._mask
        if self._width_bits <= 16:
            return (at & self._masks).to_bytes(8, "little")
        at |= at << 64  # the last row needs more than its 16 bits
        return _WIDE.pack(at & mask, at >> 16 & mask, at >> 32 & mask, at >> 48 & mask)

    # The four rows are written out: loops over them, with a generator for each minimum,
    # took five times as long, and a cache waits for this at every request.
    def add_at(self, place: bytes) -> None:
        """Count one use of the key whose counters are there."""
        a, b, c, d = self._unpack(place)
        row_0, row_1, row_2, row_3 = self._rows
        n_0, n_1, n_2, n_3 = row_0[a], row_1[b], row_2[c], row_3[d]
        low = n_0 if n_0 < n_1 else n_1
        if n_2 < low:  # noqa: PLR1730 - min() is a call
            low = n_2
        if n_3 < low:  # noqa: PLR1730 - min() is a call
            low = n_3
        if low < _MOST:
            more = low + 1
            if n_0 == low:
                row_0[a] = more
            if n_1 == low:
                row_1[b] = more
            if n_2 == low:
                row_2[c] = more
            if n_3 == low:
                row_3[d] = more
        self._added = added = self._added + 1
        if added >= self.sample_size:
            self._halve()

    def is_more(self, place: bytes, other: bytes) -> bool:
        """Return whether the one key's estimate is above the other's."""
        unpack = self._unpack
        row_0, row_1, row_2, row_3 = self._rows
        a, b, c, d = unpack(other)
        low, n = row_0[a], row_1[b]
        if n < low:  # noqa: PLR1730 - min() is a call
            low = n
        n = row_2[c]
        if n < low:  # noqa: PLR1730 - min() is a call
            low = n
        n = row_3[d]
        if n < low:  # noqa: PLR1730 - min() is a call
            low = n
        a, b, c, d = unpack(place)
        return row_0[a] > low and row_1[b] > low and row_2[c] > low and row_3[d] > low

    def _packing(self) -> struct.Struct:
        return _NARROW if self._width_bits <= 16 else _WIDE

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_unpack"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._unpack = self._packing().unpack

    def _halve(self) -> None:
        half = bytes(count >> 1 for count in range(256))
        self._rows = [row.translate(half) for row in self._rows]
        self._added //= 2
