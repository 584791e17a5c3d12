import keras
import numpy as np
import pytest
from portable import (
    assert_close,
    assert_equal,
    dtype_of,
    tensor,
    tensors,
    to_numpy,
)

from keras_gan.layers.augmentation import affine

HEIGHT, WIDTH = 24, 16


def rotation(angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def scaling(x, y):
    return np.diag([x, y, 1.0])


def translation(x, y):
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])


# Where the operation itself sends a place `(x, y)`, y downwards.
FORWARD = {
    "flip": lambda flip: scaling(-1 if flip else 1, 1),
    "quarter_turns": lambda turns: rotation(-np.pi / 2 * turns),
    "shift": lambda s: translation(round(s[0] * WIDTH), round(s[1] * HEIGHT)),
    "scale": lambda scale: scaling(scale, scale),
    "rotation": lambda angle: rotation(-angle),
    "stretch": lambda stretch: scaling(stretch, 1 / stretch),
    "second_rotation": lambda angle: rotation(-angle),
    "fractional_shift": lambda s: translation(s[0] * WIDTH, s[1] * HEIGHT),
}
DRAWN = {
    "flip": [0, 1, 1],
    "quarter_turns": [1, 3, 2],
    "shift": [[0.1, -0.12], [-0.03, 0.0], [0.125, 0.06]],
    "scale": [1.2, 0.8, 1.0],
    "rotation": [0.3, -2.5, 0.0],
    "stretch": [0.7, 1.0, 1.6],
    "second_rotation": [-1.0, 0.0, 3.0],
    "fractional_shift": [[0.01, 0.2], [-0.3, 0.11], [0.0, 0.04]],
}


def inverse_matrices(names):
    drawn = {name: tensor(DRAWN[name], "float32") for name in names}
    return keras.ops.convert_to_numpy(
        affine.inverse_matrices(drawn, HEIGHT, WIDTH)
    )


def forward_matrix(names, index):
    matrix = np.eye(3)
    for name in names:
        matrix = FORWARD[name](DRAWN[name][index]) @ matrix
    return matrix


@pytest.mark.parametrize(
    "names",
    [[name] for name in FORWARD] + [["flip", "scale", "stretch"], FORWARD],
    ids=lambda names: "+".join(names) if len(names) < 8 else "all",
)
def test_maps_are_inverse_to_the_operations_in_the_papers_order(names):
    matrices = inverse_matrices(names)
    assert matrices.shape == (3, 3, 3) and dtype_of(matrices) == "float32"
    for index, matrix in enumerate(matrices):
        there_and_back = forward_matrix(names, index) @ matrix
        assert_close(there_and_back, np.eye(3), atol=1e-4)


@pytest.mark.quickest
def test_order_of_the_dict_does_not_matter():
    assert_equal(inverse_matrices(FORWARD), inverse_matrices(reversed(FORWARD)))


@pytest.mark.quickest
def test_sides_may_be_tensors():
    drawn = {name: tensor(DRAWN[name], "float32") for name in DRAWN}
    sides = map(keras.ops.convert_to_tensor, (HEIGHT, WIDTH))
    matrices = affine.inverse_matrices(drawn, *sides)
    assert_equal(matrices, inverse_matrices(DRAWN))


@pytest.mark.quickest
def test_shifts_are_by_whole_pixels():
    shifts = inverse_matrices(["shift"])[:, :2, 2]
    assert_equal(shifts, [[-2, 3], [0, 0], [-2, -1]])


@pytest.mark.quickest
def test_nothing_geometric_gives_no_matrix():
    drawn = {"brightness": np.zeros(2, "float32")}
    assert affine.inverse_matrices(drawn, HEIGHT, WIDTH) is None


@pytest.mark.quickest
def test_unchanged_are_the_exact_identities():
    identity = np.eye(3, dtype="float32")
    nearly = identity.copy()
    nearly[0, 2] = np.float32(1e-30)
    turned = rotation(0.1).astype("float32")
    unchanged = affine.unchanged(np.stack([identity, nearly, turned]))
    assert_equal(unchanged, [True, False, False])


def test_identities_of_all_operations_multiply_to_the_exact_identity():
    ones = {"scale", "stretch"}
    twos = {"shift", "fractional_shift"}
    drawn = {
        name: np.full(
            (2, 2) if name in twos else 2, float(name in ones), "float32"
        )
        for name in FORWARD
    }
    matrices = affine.inverse_matrices(tensors(drawn), HEIGHT, WIDTH)
    assert np.all(to_numpy(affine.unchanged(matrices)))
