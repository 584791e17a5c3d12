"""Metrics of texts, with values that can be computed by hand."""

import math

import pytest

from keras_gan import layers, metrics

# No backend computes them.
pytestmark = pytest.mark.quickest


def test_shares():
    texts = ["anna", "bob", "anna", "eve"]
    assert metrics.unique_share(texts) == 0.75
    assert metrics.new_share(texts, ["anna"]) == 0.5
    assert metrics.valid_share(texts, str.islower) == 1.0
    assert metrics.valid_share(texts, lambda text: text == "eve") == 0.25


def test_distance_of_ngrams():
    distance = metrics.ngram_distance
    assert distance(["ab", "b"], ["b", "ab"]) == 0.0
    assert distance(["ab"], ["cd"]) == pytest.approx(1.0)
    # Of a, a, b and a, b, b, without edges.
    assert distance(["aab"], ["abb"], n=1) == pytest.approx(1 / 3)
    # The same bigrams inside, but other beginnings and ends.
    assert distance(["aba"], ["bab"]) == pytest.approx(1 / 2)
    words = distance(["a b", "a c"], ["a b"], n=1, unit="words")
    assert words == pytest.approx(1 / 4)
    # A text that is shorter than n is one n-gram, also an empty one.
    assert distance(["a"], ["b"], n=5) == 1.0
    assert distance(["a", "b"], ["b"], n=5) == 0.5
    assert distance(["ab"], [""], n=1) == distance(["ab"], [""], n=3) == 1.0


def test_bleu():
    assert metrics.bleu(["a b c d e"], ["x", "a b c d e"]) == 1.0
    # Three of four words, two of three pairs; as long as the reference.
    value = metrics.bleu(["a b c x"], ["a b c d"], n=2)
    assert value == pytest.approx(math.sqrt(3 / 4 * 2 / 3))
    # A word that comes too often counts as often as in the reference.
    value = metrics.bleu(["a a a"], ["a b c"], n=1)
    assert value == pytest.approx(1 / 3)
    # A text of half of the length.
    value = metrics.bleu(["a b"], ["a b c d"], n=1)
    assert value == pytest.approx(math.exp(-1))
    # No pair: a tenth of one.
    value = metrics.bleu(["a c"], ["a b c"], n=2)
    assert value == pytest.approx(math.exp(-0.5) * math.sqrt(0.1))
    assert metrics.bleu([""], ["a"]) == 0.0
    assert metrics.bleu(["ab"], ["ab"], n=2, unit="characters") == 1.0


def test_self_bleu_of_equal_and_of_different_texts():
    assert metrics.self_bleu(["a b c d"] * 5) == 1.0
    assert metrics.self_bleu(["a b", "c d"], n=1) == pytest.approx(0.05)
    # Each with the others as references, one by one.
    texts = ["a b c", "a b d e", "a b c", "x b", "b b c"]
    alone = [
        metrics.bleu([text], texts[:at] + texts[at + 1 :], n=3)
        for at, text in enumerate(texts)
    ]
    assert metrics.self_bleu(texts, n=3) == pytest.approx(sum(alone) / 5)
    assert metrics.self_bleu(texts * 9, n=2, max_texts=4, seed=1) > 0


@pytest.mark.parametrize(
    "text",
    [
        "C",
        "CC(=O)Oc1ccccc1C(=O)O",
        "C[C@@H]1CC(Nc2cncc(-c3nncn3C)c2)C[C@@H](C)C1",
        "CC(=O)NCCC1=CNc2c1cc(OC)cc2",
        "F/C=C/F",
        "C[C@TH1H](O)N",
        "[NH4+].[Cl-]",
        "[13CH3][2H]",
        "C%12CCCCC%12",
        "c1ccc2[nH]ccc2c1",
        "[O-][N+](=O)c1ccccc1",
        "CCC1=[O+][Cu-3]2([O+]=C(CC)C1)[O+]=C(CC)CC(CC)=[O+]2",
        "C=1CCCCC1",
        "N#N",
    ],
)
def test_smiles(text):
    assert metrics.is_smiles(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c1ccccc",  # A ring that is not closed.
        "CC(C",
        "CC)C",
        "C()C",
        "(C)C",
        "C[C@H",
        "C]",
        "CX",  # No atom.
        "[Xx]",
        "[C@@@H]",
        "[C@@TH1H]",
        "[]",
        "C=",
        "=C",
        "C==C",
        "C(=)C",
        "C=(C)",
        "C1C1",  # Two bonds between two atoms.
        "C11",  # A ring of one.
        "C=1CCCCC#1",
        "C..C",
        "C.",
        "1CC1",
        "C%1CC%1",
        "C C",
        "C\n",
    ],
)
def test_no_smiles(text):
    assert not metrics.is_smiles(text)


def test_molecules_need_rdkit():
    try:
        import rdkit  # noqa: F401
    except ImportError:
        with pytest.raises(ImportError, match=r"keras-gan\[molecules\]"):
            metrics.is_molecule("C")
    else:
        assert metrics.is_molecule("c1ccccc1")
        # The grammar is right, and an atom has five bonds.
        assert not metrics.is_molecule("C(C)(C)(C)(C)C")


def test_quality_in_training():
    preprocessor = layers.TextPreprocessor()
    real, fake = ["ab", "ba", "a"], ["ab", "ab", "b"]
    preprocessor.adapt(real)
    metric = metrics.TextQuality(preprocessor, n=1, is_valid=metrics.is_smiles)
    for _ in range(2):
        metric.update_state(preprocessor(real), preprocessor(fake))
    assert metric.result() == {
        "ngram_distance": pytest.approx(1 / 5),
        "unique": pytest.approx(2 / 6),
        "valid": pytest.approx(2 / 6),
    }
    metric.reset_state()
    metric.update_state(preprocessor(real), preprocessor(real))
    assert metric.result()["ngram_distance"] == 0.0


def test_quality_is_saved():
    preprocessor = layers.TextPreprocessor()
    preprocessor.adapt(["ab"])
    metric = metrics.TextQuality(preprocessor, max_texts=5)
    again = metrics.TextQuality.from_config(metric.get_config())
    assert again.get_config() == metric.get_config()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.unique_share([]), "Received: none"),
        (lambda: metrics.unique_share("anna"), "Received: one text"),
        (lambda: metrics.ngram_distance(["a"], []), "`fake` must be texts"),
        (lambda: metrics.ngram_distance(["a"], ["a"], n=0), "at least 1"),
        (lambda: metrics.bleu(["a"], []), "`references` must be texts"),
        (lambda: metrics.self_bleu(["a"]), "two or more"),
        (lambda: metrics.bleu(["a"], ["a"], unit="bytes"), "'characters'"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()
