"""Comparisons of model versions as their topic holds them, for people; nothing is computed here."""
