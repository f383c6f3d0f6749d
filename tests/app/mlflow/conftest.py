from collections.abc import AsyncIterator

import pytest

from tests.app.mlflow.fake_mlflow import FakeMlflow, serving


@pytest.fixture
async def fake() -> AsyncIterator[FakeMlflow]:
    async with serving() as found:
        yield found
