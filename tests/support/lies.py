"""Contents of arrays whose headers are damaged, or made to do harm."""

import io
from collections.abc import Iterator

import numpy as np


def arrays_that_lie() -> Iterator[bytes]:
    """Yields contents of `.npy` files that no reader may believe."""
    yield with_header((10**12, 8, 8))
    yield with_header((10**30, 8, 8))
    yield with_header((2**62, 4, 1))
    yield with_header((1, 10, 9))
    yield with_header((1, 10, 10), data=bytes(99))
    yield with_header((-1, 10, 10))
    yield with_header((-1, -10, 10))
    yield with_header((0, 8, 8))
    yield with_header((0, 10**30), data=b"")
    yield with_header((10**12, 8, 8), fortran=True)
    yield with_header((10**12,), "|S0", data=b"")
    yield with_header((10**9, 8, 8), "|V0", data=b"")
    yield with_header((1, 10, 10), "|V1")
    yield with_header((1, 10, 10), [("x", "|u1")])
    yield with_header((1, 10), "(10,)u1")
    yield with_header((1, 10, 10), "|O")
    yield with_header((1, 10, 10))[:20]
    yield with_header((1, 10, 10))[:9]
    yield with_header((1,) * 100, data=bytes(1))
    yield with_header((1, 10, 10)).replace(b"'shape'", b"'Shape'")
    yield with_header((1, 10, 10)).replace(b"(1, 10, 10)", b"(((((((((((")
    yield with_header((1, 10, 10)).replace(b"|u1", b"|zz")
    yield b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(100)
    yield b"\x93NUMPY\x09\x00" + bytes(100)
    yield b""


def with_header(shape, dtype="|u1", data=bytes(100), fortran=False) -> bytes:
    """The content of an array with any header."""
    file = io.BytesIO()
    header = {"descr": dtype, "fortran_order": fortran, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + data
