"""The settings of a topic, as somebody changes them who has the right to."""

from collections.abc import Mapping
from typing import Final

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

_PATIENCE: Final = 20.0


def change_topic(bootstrap: str, topic: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Change settings of a topic.

    Parameters
    ----------
    bootstrap
        Address of the brokers.
    topic
        Its full name.
    settings
        By their Kafka names; others stay.

    Returns
    -------
    dict
        The same settings as they were.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    asked = ConfigResource(ResourceType.TOPIC, topic)
    found = admin.describe_configs([asked])[asked].result(_PATIENCE)
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in settings.items()
    ]
    change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
    admin.incremental_alter_configs([change])[change].result(_PATIENCE)
    return {name: str(found[name].value) for name in settings}
