import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play.files.encoding import Encoding, named, told
from app.regular_file import UnreadableFile

GERMAN = "Name;Stadt\nMüller;Köln\nWeiß;Zürich\nJørgensen;Ærø\n"


def _told(content: bytes) -> Encoding:
    return told(content, [content])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_text_is_read_in_the_encoding_that_it_was_written_in(encoding: str) -> None:
    text = GERMAN + "a,b\n" * 50

    content = text.encode(encoding)

    assert content.decode(_told(content).name).removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Москва;Казань\n" * 9, "cp1251"),
        ("Москва;Казань\n" * 9, "koi8-r"),
        ("東京都;大阪府\n" * 9, "shift_jis"),
        ("北京市;上海市\n" * 9, "gb18030"),
        ("Müller;Käse\n" * 9, "cp850"),
    ],
)
def test_text_that_is_neither_utf_8_nor_western_is_not_guessed(text: str, encoding: str) -> None:
    with pytest.raises(UnreadableFile, match="--encoding"):
        _told(text.encode(encoding))


def test_a_guess_shows_a_word_by_which_it_can_be_judged() -> None:
    assert "'Müller'" in _told("Preis\n12 €\nMüller\n".encode("cp1252")).why


def test_a_few_bad_bytes_do_not_make_another_encoding_of_utf_8() -> None:
    found = _told(("é" * 100).encode() + b"\nbad \xff\n")

    assert found.name == "utf-8-sig"
    assert "1 bytes" in found.why


def test_a_character_that_two_chunks_share_is_one() -> None:
    content = "größer\n".encode() * 100

    assert told(content, [content[:3], content[3:]]).name == "utf-8-sig"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), min_size=1))
def test_whatever_is_utf_8_is_taken_for_it(text: str) -> None:
    content = text.encode()

    assert content.decode(_told(content).name) == text


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="no text"):
        _told(bytes(range(256)) * 10 + b"\0\0\0\1" * 50)


def test_an_encoding_is_named_by_any_of_its_names() -> None:
    assert named("Latin1").name == "iso8859-1"
    assert named("UTF8").name == "utf-8-sig"
    with pytest.raises(ValueError, match="no text encoding"):
        named("ansi-ish")
