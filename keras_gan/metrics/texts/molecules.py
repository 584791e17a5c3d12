"""`is_molecule`: whether a text is a molecule, by RDKit."""


def is_molecule(text: str) -> bool:
    """Whether RDKit reads a text as a molecule, with all valences in order.

    Args:
        text: A SMILES string or anything else.

    Raises:
        ImportError: If RDKit is not installed.

    Example:

    >>> is_molecule("c1ccccc1")  # doctest: +SKIP
    True
    """
    try:
        from rdkit import Chem, rdBase
    except ImportError as error:
        raise ImportError(
            "Molecules are checked with RDKit. Received: an environment "
            'without it. Run `pip install "keras-gan[molecules]"`, or check '
            "the grammar alone with `keras_gan.metrics.is_smiles`."
        ) from error
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(text)
    return bool(text) and molecule is not None
