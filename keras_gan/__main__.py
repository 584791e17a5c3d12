"""`python -m keras_gan` is the `keras-gan` command."""

import sys

from keras_gan.cli import main

if __name__ == "__main__":
    sys.exit(main())
