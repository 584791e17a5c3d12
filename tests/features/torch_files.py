"""Files as PyTorch writes them, without PyTorch; loaded by conftest.py."""

import zipfile
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
STORAGES = {
    "f8": "DoubleStorage", "f4": "FloatStorage", "f2": "HalfStorage",
    "i8": "LongStorage", "i4": "IntStorage", "i2": "ShortStorage",
    "i1": "CharStorage", "u1": "ByteStorage", "b1": "BoolStorage",
}  # fmt: skip


class Name(NamedTuple):
    """A function or class that a pickle mentions."""

    module: str
    name: str


class Call(NamedTuple):
    """A call that a pickle makes."""

    function: Name
    arguments: tuple


class Storage(NamedTuple):
    """A reference to numbers beside the pickle."""

    kind: str
    key: str
    num_elements: int


class Tensor(NamedTuple):
    """A tensor in a pickle: its storage, and where it lies in it."""

    storage: Storage
    offset: int
    shape: tuple
    strides: tuple


def encode(value) -> bytes:
    """Instructions that push `value` on the stack of a pickle."""
    match value:
        case Name():
            return f"c{value.module}\n{value.name}\n".encode()
        case Call():
            return encode(value.function) + encode(value.arguments) + b"R"
        case Storage(kind, key, num_elements):
            reference = ("storage", Name("torch", kind), key, "cpu")
            return encode((*reference, num_elements)) + b"Q"
        case Tensor():
            rebuild = Name("torch._utils", "_rebuild_tensor_v2")
            hooks = Call(Name("collections", "OrderedDict"), ())
            return encode(Call(rebuild, (*value, False, hooks)))
        case bool() | None:
            return {True: b"\x88", False: b"\x89", None: b"N"}[value]
        case int():
            size = (value.bit_length() + 8) // 8
            number = value.to_bytes(size, "little", signed=True)
            return b"\x8a" + bytes([size]) + number
        case str():
            text = value.encode()
            return b"X" + len(text).to_bytes(4, "little") + text
        case tuple():
            return b"(" + b"".join(map(encode, value)) + b"t"
        case list():
            return b"](" + b"".join(map(encode, value)) + b"e"
        case dict():
            pairs = [encode(x) for item in value.items() for x in item]
            return b"}(" + b"".join(pairs) + b"u"
    raise TypeError(value)


def pickled(value) -> bytes:
    return b"\x80\x02" + encode(value) + b"."


def tensors_of(arrays) -> dict[str, Tensor]:
    """Describes arrays as PyTorch does, one storage each, in C order."""
    found = {}
    for key, (name, array) in enumerate(arrays.items()):
        storage = Storage(STORAGES[array.dtype.str[1:]], str(key), array.size)
        strides = tuple(step // array.itemsize for step in array.strides)
        found[name] = Tensor(storage, 0, array.shape, strides)
    return found


def write_zip(path, content, storages, byte_order=None) -> Path:
    """Writes PyTorch's present layout: `content` and bytes by key."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled(content))
        if byte_order is not None:
            archive.writestr("archive/byteorder", byte_order)
        for key, data in storages.items():
            archive.writestr(f"archive/data/{key}", data)
        archive.writestr("archive/version", "3\n")
    return Path(path)


def write_legacy(path, content, storages) -> Path:
    """Writes the layout before PyTorch 1.6: number of elements, and bytes."""
    system = {"protocol_version": 1001, "little_endian": True}
    parts = [LEGACY_MAGIC, 1001, system, content, list(storages)]
    data = b"".join(map(pickled, parts))
    for num_elements, numbers in storages.values():
        data += num_elements.to_bytes(8, "little") + numbers
    Path(path).write_bytes(data)
    return Path(path)


def write_arrays(path, arrays) -> Path:
    """Writes a state dict of arrays in PyTorch's present layout."""
    storages = {str(i): a.tobytes() for i, a in enumerate(arrays.values())}
    return write_zip(path, tensors_of(arrays), storages)


def made_up(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Float32 numbers in [-1, 1) that look random, the same everywhere."""
    # The generator splitmix64, which is exact on every machine.
    numbers = np.arange(np.prod(shape, dtype=int), dtype="uint64")
    numbers = (numbers + np.uint64(crc32(name.encode()) << 32)) * np.uint64(
        0x9E3779B97F4A7C15
    )
    for shift, factor in [(30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)]:
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    numbers ^= numbers >> np.uint64(31)
    shares = (numbers >> np.uint64(40)).astype("float32") / 2**23 - 1
    return shares.reshape(shape)
