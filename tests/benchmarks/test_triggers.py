from benchmarks.triggers import LATEST, PRICES, Schedules, Stream, stream_of, triggered


def test_the_optimum_is_below_every_other_schedule_and_the_trigger_near_it() -> None:
    whole = stream_of("steps", 3)
    stream = Stream(whole.features[:12_000], whole.labels[:12_000])
    schedules, price = Schedules(stream), PRICES[0]
    best = schedules.optimum(price)
    fixed = min(schedules.fixed(price, steps) for steps in range(1, 116))
    cost, asked = triggered(stream, price)
    assert best <= fixed
    assert best <= schedules.fixed(price, 10**9)
    assert cost <= 1.15 * best
    assert cost < fixed
    assert asked >= 1
    assert LATEST[-1] < 12_000
