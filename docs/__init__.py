"""The site: `python -m docs.build FOLDER` makes it from the README, the docstrings and the tutorials."""
