"""Plays a file of past predictions into the topics, as a service would have written them.

Reading, typing, mapping and ordering know no Kafka; `app.play.run` sends.
"""
