"""Decoders: what a backbone gives -> what a task's head takes."""
