"""Blocks: tensor -> tensor, the parts that backbones are made of."""
