from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random
from uuid import RFC_4122, UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.clock import CHINA, NaiveMoment
from shared.kernel.ids import IdSequence, NotTimeOrdered, moment_of, new_id, partition_of

MOMENT = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=CHINA)


def constant(number: int) -> Callable[[int], int]:
    return lambda bits: number & ((1 << bits) - 1)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2500, 1, 1)))
def test_an_identifier_gives_back_its_moment_to_the_millisecond(naive: datetime) -> None:
    moment = naive.replace(tzinfo=CHINA)
    id = new_id(moment)
    assert (id.version, id.variant) == (7, RFC_4122)
    assert moment_of(id) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_identifiers_of_one_moment_keep_their_order() -> None:
    ids = [new_id(MOMENT) for _ in range(1000)]
    assert ids == sorted(set(ids))


@given(st.lists(st.integers(0, 5), max_size=30))
def test_rising_identifiers_rise_even_when_the_clock_falls(milliseconds: list[int]) -> None:
    sequence = IdSequence()
    ids = [sequence.next_rising(1_000 + n) for n in milliseconds]
    assert ids == sorted(set(ids))


def test_identifiers_of_now_are_unique_across_threads_and_rise() -> None:
    before = datetime.now(CHINA) - timedelta(milliseconds=1)
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda _: [new_id() for _ in range(200)], range(4)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({id for batch in batches for id in batch}) == 800
    assert before <= moment_of(batches[0][0]) <= datetime.now(CHINA) + timedelta(seconds=1)


def test_a_full_tail_carries_into_the_next_millisecond() -> None:
    sequence = IdSequence(constant((1 << 74) - 1))
    first = sequence.next_at(5)
    sequence._tail = (1 << 74) - 1
    second = sequence.next_at(5)
    assert first < second
    assert second.int >> 80 == 6


def test_the_same_random_bits_give_the_same_identifiers() -> None:
    assert IdSequence(constant(7)).next_at(0) == UUID("00000000-0000-7000-8000-000000000007")


def test_a_replay_may_go_back_in_time() -> None:
    later, earlier = new_id(MOMENT), new_id(MOMENT - timedelta(days=1))
    assert earlier < later
    assert moment_of(earlier) < moment_of(later)


def test_a_random_identifier_has_no_moment() -> None:
    with pytest.raises(NotTimeOrdered):
        moment_of(uuid4())


def test_a_moment_without_an_offset_makes_no_identifier() -> None:
    with pytest.raises(NaiveMoment):
        new_id(datetime(2026, 1, 5))


def test_the_partition_of_a_subject_never_changes() -> None:
    id = UUID("01931f2c-7b1a-7c3e-8a55-0123456789ab")
    assert partition_of(id) == 5
    assert partition_of(id, 1) == 0


def test_partitions_are_filled_evenly() -> None:
    sequence = IdSequence(Random(1).getrandbits)
    counts = [0] * 32
    for millisecond in range(3200):
        counts[partition_of(sequence.next_at(millisecond))] += 1
    assert min(counts) > 50


def test_there_is_at_least_one_partition() -> None:
    with pytest.raises(ValueError, match="at least one"):
        partition_of(new_id(MOMENT), 0)
