"""How often the garbage of a run is collected."""

import gc

from conformance.pytest_hooks.garbage import collected_seldom, pytest_unconfigure


def test_garbage_is_collected_as_before_after_a_run() -> None:
    before = gc.get_threshold()
    with collected_seldom():
        assert gc.get_threshold()[1:] == (20, 100)
        pytest_unconfigure()
        assert gc.get_freeze_count()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
