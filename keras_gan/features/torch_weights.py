"""Reads PyTorch's weight files safely and without PyTorch.

A `.pth` file consists of a pickle and raw numbers, and loading a pickle can
call arbitrary functions. Here the pickle is checked before it runs: only the
instructions that describe a dictionary of tensors are allowed, and the few
names that such a dictionary needs refer to harmless objects of this file.
"""

import io
import os
import pickle
import pickletools
import struct
import zipfile
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

import numpy as np

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001

# Name of the storage -> type of its elements on disk. NumPy has no bfloat16
# (the upper half of a float32), so it is read as integers and widened later.
_BFLOAT16 = "BFloat16Storage"
_DTYPES = {
    "DoubleStorage": "f8",
    "FloatStorage": "f4",
    "HalfStorage": "f2",
    _BFLOAT16: "u2",
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}

# The instructions for a dictionary of tensors in pickle protocols 2 to 5.
_INSTRUCTIONS = set(
    "PROTO FRAME STOP GLOBAL STACK_GLOBAL REDUCE BUILD BINPERSID MARK POP "
    "EMPTY_DICT SETITEM SETITEMS EMPTY_LIST APPEND APPENDS "
    "EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 NONE NEWTRUE NEWFALSE "
    "BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE SHORT_BINUNICODE "
    "BINPUT LONG_BINPUT MEMOIZE BINGET LONG_BINGET".split()
)


