import collections
import os
import pickle
import zipfile

import numpy as np
import pytest
from portable import assert_equal, dtype_of

from keras_gan.features.torch_weights import read_torch_weights

# Another backend would change nothing.
pytestmark = pytest.mark.once

ARRAYS = {
    "layer.weight": np.arange(6, dtype="<f4").reshape(2, 3) - 2.5,
    "layer.count": np.array(7, "<i8"),
    "half": np.array([1.5, -2.0], "<f2"),
    "double": np.array([[1e-300]], "<f8"),
    "flags": np.array([True, False, True]),
    "bytes": np.array([0, 255], "u1"),
    "empty": np.zeros((0, 3), "<f4"),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.pth"


@pytest.fixture
def writers(torch_files):
    """Writes `content` with bytes by key, in each of the two layouts."""

    def legacy(path, content, storages):
        counted = {
            key: (tensor.storage.num_elements, storages[key])
            for tensor in content.values()
            for key in [tensor.storage.key]
        }
        return torch_files.write_legacy(path, content, counted)

    return {"zip": torch_files.write_zip, "legacy": legacy}


def bytes_of(arrays):
    return {str(i): a.tobytes() for i, a in enumerate(arrays.values())}


each_layout = pytest.mark.parametrize("layout", ["zip", "legacy"])


@each_layout
def test_arrays_come_back_as_they_were(layout, writers, torch_files, path):
    writers[layout](path, torch_files.tensors_of(ARRAYS), bytes_of(ARRAYS))
    received = read_torch_weights(path)
    assert list(received) == list(ARRAYS)
    for name, expected in ARRAYS.items():
        assert dtype_of(received[name]) == expected.dtype
        assert received[name].dtype.isnative
        assert not received[name].flags.writeable
        assert_equal(received[name], expected)


@each_layout
def test_tensors_may_share_a_storage(layout, writers, torch_files, path):
    storage = torch_files.Storage("FloatStorage", "0", 12)
    views = {
        "all": torch_files.Tensor(storage, 0, (3, 4), (4, 1)),
        "transposed": torch_files.Tensor(storage, 0, (4, 3), (1, 4)),
        "column": torch_files.Tensor(storage, 2, (3,), (4,)),
        "last": torch_files.Tensor(storage, 11, (1, 1), (100, 100)),
    }
    numbers = np.arange(12, dtype="<f4")
    writers[layout](path, views, {"0": numbers.tobytes()})
    received = read_torch_weights(path)
    table = numbers.reshape(3, 4)
    assert_equal(received["all"], table)
    assert_equal(received["transposed"], table.T)
    assert_equal(received["column"], table[:, 2])
    assert_equal(received["last"], [[11.0]])
    assert np.shares_memory(received["all"], received["transposed"])


@each_layout
def test_bfloat16_becomes_float32(layout, writers, torch_files, path):
    storage = torch_files.Storage("BFloat16Storage", "0", 3)
    content = {"x": torch_files.Tensor(storage, 0, (3,), (1,))}
    halves = np.array([0x3F80, 0xC040, 0x7F80], "<u2")  # 1, -3, infinity
    writers[layout](path, content, {"0": halves.tobytes()})
    [received] = read_torch_weights(path).values()
    assert dtype_of(received) == "float32"
    assert received.tolist() == [1.0, -3.0, np.inf]


def test_byte_order_of_the_zip_is_followed(torch_files, path):
    content = torch_files.tensors_of({"x": np.array([1.0, 2.0], "<f4")})
    data = {"0": np.array([1.0, 2.0], ">f4").tobytes()}
    torch_files.write_zip(path, content, data, byte_order="big")
    assert read_torch_weights(path)["x"].tolist() == [1.0, 2.0]


def test_parameters_and_ordered_dictionaries_are_read(torch_files, path):
    [tensor] = torch_files.tensors_of({"x": np.ones(2, "<f4")}).values()
    name, call = torch_files.Name, torch_files.Call
    hooks = call(name("collections", "OrderedDict"), ())
    parameter = call(
        name("torch._utils", "_rebuild_parameter"), (tensor, True, hooks)
    )
    data = b"\x80\x02" + torch_files.encode(hooks)
    data += torch_files.encode("x") + torch_files.encode(parameter) + b"s"
    # The versions of layers, which PyTorch sets as an attribute.
    data += torch_files.encode({"_metadata": {"": {"version": 1}}}) + b"b."
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights/data.pkl", data)
        archive.writestr("weights/data/0", np.ones(2, "<f4").tobytes())
    assert read_torch_weights(path)["x"].tolist() == [1.0, 1.0]


def test_files_of_pytorch_are_read(torch, path):
    module = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 2), torch.nn.BatchNorm2d(4)
    )
    state = module.state_dict()
    state["transposed"] = torch.arange(6.0).reshape(2, 3).T
    state["part"] = torch.arange(10)[3:7:2]
    state["brain"] = torch.tensor([1.5, -2.0]).bfloat16()
    state["parameter"] = torch.nn.Parameter(torch.ones(2))
    for is_zip in (True, False):
        torch.save(state, path, _use_new_zipfile_serialization=is_zip)
        received = read_torch_weights(path)
        assert list(received) == list(state)
        for name, expected in state.items():
            wide = expected.float() if name == "brain" else expected
            assert_equal(received[name], wide.detach())


