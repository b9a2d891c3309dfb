"""Notices: mistakes of code that ran to its end and said nothing.

Each module of this folder knows one theme: it reads the syntax tree together with the shapes and dtypes that the lens
recorded, and speaks up only where a program meant as it stands would hardly be written so. `gather` asks them in turn.
"""
