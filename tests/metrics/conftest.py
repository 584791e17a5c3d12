from peers import torch, torchvision

__all__ = ["torch", "torchvision"]