class Attack:
    """Pickles as a call, of whatever function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def in_zip(data):
    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", data)

    return write


def in_legacy(data):
    start = [0x1950A86A20F9469CFC6C, 1001, {}]
    start = b"".join(pickle.dumps(part, 2) for part in start)
    return lambda path: path.write_bytes(start + data)


@pytest.mark.parametrize("place", [in_zip, in_legacy])
@pytest.mark.parametrize("protocol", [2, 4])
def test_code_is_refused_and_does_not_run(place, protocol, path, tmp_path):
    attack = Attack(os.mkdir, str(tmp_path / "was_here"))
    place(pickle.dumps({"x": attack}, protocol))(path)
    with pytest.raises(ValueError, match=r"holds posix\.mkdir.*nothing.* run"):
        read_torch_weights(path)
    assert not (tmp_path / "was_here").exists()


def test_code_as_the_first_pickle_is_refused(path, tmp_path):
    attack = Attack(os.mkdir, str(tmp_path / "was_here"))
    path.write_bytes(pickle.dumps(attack, 2))
    with pytest.raises(ValueError, match=r"holds posix\.mkdir"):
        read_torch_weights(path)
    assert not (tmp_path / "was_here").exists()


@pytest.mark.parametrize(
    "value, named",
    [
        (collections.OrderedDict, "collections.OrderedDict|_Name"),
        (collections.Counter("a"), "collections.Counter"),
        (eval, "builtins.eval|__builtin__.eval"),
        ({1, 2}, "set"),
        ({"epoch": 3}, "'epoch' of type int"),
        ({"state_dict": {}}, "'state_dict' of type dict"),
        ([1.0], "of type list"),
        (b"bytes", "codecs|BINBYTES"),
    ],
)
def test_what_is_no_tensor_is_named(value, named, path):
    in_zip(pickle.dumps(value, 2))(path)
    with pytest.raises(ValueError, match=f"`path` holds .*({named})"):
        read_torch_weights(path)


CALL = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n"


@pytest.mark.parametrize(
    "data",
    [
        CALL + b"}X\x08\x00\x00\x00__code__NsbN.",
        CALL + b"N}X\x04\x00\x00\x00callNs\x86b.",
        b"\x80\x02ccollections\nOrderedDict\n}b.",
        b"\x80\x02ccollections\nOrderedDict\n)\x81.",
        b"\x80\x02(i__main__\nAttack\n.",
        b"\x80\x02\x82\x01.",
    ],
    ids=["function", "slot", "class", "newobj", "inst", "extension"],
)
def test_instructions_that_alter_objects_are_refused(data, path):
    in_zip(data)(path)
    with pytest.raises(ValueError, match="and not only tensors"):
        read_torch_weights(path)


@pytest.mark.parametrize(
    "data",
    [
        CALL + b")R.",
        CALL + b"(NNNNNNtR.",
        CALL + b"]R.",
        b"\x80\x02ctorch._utils\n_rebuild_parameter\nN\x85R.",
        b"\x80\x02ccollections\nOrderedDict\nK\x01\x85R.",
        b"\x80\x02X\x07\x00\x00\x00storageQ.",
        b"\x80\x02K\x01Q.",
        # A table of 2 billion entries.
        b"\x80\x02}r\xff\xff\xff\x7f.",
        # A text of 4 GB in a file of a few bytes.
        b"\x80\x02X\xff\xff\xff\xffab.",
        b"\x80\x02}",
        b"",
    ],
)
def test_odd_pickles_are_damaged_files(data, path):
    for place in (in_zip, in_legacy):
        place(data)(path)
        with pytest.raises(ValueError, match="not a complete file of PyTorch"):
            read_torch_weights(path)


@pytest.mark.parametrize(
    "offset, shape, strides",
    [
        (0, (5,), (1,)),
        (2, (3,), (1,)),
        (0, (2, 2), (4, 1)),
        (0, (10**6, 10**6), (0, 0)),
        (0, (2**40, 2**40, 2**40), (1, 1, 1)),
        (-1, (2,), (1,)),
        (0, (-1,), (1,)),
        (3, (2,), (-1,)),
        (0, (2, 2), (1,)),
        (0, ("1",), (1,)),
        (0, (True,), (1,)),
        (0, (1,) * 65, (1,) * 65),
    ],
)
@each_layout
def test_tensors_beyond_their_storage_are_refused(
    layout, offset, shape, strides, writers, torch_files, path
):
    storage = torch_files.Storage("FloatStorage", "0", 4)
    content = {"x": torch_files.Tensor(storage, offset, shape, strides)}
    writers[layout](path, content, {"0": bytes(16)})
    with pytest.raises(ValueError, match="not a complete file of PyTorch"):
        read_torch_weights(path)


@each_layout
def test_storages_of_another_size_are_refused(
    layout, writers, torch_files, path
):
    # A petabyte is not reserved before it is seen to be missing.
    for num_elements in (5, 2**48):
        storage = torch_files.Storage("FloatStorage", "0", num_elements)
        content = {"x": torch_files.Tensor(storage, 0, (2,), (1,))}
        writers[layout](path, content, {"0": bytes(16)})
        with pytest.raises(ValueError, match="storage '0'"):
            read_torch_weights(path)


def test_length_before_the_numbers_is_checked(torch_files, path):
    content = torch_files.tensors_of({"x": np.ones(4, "<f4")})
    torch_files.write_legacy(path, content, {"0": (3, bytes(16))})
    with pytest.raises(ValueError, match="storage '0' has 3 elements"):
        read_torch_weights(path)


def test_one_storage_is_not_described_in_two_ways(torch_files, path):
    kinds = [("FloatStorage", 4), ("IntStorage", 4), ("FloatStorage", 3)]
    storages = [torch_files.Storage(kind, "0", n) for kind, n in kinds]
    for other in storages[1:]:
        content = {
            "x": torch_files.Tensor(storages[0], 0, (2,), (1,)),
            "y": torch_files.Tensor(other, 0, (2,), (1,)),
        }
        torch_files.write_zip(path, content, {"0": bytes(16)})
        with pytest.raises(ValueError, match="described in two ways"):
            read_torch_weights(path)


@each_layout
def test_every_truncation_is_told(layout, writers, torch_files, path):
    writers[layout](path, torch_files.tensors_of(ARRAYS), bytes_of(ARRAYS))
    whole = path.read_bytes()
    for length in [*range(0, len(whole), 7), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="fetch it again|only tensors"):
            read_torch_weights(path)


def test_a_changed_byte_of_a_zip_is_told(torch_files, path):
    torch_files.write_arrays(path, {"x": np.ones(64, "<f4")})
    whole = path.read_bytes()
    place = whole.index(np.ones(64, "<f4").tobytes())
    path.write_bytes(whole[:place] + b"\x01" + whole[place + 1 :])
    with pytest.raises(ValueError, match="Bad CRC-32"):
        read_torch_weights(path)


def test_compressed_zips_are_refused(torch_files, path):
    torch_files.write_arrays(path, {"x": np.zeros(9, "<f4")})
    with zipfile.ZipFile(path) as archive:
        records = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in records.items():
            archive.writestr(name, data)
    with pytest.raises(ValueError, match="compressed"):
        read_torch_weights(path)


@pytest.mark.parametrize("data", [b"", b"<!DOCTYPE html>", b"PK", bytes(99)])
def test_other_files_are_refused(data, path):
    path.write_bytes(data)
    with pytest.raises(ValueError) as error:
        read_torch_weights(path)
    assert "not a complete file of PyTorch weights" in str(error.value)
    assert f"Received: path='{path}'" in str(error.value)


def test_missing_file_is_told(path):
    with pytest.raises(FileNotFoundError):
        read_torch_weights(path)
