"""Planning: settings from the data, a few timed steps and a time budget."""

from kit.planning.plan import Plan, plan

__all__ = ["Plan", "plan"]
