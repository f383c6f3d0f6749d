from schemas.events.cloudevents import CloudEventType, cloudevent_headers


def test_attributes_become_kafka_headers() -> None:
    headers = cloudevent_headers(
        CloudEventType.DEAD_LETTER,
        event_id="1",
        source="/driftline/modèle v1/2",
        time="2026-03-01T12:00:00.000Z",
        subject="âge",
        content_type="application/octet-stream",
        extensions={"reason": "null_value"},
    )
    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": b"1",
        "ce_source": b"/driftline/mod%C3%A8le%20v1/2",
        "ce_type": b"io.driftline.dead-letter.v1",
        "ce_time": b"2026-03-01T12:00:00.000Z",
        "ce_subject": "âge".encode(),
        "ce_reason": b"null_value",
        "content-type": b"application/octet-stream",
    }
