"""The topics by their default names."""

from typing import Final

from app.options import agent_topics
from app.settings import load_settings

TOPICS: Final = agent_topics(load_settings(None, {"kafka.bootstrap_servers": "kafka:9092"}, {}))
