"""书证融通: compare course standards with a vocational skill-level certificate standard.

Importing this package touches no model, file or database.
"""

__version__ = "0.1.0"
