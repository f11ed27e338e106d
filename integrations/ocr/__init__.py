"""Engines that read words from pictures, behind the port of core/document/ports.py.

Each engine prepares the picture itself, because what helps one engine hurts another.
"""
