"""A ZIP that contains itself: its one part unpacks to the whole file, byte by byte, so whoever unpacks what he has unpacked never ends.

Blocks of DEFLATE are taken as a language of two instructions of five bytes each: L(n) writes the n bytes behind it, R(n) writes the last n
bytes once more. With a prefix P (all before the packed bytes) and a suffix S (all behind them) this program writes P, itself, and S:

    instruction                     writes
    L(P+1) [P L(P+1)]               P L(P+1)
    R(P+1)                          P L(P+1)
    L(1) [R(P+1)]                   R(P+1)
    L(1) [L(1)]                     L(1)
    L(4) [R(P+1) L(1) L(1) L(4)]    R(P+1) L(1) L(1) L(4)
    R(4)                            R(P+1) L(1) L(1) L(4)
    L(4) [R(4) L(4) R(4) L(4)]      R(4) L(4) R(4) L(4)
    R(4)                            R(4) L(4) R(4) L(4)
    L(4) [R(4) L(0) L(0) L(S+1)]    R(4) L(0) L(0) L(S+1)
    R(4)                            R(4) L(0) L(0) L(S+1)
    L(0), L(0)                      nothing
    L(S+1) [R(S+1) S]               R(S+1) S
    R(S+1)                          R(S+1) S

where n counts instructions, and P+1 is the prefix and one of them. The checksum stands in P and in S, four times in the file. It is linear
in its own bits (over GF(2)), so the one that is right is the solution of 32 equations.

Source: RFC 1951; R. Cox, "Zip files all the way down" (2010), for the idea.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

UNIT: Final = 5  # bytes of an instruction
PREFIX: Final = 60  # bytes: then R of the prefix and one instruction has exactly 40 bits
MOST_TIMES: Final = 64  # that another time of day is tried: the equations may have no solution


class _Bits:
    """Bits as DEFLATE packs them."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def number(self, value: int, count: int) -> None:
        self._bits += [value >> place & 1 for place in range(count)]

    def code(self, value: int, count: int) -> None:
        """A code of Huffman: its first bit comes first."""
        self._bits += [value >> place & 1 for place in reversed(range(count))]

    def packed(self) -> bytes:
        whole = [*self._bits, *[0] * (-len(self._bits) % 8)]
        return bytes(sum(bit << place for place, bit in enumerate(whole[at : at + 8])) for at in range(0, len(whole), 8))


def _literal(size: int) -> bytes:
    """L: a stored block whose bytes follow."""
    return struct.pack("<BHH", 0, size, size ^ 0xFFFF)


def _repeat(size: int, parts: Sequence[int], *, is_last: bool = False, has_filler: bool = False) -> bytes:
    """R: a block with fixed codes that copies the last `size` bytes, in parts; a filler is an empty block behind it."""
    bits = _Bits()
    bits.number(is_last | 1 << 1, 3)
    for part in parts:
        _put_length(bits, part)
        _put_distance(bits, size)
    bits.code(0, 7)  # the end of the block
    if has_filler:
        bits.number(1 << 1, 3)
        bits.code(0, 7)
    return bits.packed()


def _put_length(bits: _Bits, length: int) -> None:
    base = 3
    for symbol in range(257, 285):
        extra = max(0, (symbol - 261) // 4)
        if length < base + (1 << extra):
            bits.code(*((symbol - 256, 7) if symbol < 280 else (0xC0 + symbol - 280, 8)))
            bits.number(length - base, extra)
            return
        base += 1 << extra
    raise ValueError(length)


def _put_distance(bits: _Bits, distance: int) -> None:
    base = 1
    for symbol in range(30):
        extra = max(0, symbol // 2 - 1)
        if distance < base + (1 << extra):
            bits.code(symbol, 5)
            bits.number(distance - base, extra)
            return
        base += 1 << extra
    raise ValueError(distance)


def _program(prefix: bytes, suffix: bytes) -> bytes:
    first, one, four = _literal(len(prefix) + UNIT), _literal(UNIT), _literal(4 * UNIT)
    again = _repeat(len(prefix) + UNIT, [len(prefix) + UNIT], has_filler=True)
    twenty = _repeat(4 * UNIT, [2 * UNIT, 2 * UNIT])
    nothing = _literal(0)
    assert len(again) == len(twenty) == UNIT
    end, size = b"", 0
    while size != len(end) + len(suffix):  # the last instruction may be longer, and says how long it is
        size = len(end) + len(suffix)
        end = _repeat(size, [size], is_last=True)
    last = _literal(size)
    steps = (
        (first, prefix, first),
        (again,),
        (one, again),
        (one, one),
        (four, again, one, one, four),
        (twenty,),
        (four, twenty, four, twenty, four),
        (twenty,),
        (four, twenty, nothing, nothing, last),
        (twenty,),
        (nothing, nothing),
        (last, end, suffix),
        (end,),
    )
    return b"".join(piece for step in steps for piece in step)


def _file(name: bytes, comment: bytes, time: int, checksum: int) -> bytes:
    """The ZIP with this checksum, right or wrong."""
    padding = PREFIX - 30 - len(name) - 4
    extra = struct.pack("<HH", 0x7468, padding) + bytes(padding)

    def around(packed: int, whole: int) -> tuple[bytes, bytes]:
        about = (20, 0, zlib.DEFLATED, time, 0x5B7B, checksum, packed, whole, len(name))
        local = b"PK\x03\x04" + struct.pack("<5H3I2H", *about, len(extra)) + name + extra
        entry = b"PK\x01\x02" + struct.pack("<6H3I5H2I", 20, *about, 0, 0, 0, 0, 0, 0) + name
        return local, entry + b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 1, 1, len(entry), len(local) + packed, len(comment)) + comment

    packed = len(_program(*around(0, 0)))
    whole = packed + sum(map(len, around(0, 0)))
    local, end = around(packed, whole)
    return local + _program(local, end) + end


def made(name: str = "lai/lai.zip", comment: bytes = b"") -> bytes:
    """A ZIP that contains itself, as a part of this name."""
    for time in range(MOST_TIMES):
        checksum = _fixed([zlib.crc32(_file(name.encode(), comment, time, one)) for one in (0, *(1 << place for place in range(32)))])
        if checksum is not None:
            return _file(name.encode(), comment, time, checksum)
    raise ValueError(name)


def _fixed(found: Sequence[int]) -> int | None:
    """The checksum that a file has which says that checksum. `found`: those of the files that say 0, 1, 2, 4, …"""
    constant, pivots = found[0], dict[int, tuple[int, int]]()
    for place, one in enumerate(found[1:]):
        column, chosen = _reduced(one ^ constant ^ 1 << place, 1 << place, pivots)
        if column:
            pivots[column.bit_length()] = (column, chosen)
    rest, chosen = _reduced(constant, 0, pivots)
    return None if rest else chosen


def _reduced(column: int, chosen: int, pivots: dict[int, tuple[int, int]]) -> tuple[int, int]:
    while column and (pivot := pivots.get(column.bit_length())) is not None:
        column, chosen = column ^ pivot[0], chosen ^ pivot[1]
    return column, chosen
