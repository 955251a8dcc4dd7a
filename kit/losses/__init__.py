"""Losses, each with its rows of the match table beside it.

Every loss takes outputs *after* the activation, and the activation is the last operation of
the network: there Keras recovers the logits where the backend can, so nothing has to be
said about logits anywhere. Shapes must be equal: a target (N, 3) is never broadcast
against an output (N, 1).
"""
