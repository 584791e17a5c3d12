import pytest

from keras_gan.datasets.pairing import partners

# Another backend would change nothing.
pytestmark = pytest.mark.once


def matched(first, second, **options):
    pairs = partners(("A", "B"), (first, second), **options)
    return [(first[i], second[j]) for i, j in pairs]


def test_extensions_do_not_matter_but_the_rest_does():
    found = matched(["1.png", "2.tar.png", "3"], ["2.tar.jpg", "3.gif", "1.x"])
    assert found == [
        ("1.png", "1.x"),
        ("2.tar.png", "2.tar.jpg"),
        ("3", "3.gif"),
    ]


def test_accents_may_be_characters_of_their_own():
    found = matched(["caf\u00e9.png"], ["cafe\u0301.png"])
    assert found == [("caf\u00e9.png", "cafe\u0301.png")]


def test_folders_count_where_they_tell_files_apart():
    found = matched(["x/1.png", "y/1.png"], ["y/1.jpg", "x/1.jpg"])
    assert found == [("x/1.png", "x/1.jpg"), ("y/1.png", "y/1.jpg")]


@pytest.mark.parametrize("first", ["A/1.png", "data/A/1.png", "1.png"])
def test_folders_around_all_do_not(first):
    assert matched([first], ["B/1.jpg"]) == [(first, "B/1.jpg")]


def test_names_may_be_without_the_folders():
    found = matched(["x/1.png", "y/2.png"], ["2.png", "1.png"])
    assert found == [("x/1.png", "1.png"), ("y/2.png", "2.png")]


def test_those_without_a_partner_are_named_and_counted():
    first, second = ["1.png", "2.png", "3.png"], ["3.png", "4.png"]
    with pytest.warns(UserWarning) as warned:
        assert matched(first, second) == [("3.png", "3.png")]
    texts = [str(one.message) for one in warned]
    assert texts == [
        "`A`: 2 of its images have no partner in `B` and are left out: 1.png, "
        "2.png.",
        "`B`: 1 of its images have no partner in `A` and are left out: 4.png.",
    ]
    with pytest.raises(ValueError, match=r"2 without, such as 1.png, 2.png\."):
        matched(first, second, strict=True)


@pytest.mark.parametrize(
    "first, second, message",
    [
        (["1.png"], ["2.png"], "no name that is in both `A` and `B`"),
        (["1.png", "1.jpg"], ["1.png"], "`A` must have different names"),
    ],
)
def test_what_cannot_be_matched(first, second, message):
    with pytest.raises(ValueError, match=message):
        matched(first, second)
