"""Ordered, named migrations, each one transaction; see :mod:`align.store.migrate`."""
