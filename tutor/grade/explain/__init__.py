"""Explanations: what an error means, in the words of the code it came from.

Each module of this folder knows one rule of torch: it looks at the scene of an error (what was done, to what) and tells
what the rule is, which numbers break it, and what would run instead. `gather` asks them in turn. Nothing here runs
anything; whether a repair runs is found out by who has a sandbox.
"""
