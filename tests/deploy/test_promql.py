from tests.deploy.promql import known_metrics, parse, strangers, without_data


def test_metrics_matchers_and_groupings_are_told_from_functions_and_words() -> None:
    found = parse(
        'sum by (le, stage) (rate(driftline_batch_duration_seconds_bucket{stage=~"a(b)"}[5m]))'
        " and on (job) up unless x:y offset 10m > bool 0"
    )

    assert found.metrics == {"driftline_batch_duration_seconds_bucket", "up", "x:y"}
    assert found.matched == {("driftline_batch_duration_seconds_bucket", "stage")}
    assert found.grouped == {"le", "stage", "job"}


def test_a_metric_or_a_label_that_does_not_exist_is_found() -> None:
    known = known_metrics()

    assert list(strangers("driftline_nothing_total", known, set())) == ["driftline_nothing_total"]
    assert list(strangers('up{model="a"}', known, set())) == ["up{model}"]
    assert list(strangers("sum by (model) (up)", known, set())) == ["by (model)"]
    assert list(strangers("sum by (job) (up)", known, {"instance"})) == ["{{instance}}"]
    assert list(strangers("1 + 1", known, set())) == ["no metric in 1 + 1"]


def test_the_metrics_of_the_process_and_the_parts_of_histograms_are_known() -> None:
    known = known_metrics()

    assert "process_cpu_seconds_total" in known
    assert known["driftline_batch_duration_seconds_bucket"] == {"stage", "le"}
    assert "driftline_batch_duration_seconds" not in known


def test_a_selector_that_no_sample_matches_is_found() -> None:
    scraped = {"up": [{"model": "a", "kind": "x"}, {"model": "b", "kind": "y"}]}

    assert without_data('sum(up{model=~"$model", kind!="x"}) and rate(up[$__range])', scraped) == []
    assert without_data('up{model="b", kind="x"}', scraped) == ['up{model="b", kind="x"}']
    assert without_data('up{kind!~"x|y"} or down', scraped) == ['up{kind!~"x|y"}', "down{}"]
