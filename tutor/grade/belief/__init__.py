"""Beliefs: which other code would give a wrong answer, and what is true instead.

Each module of this folder knows one rule of torch and rewrites one node of the asked expression. `mutate` gathers.
"""
