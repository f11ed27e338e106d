"""Decides what a page may import of the shell: announcing itself, its place in the sidebar,
words."""

from backoffice.shell.catalogue import t
from backoffice.shell.page import nav, page
from backoffice.shell.search import searchable

__all__ = ["nav", "page", "searchable", "t"]
