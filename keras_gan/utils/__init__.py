"""The ground floor: helpers that know nothing of GANs.

Argument checks, file handling and small tensor functions that several rooms
need. Nothing here imports another part of keras_gan.
"""
