from detectors.monitors.fingerprint import fingerprint
from detectors.monitors.options import MonitorOptions
from schemas.values.spellings import Spellings


def test_what_does_not_change_the_state_is_no_part_of_the_fingerprint() -> None:
    options = MonitorOptions(burn_in=100)
    critical = MonitorOptions(burn_in=100, critical=frozenset({"x"}), most_columns=3)
    assert fingerprint(options) == fingerprint(critical)
    assert fingerprint(options) != fingerprint(MonitorOptions(burn_in=101))


def test_options_of_other_spellings_have_another_fingerprint() -> None:
    usual = fingerprint(MonitorOptions())
    assert fingerprint(MonitorOptions(spellings=Spellings())) == usual
    others = {
        fingerprint(MonitorOptions(spellings=each))
        for each in (Spellings(trim=False), Spellings(missing_numbers=frozenset()))
    }
    assert len(others | {usual}) == 3
