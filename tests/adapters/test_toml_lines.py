"""Lines of tables, keys and elements in a TOML text."""

from booking.adapters.toml_lines import LineMap


def test_lines_are_known_behind_strings_comments_and_arrays_that_look_like_tables() -> None:
    text = (
        'a = """\n[[class]]\nslug = "no"\n"""  # [[class]]\n'
        "[[class]]\nslug = 'x'\nmeetings = [\n  { day = 1 },  # {\n  {\n day = 2.5 },\n]\n"
        '"quoted".fr = "]"\n[[class.edition]]\nprice = 1\n[[class]]\nslug = "y"\n[class.title]\nfr = "z"\n'
    )
    lines = LineMap(text)
    expected = {
        ("a",): 1,
        ("class", 0): 5,
        ("class", 0, "slug"): 6,
        ("class", 0, "meetings", 0, "day"): 8,
        ("class", 0, "meetings", 1, "day"): 10,
        ("class", 0, "quoted", "fr"): 12,
        ("class", 0, "edition", 0, "price"): 14,
        ("class", 1, "slug"): 16,
        ("class", 1, "title", "fr"): 18,
        ("class", 1, "title", "en"): 17,
        ("nowhere",): 1,
    }
    assert {path: lines.line(path) for path in expected} == expected