def read_torch_weights(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Reads the tensors of a state dict saved by PyTorch.

    Both layouts of `torch.save` are supported, the current zip and that of
    PyTorch before 1.6. PyTorch is not needed, and nothing in the file can run
    code: everything except tensors in a dictionary is refused.

    Args:
        path: The file, written as `torch.save(module.state_dict(), path)`.

    Returns:
        Name to read-only array, in the order of the file. bfloat16, which
        NumPy lacks, becomes float32; tensors that share memory in the file
        share it here.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is truncated, is not a PyTorch file, or contains
            anything but tensors, such as code.

    Example:

    >>> from pathlib import Path
    >>> Path("weights.pth").write_text("not weights")
    11
    >>> read_torch_weights("weights.pth")
    Traceback (most recent call last):
    ...
    ValueError: `path` is not a complete file of PyTorch weights...
    """
    with open(path, "rb") as file:
        data = file.read()
    try:
        return _arrays(_reader(data)(io.BytesIO(data)))
    except _RefusedError as error:
        raise ValueError(
            f"`path` holds {error}, and not only tensors: nothing of it was "
            f"run. Received: path={os.fspath(path)!r}. Write it in PyTorch as "
            "torch.save(module.state_dict(), path)."
        ) from None
    # A damaged file can cause any error.
    except Exception as error:
        raise ValueError(
            "`path` is not a complete file of PyTorch weights "
            f"({_reason(error)}). Received: path={os.fspath(path)!r}. If it "
            "was downloaded or copied, it may have been cut off: delete it "
            "and fetch it again."
        ) from error


class _RefusedError(Exception):
    """The file contains something other than tensors."""


class _Sealed:
    """An object that a pickle may use but not modify."""

    __slots__ = ()

    def __setstate__(self, state: Any) -> None:
        raise _RefusedError("something that sets attributes")


class _Storage(_Sealed):
    """An array of numbers in the file, which is read later."""

    __slots__ = ("key", "kind", "numbers", "num_elements")

    def __init__(self, kind: str, key: str, num_elements: int) -> None:
        self.kind = kind
        self.key = key
        self.num_elements = num_elements
        self.numbers = np.empty(0)

    def fill(self, data: bytes, byte_order: Literal["<", ">"]) -> None:
        dtype = np.dtype(_DTYPES[self.kind]).newbyteorder(byte_order)
        if len(data) != self.num_elements * dtype.itemsize:
            raise ValueError(
                f"storage {self.key!r} should have {self.num_elements} "
                f"elements of {dtype.itemsize} bytes, but has {len(data)} bytes"
            )
        # Booleans must be 0 or 1, but a file may contain any byte.
        is_bool = dtype.kind == "b"
        numbers = np.frombuffer(data, "u1" if is_bool else dtype)
        if is_bool:
            numbers = numbers != 0
        if self.kind == _BFLOAT16:
            numbers = (numbers.astype("u4") << 16).view("f4")
        self.numbers = numbers.astype(
            numbers.dtype.newbyteorder("="), copy=False
        )


class _Tensor(NamedTuple):
    """The position of a tensor in its storage, in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> np.ndarray:
        numbers = self.storage.numbers
        steps = zip(self.shape, self.strides, strict=True)
        end = self.offset + sum((size - 1) * step for size, step in steps) + 1
        num_elements = int(np.prod(self.shape, dtype=object))
        # A tensor with more elements than its storage would repeat them, and a
        # small file could fill the memory.
        if num_elements > numbers.size or (num_elements and end > numbers.size):
            raise ValueError(
                f"a tensor of shape {self.shape} reaches beyond its storage "
                f"of {numbers.size} elements"
            )
        return np.lib.stride_tricks.as_strided(
            numbers[self.offset :],
            self.shape,
            [step * numbers.itemsize for step in self.strides],
            writeable=False,
        )


class _StateDict(dict):
    """An `OrderedDict` in the file."""

    __slots__ = ()

    def __setstate__(self, state: Any) -> None:
        """Drops the attributes, the versions of PyTorch's layers."""


class _Name(_Sealed):
    """A name that the pickle may use and call.

    An object rather than a function or a class, whose attributes a pickle could
    set.
    """

    __slots__ = ("call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call

    def __call__(self, *args: Any) -> Any:
        return self.call(*args)


def _whole_numbers(numbers: Iterable[Any]) -> tuple[int, ...]:
    numbers = tuple(numbers)
    if not all(type(n) is int and 0 <= n < 2**63 for n in numbers):
        raise ValueError(f"sizes of a tensor are {numbers}")
    return numbers


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise ValueError("a tensor without a storage")
    if len(shape) != len(strides) or len(shape) > 32:
        raise ValueError(f"a tensor of shape {shape} and strides {strides}")
    [offset] = _whole_numbers([offset])
    return _Tensor(
        storage, offset, _whole_numbers(shape), _whole_numbers(strides)
    )


def _parameter(tensor: Any, *_) -> _Tensor:
    if not isinstance(tensor, _Tensor):
        raise ValueError("a parameter without a tensor")
    return tensor


class _StorageType(NamedTuple):
    kind: str


def _names() -> dict[tuple[str, str], Any]:
    # New objects for each file, so that a pickle cannot affect the next one.
    return {
        ("collections", "OrderedDict"): _Name(lambda: _StateDict()),
        ("torch._utils", "_rebuild_tensor_v2"): _Name(_tensor),
        ("torch._utils", "_rebuild_parameter"): _Name(_parameter),
        **{("torch", kind): _StorageType(kind) for kind in _DTYPES},
    }


class _Unpickler(pickle.Unpickler):
    """Allows the names and storages of a state dict, and nothing else."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")
        self.names = _names()
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self.names[module, name]
        except KeyError:
            raise _RefusedError(f"{module}.{name}") from None

    def persistent_load(self, pid: Any) -> _Storage:
        word, kind, key, _, num_elements, *view = pid
        if word != "storage" or not isinstance(kind, _StorageType):
            raise ValueError("a reference to something other than a storage")
        if any(part is not None for part in view):
            raise ValueError("a view of a storage, as PyTorch 0.1 wrote them")
        [num_elements] = _whole_numbers([num_elements])
        wanted = _Storage(kind.kind, str(key), num_elements)
        known = self.storages.setdefault(wanted.key, wanted)
        if (known.kind, known.num_elements) != (kind.kind, num_elements):
            raise ValueError(f"storage {key!r} is described in two ways")
        return known


def _next_pickle(file: io.BytesIO) -> bytes:
    """Returns the bytes of a pickle that consists of `_INSTRUCTIONS` only."""
    start = file.tell()
    genops = pickletools.genops(file)
    for count, (instruction, argument, _) in enumerate(genops):
        name = instruction.name
        if name not in _INSTRUCTIONS:
            raise _RefusedError(f"the pickle instruction {name}")
        # The unpickler allocates a table of the size of the memo index.
        if name.endswith("BINPUT") and (argument or 0) > count:
            raise ValueError("a memo index beyond the pickle")
    end = file.tell()
    file.seek(start)
    return file.read(end - start)


def _unpickle(file: io.BytesIO) -> Any:
    return _Unpickler(_next_pickle(file)).load()


def _reader(data: bytes) -> Callable[[io.BytesIO], Any]:
    for start, read in {b"PK": _read_zip, b"\x80": _read_legacy}.items():
        if data.startswith(start):
            return read
    raise ValueError("it begins with neither a zip nor a pickle")


def _read_zip(file: io.BytesIO) -> Any:
    with zipfile.ZipFile(file) as archive:
        # Uncompressed records cannot be larger than the file.
        if any(record.compress_type for record in archive.infolist()):
            raise ValueError("a compressed zip, which PyTorch does not write")
        names = archive.namelist()
        folder = names[0].partition("/")[0] + "/"
        is_big = folder + "byteorder" in names and (
            archive.read(folder + "byteorder") == b"big"
        )
        pickled = io.BytesIO(archive.read(folder + "data.pkl"))
        unpickler = _Unpickler(_next_pickle(pickled))
        content = unpickler.load()
        for storage in unpickler.storages.values():
            data = archive.read(f"{folder}data/{storage.key}")
            storage.fill(data, ">" if is_big else "<")
        return content


def _read_legacy(file: io.BytesIO) -> Any:
    if _unpickle(file) != _LEGACY_MAGIC or _unpickle(file) != _LEGACY_PROTOCOL:
        raise ValueError("neither a zip nor PyTorch's older layout")
    _unpickle(file)  # The sizes of integers on the machine that wrote it.
    unpickler = _Unpickler(_next_pickle(file))
    content = unpickler.load()
    for key in _unpickle(file):
        storage = unpickler.storages[key]
        [num_elements] = struct.unpack("<q", file.read(8))
        if num_elements != storage.num_elements:
            raise ValueError(f"storage {key!r} has {num_elements} elements")
        size = np.dtype(_DTYPES[storage.kind]).itemsize
        # Always little-endian in this layout.
        storage.fill(file.read(num_elements * size), "<")
    return content


def _arrays(content: Any) -> dict[str, np.ndarray]:
    if not isinstance(content, dict):
        raise _RefusedError(f"an object of type {type(content).__name__}")
    for name, value in content.items():
        if not (isinstance(name, str) and isinstance(value, _Tensor)):
            raise _RefusedError(
                f"{name!r} of type {type(value).__name__.strip('_')}"
            )
    return {name: tensor.array() for name, tensor in content.items()}


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
