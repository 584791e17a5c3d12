"""One entry of `race.py`: trains, and draws samples after given minutes."""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import race_entries as entries
import race_judge as judge


class Race:
    """The clock and the marks of a run.

    Args:
        seconds: When samples are drawn, in ascending order.
        num_samples: How many.
        out: Folder for them.
    """

    def __init__(self, seconds: list[float], num_samples: int, out: Path):
        self.seconds = list(seconds)
        self.num_samples = num_samples
        self.out = out
        self.marks: list[dict] = []
        self.trained = 0.0
        self.steps = 0
        self._started = time.perf_counter()

    def after(self, steps: int, draw: Callable[[int], dict]) -> bool:
        """Counts steps and draws samples when it is time.

        Args:
            steps: Number of steps since the last call.
            draw: Number of samples -> floats in [-1, 1] by name.

        Returns:
            Whether to go on.
        """
        self.steps += steps
        elapsed = self.trained + time.perf_counter() - self._started
        if elapsed < self.seconds[0]:
            return True
        self.trained = elapsed
        while self.seconds and self.seconds[0] <= elapsed:
            self._mark(self.seconds.pop(0), draw)
        self._started = time.perf_counter()
        return bool(self.seconds)

    def _mark(self, seconds: float, draw: Callable[[int], dict]) -> None:
        file = f"samples_{seconds:g}.npz"
        images = {
            name: judge.to_bytes(drawn)
            for name, drawn in draw(self.num_samples).items()
        }
        np.savez(self.out / file, **images)
        self.marks.append(
            {"seconds": seconds, "steps": self.steps, "file": file}
        )

    def write(self) -> None:
        """Writes what the judge reads."""
        text = json.dumps({"marks": self.marks})
        (self.out / "samples.json").write_text(text)


def main() -> None:
    """Runs one entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("entry", choices=entries.ENTRIES)
    add("--images", type=Path, required=True)
    add("--out", type=Path, required=True)
    add("--seed", type=int, default=0)
    add("--samples", type=int, default=5000)
    add("--minutes", nargs="+", type=float, required=True)
    options = parser.parse_args()
    seconds = [60 * minutes for minutes in options.minutes]
    images = (np.load(options.images) / 127.5 - 1).astype("float32")
    run = entries.ENTRIES[options.entry](images, options.seed, seconds[-1])
    race = Race(seconds, options.samples, options.out)
    run(race)
    race.write()


if __name__ == "__main__":
    main()
