"""Cells of an office's list in the words of the schema: texts, figures, moments, words, levels; what was done and what is wrong told by cell.

Each step takes a table and returns a table with what it found; nothing is changed in place.
"""
