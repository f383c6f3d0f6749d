"""The topic of model versions for people and programs: read as a whole, told in lines and JSON.

Writing it is `agents.stages.detection`.
"""
