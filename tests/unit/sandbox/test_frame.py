from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.sandbox.frame import Frames, Malformed
from tutor.sandbox.protocol import HEADER, JSON_MOST, MAGIC, encode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
MESSAGE = st.dictionaries(st.text(), JSON, max_size=5)


@given(st.lists(st.tuples(MESSAGE, st.binary(max_size=64)), max_size=4), st.integers(1, 40))
def test_frames_come_out_as_they_went_in_whatever_the_pieces(frames, piece):
    stream = b"".join(encode(m, t) for m, t in frames)
    reader, got = Frames(), []
    for i in range(0, len(stream), piece):
        reader.feed(stream[i : i + piece])
        while (frame := reader.take()) is not None:
            got.append(frame)
    assert got == frames
    assert reader.rest == 0


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_are_refused_or_are_not_yet_enough(data):
    reader = Frames()
    try:
        reader.feed(data)
        frame = reader.take()
    except Malformed:
        return
    assert frame is None or isinstance(frame[0], dict)


@given(st.binary(max_size=80), st.integers(0, 100))
def test_a_real_header_with_any_body_never_gets_through_as_something_else(body, tensors):
    reader = Frames()
    try:
        reader.feed(HEADER.pack(MAGIC, len(body), tensors) + body + bytes(tensors))
        frame = reader.take()
    except Malformed:
        return
    assert frame is not None
    assert isinstance(frame[0], dict)
    assert len(frame[1]) == tensors


@pytest.mark.parametrize(
    "data",
    [
        b"X",
        b"TUT2" + bytes(8),
        HEADER.pack(MAGIC, JSON_MOST + 1, 0),
        HEADER.pack(MAGIC, 2, 0xFFFFFFFF),
        HEADER.pack(MAGIC, 2, 0) + b"[]",
        HEADER.pack(MAGIC, 7, 0) + b'{"a":NaN}'[:7],
        HEADER.pack(MAGIC, 9, 0) + b'{"a":NaN}',
        HEADER.pack(MAGIC, 2, 0) + b"\xff\xfe",
        HEADER.pack(MAGIC, 200_000, 0) + b"[" * 200_000,
        HEADER.pack(MAGIC, 9000, 0) + b'{"a":' + b"9" * 8994 + b"}",
    ],
    ids=["byte", "magic", "json-size", "tensor-size", "list", "cut", "nan", "utf8", "deep", "digits"],
)
def test_what_is_no_frame_is_refused(data):
    reader = Frames()
    with pytest.raises(Malformed):
        reader.feed(data)
        reader.take()


def test_a_stream_that_never_stops_is_refused_before_it_fills_the_memory():
    reader = Frames(json_most=100, tensors_most=100)
    with pytest.raises(Malformed):
        for _ in range(10):
            reader.feed(encode({"a": 1}, bytes(60)))


WHOLE = encode({"a": [1, "é\0"]}, b"\0\1\2")
READ = ({"a": [1, "é\0"]}, b"\0\1\2")


@pytest.mark.parametrize("cut", range(len(WHOLE)))
def test_a_frame_cut_anywhere_is_waited_for(cut):
    reader = Frames()
    reader.feed(WHOLE[:cut])
    assert (reader.take(), reader.rest) == (None, cut)
    reader.feed(WHOLE[cut:])
    assert (reader.take(), reader.rest) == (READ, 0)


@pytest.mark.parametrize("cut", range(1, len(WHOLE)))
def test_half_a_frame_behind_a_whole_one_leaves_it_whole_and_a_rest(cut):
    reader = Frames()
    reader.feed(WHOLE + WHOLE[:cut])
    assert [reader.take(), reader.take(), reader.rest] == [READ, None, cut]


@pytest.mark.parametrize("stray", [b"\0", b"\n", WHOLE[1:], b"TUT", b"TUT\0"], ids=repr)
def test_what_lies_between_two_frames_is_refused(stray):
    reader = Frames()
    reader.feed(WHOLE + stray + WHOLE)
    assert reader.take() == READ
    with pytest.raises(Malformed):
        reader.take()


@pytest.mark.parametrize(
    "body",
    [
        b'\0{"a":1}',
        b'{"a":1}\0',
        b'{"a\0":1}',
        b"\0" * 7,
        b'{"a":"\xc3"}',
        b'{"a":"\xed\xa0\x80"}',
        b'\xff\xfe{"a":1}',
        b"",
    ],
    ids=repr,
)
def test_nul_and_what_is_no_utf8_are_refused_in_any_place(body):
    with pytest.raises(Malformed):
        reader = Frames()
        reader.feed(HEADER.pack(MAGIC, len(body), 0) + body)
        reader.take()
