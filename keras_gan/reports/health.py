"""Reading `health.json`: what was found wrong with a training."""

import json
import pathlib

import msgspec

from keras_gan.utils.findings import Finding

MEASUREMENTS = {
    "diversity": "Mean distance between samples, in units of that between real "
    "images: 1 is as varied as these, near 0 all samples are alike.",
    "modes": "Effective number of groups (by k-means) that samples fall into, "
    "in units of that of real images: near 1 is good, near 0 most are "
    "missing.",
    "shift": "How far the shares of these groups moved since the round before, "
    "from 0 to 1: near 0 is steady, near 1 samples jump.",
    "distance": "Energy distance of samples from real images, in units of the "
    "mean distance between these: lower is better.",
    "separation": "Probability that the discriminator gives a real image a "
    "higher logit than a sample: at 1 it never errs, at 0.5 it cannot tell "
    "them apart.",
    "logit_scale": "Standard deviation of the logits of real images and "
    "samples: steady is good, what keeps growing diverges.",
    "slope": "Norm of the gradient of the generator's loss in a sample: near 0 "
    "the generator does not learn.",
    "held_out_ranking": "Probability that the discriminator gives a training "
    "image a higher logit than one held back: 0.5 without memory, 1 if "
    "it knows all training images by heart.",
    "memorized": "Share of the margin of training images over samples that "
    "images held back lack: near 0 is good, near 1 is memory.",
    "saturation": "Share of values at the ends of the range, from 0 (as in "
    "real images) to 1 (all): near 0 is good.",
    "label_effect": "How far samples move when only their labels change, in "
    "units of their distances: near 0 labels are ignored.",
    "label_agreement": "How often the nearest real image has the label of a "
    "sample, from 0 (chance) to 1 (as of real images): higher is better.",
    "findings": "Number of findings so far: 0 is good.",
}
"""What the columns `health_...` of a history mean, and which way is good."""


def read_findings(path: pathlib.Path) -> list[Finding]:
    """Reads the findings of a run, by their rounds.

    Args:
        path: A `health.json`, which may be missing.

    Raises:
        OSError: If it exists and cannot be read.
        ValueError: If it is damaged.
    """
    if not path.exists():
        return []
    try:
        found = msgspec.convert(json.loads(path.read_bytes()), list[Finding])
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    return sorted(found, key=lambda finding: finding.round or 0)
