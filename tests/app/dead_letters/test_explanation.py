from collections.abc import Iterable
from dataclasses import replace

import orjson

from app.dead_letters.explanation import MOST_EXAMPLES, Explainer, Explanation
from app.dead_letters.judge import Judge
from app.dead_letters.letter import Letter
from app.settings import load_settings
from schemas.documents import examples
from schemas.events.invalid import Reason
from tests.app.dead_letters.letters import letter

PREDICTION = orjson.dumps(examples.PREDICTION)


def explained(letters: Iterable[Letter]) -> list[Explanation]:
    explainer = Explainer(Judge(load_settings(None, {"kafka.bootstrap_servers": "k:1"}, {})))
    for each in letters:
        explainer.take(each)
    return explainer.explanations()


def test_an_explanation_counts_by_topic_and_reason_and_shows_each_fault_once() -> None:
    letters = [letter(b"{}", offset=number) for number in range(5)]
    letters.append(letter(PREDICTION, detail="once"))
    letters.append(letter(b"\xff", topic="labels", reason=Reason.UNDECODABLE, detail="not JSON"))
    undecodable, missing = explained(letters)
    assert (undecodable.topic, undecodable.refused) == ("labels", 1)
    assert (missing.letters, missing.refused, missing.accepted) == (6, 5, 1)
    assert [said.accepted for _, said in missing.examples] == [False, True]
    assert len(missing.examples) <= MOST_EXAMPLES
    assert missing.document()["examples"][0]["now"]["path"] == "features"


def test_a_letter_of_a_reason_that_is_not_known_is_explained_all_the_same() -> None:
    (explanation,) = explained([replace(letter(b"{}"), reason="new")])
    assert explanation.expected == "unknown to this version"
