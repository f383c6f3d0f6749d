"""A record's value as rows of predictions or labels, one format a file.

No joining, no statistics, no settings of models.
"""
