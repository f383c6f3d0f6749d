from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials import holds_credentials, masked

SECRET = "hunter2"  # noqa: S105 - what must not be seen


@pytest.mark.parametrize(
    "text",
    [
        f"app:{SECRET}@kafka:9092",
        f"SASL_SSL://app:{SECRET}@kafka:9092",
        f"kafka-1:9092,app:{SECRET}@kafka-2:9092",
        f"http://proxy:{SECRET}@10.0.0.1",
        f"https://{SECRET}@registry.example.org/x",
        f"https://:{SECRET}@registry:8081",
        f"app:a/{SECRET}@b@kafka:9092",
        f"app:a://{SECRET}@kafka:9092",
        f"{SECRET}@kafka:9092",
        f"no broker answers at 'app:{SECRET}@kafka'",
        f'PlainLoginModule required username="app" password="{SECRET} x";',
        f"https://registry/x?token={SECRET}&y=1",
        f"API_KEY={SECRET}",
    ],
)
def test_a_password_in_an_address_or_after_its_name_is_not_shown(text: str) -> None:
    assert SECRET not in masked(text)
    assert holds_credentials(text)


@pytest.mark.parametrize(
    "text",
    [
        "kafka-1:9092,kafka-2:9092",
        "admin@example.org",
        "http://registry:8081/subjects",
        "kafka.sasl_password: found nothing, expected a password",
        "[::1]:9092",
    ],
)
def test_text_without_a_password_is_shown_as_it_is(text: str) -> None:
    assert masked(text) == text
    assert not holds_credentials(text)


@given(
    password=st.text(
        st.characters(categories=["L", "N", "P", "S"], exclude_characters="'\""), min_size=6
    ).map(lambda text: f"S3{text}3S")
)
def test_no_password_before_a_host_is_shown(password: str) -> None:
    assert password not in masked(f"broker at sasl://app:{password}@kafka:9092 is away")


@pytest.mark.parametrize("part", [":", "@", "a:", "x@ ", "password", "password=", "x"])
def test_looking_takes_no_longer_than_reading(part: str) -> None:
    begun = process_time()
    masked(part * 100_000 + "@")
    assert process_time() - begun < 2
