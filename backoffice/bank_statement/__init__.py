"""Screens of bank statements: the statement tab of a case."""
