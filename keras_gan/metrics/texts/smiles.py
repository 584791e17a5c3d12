"""`is_smiles`: whether a text is a SMILES string, by the grammar."""

import re

_ELEMENTS = set(
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni "
    "Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I "
    "Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt "
    "Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr "
    "Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og".split()
)
_AROMATIC = {"b", "c", "n", "o", "p", "s", "se", "as", "te"}
_PARTS = re.compile(
    r"(?P<atom>Br|Cl|[BCNOPSFI*]|[bcnops])"
    r"|\[(?P<bracket>[^][]*)\]"
    r"|(?P<bond>[-=#$:/\\])"
    r"|(?P<ring>\d|%\d\d)"
    r"|(?P<open>\()|(?P<close>\))|(?P<dot>\.)"
)
_BRACKET = re.compile(
    r"(?:\d+)?(?P<symbol>[A-Z][a-z]?|[a-z][a-z]?|\*)"
    r"(?:@(?:@|(?:TH|AL)[12]|SP[123]|(?:TB|OH)\d{1,2})?)?"
    r"(?:H\d*)?(?:\+{1,15}|-{1,15}|[+-]\d{1,2})?(?::\d+)?"
)
_DIRECTIONS = {"/", "\\"}


def is_smiles(text: str) -> bool:
    """Whether a text is a SMILES string, by its grammar.

    Atoms are those of the organic subset, or in brackets any element with its
    isotope, chirality, hydrogen atoms, charge and class. Each bond stands
    between two atoms, branches are closed and not empty, and rings are closed
    by a bond of the same kind between two different atoms that have no other
    one. Valences are not checked: `is_molecule` does that, with RDKit.

    Args:
        text: The text.

    Example:

    >>> [is_smiles(text) for text in ("c1ccccc1", "CC(=O)O", "c1ccccc", "CC(")]
    [True, True, False, False]

    Reference:
        [OpenSMILES](http://opensmiles.org/opensmiles.html).
    """
    reader, place = _Reader(), 0
    while place < len(text):
        part = _PARTS.match(text, place)
        if part is None or not reader.read(part):
            return False
        place = part.end()
    return reader.is_complete()


class _Reader:
    """Reads a SMILES string, part by part."""

    def __init__(self) -> None:
        self.atoms = 0
        self.atom: int | None = None  # The one that the next is bonded to.
        self.bond: str | None = None
        self.branches: list[int] = []
        self.just_opened = False
        self.rings: dict[int, tuple[int, str | None]] = {}
        self.bonded: set[tuple[int, int]] = set()

    def read(self, part: re.Match) -> bool:
        """Reads a part; returns whether it may stand here."""
        kind = str(part.lastgroup)
        opened, self.just_opened = self.just_opened, kind == "open"
        # The bond to a branch is inside of it: C(=O), not C=(O).
        if opened and kind not in ("atom", "bracket", "bond", "dot"):
            return False
        return getattr(self, f"_{kind}")(part[kind])

    def is_complete(self) -> bool:
        """Whether the string may end here."""
        return bool(
            self.atom is not None
            and self.bond is None
            and not self.branches
            and not self.rings
        )

    def _atom(self, symbol: str) -> bool:
        if self.atom is not None:
            self.bonded.add((self.atom, self.atoms))
        self.atom, self.bond = self.atoms, None
        self.atoms += 1
        return True

    def _bracket(self, content: str) -> bool:
        found = _BRACKET.fullmatch(content)
        if found is None:
            return False
        symbol = found["symbol"]
        known = symbol in _ELEMENTS | _AROMATIC | {"*"}
        return known and self._atom(symbol)

    def _bond(self, symbol: str) -> bool:
        if self.atom is None or self.bond is not None:
            return False
        self.bond = symbol
        return True

    def _dot(self, symbol: str) -> bool:
        if self.atom is None or self.bond is not None:
            return False
        self.atom = None
        return True

    def _open(self, symbol: str) -> bool:
        if self.atom is None or self.bond is not None:
            return False
        self.branches.append(self.atom)
        return True

    def _close(self, symbol: str) -> bool:
        if not self.branches or self.bond is not None or self.atom is None:
            return False
        self.atom = self.branches.pop()
        return True

    def _ring(self, digits: str) -> bool:
        if self.atom is None:
            return False
        number = int(digits.lstrip("%"))
        bond, self.bond = self.bond, None
        if number not in self.rings:
            self.rings[number] = self.atom, bond
            return True
        start, first = self.rings.pop(number)
        pair = start, self.atom
        if start == self.atom or pair in self.bonded:
            return False
        self.bonded.add(pair)
        return _agree(first, bond)


def _agree(one: str | None, other: str | None) -> bool:
    """Whether the bonds at the two ends of a ring may be the same bond."""
    if one is None or other is None:
        return True
    return one == other or {one, other} <= _DIRECTIONS


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
