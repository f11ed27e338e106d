"""Screens of documents: the case's documents, their pages, and the plain HTTP for files."""
