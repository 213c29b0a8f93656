"""What a browser is sent first: something to see, in its language; files compressed; the widgets' words."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from typing import Any

import pytest

from geo_planner.ui.delivery import _STATIC, FORMER_PAGES, Delivery, opening_page
from geo_planner.ui.entry import PAGES
from geo_planner.ui.plain_search import without_marks
from geo_planner.ui.widget_words import translating_script, widget_words
from geo_planner.words import LANGUAGES, said


def asked(
    path: str, *, query: str = "", accepts: str = "gzip, br", method: str = "GET", wants: str = "*/*", has: str = ""
) -> tuple[int, dict[str, str], bytes] | None:
    """The answer to one request; None where it was passed on."""
    sent: list[dict[str, Any]] = []
    passed_on: list[str] = []

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        passed_on.append(scope["path"])

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    headers = [(b"accept-encoding", accepts.encode()), (b"accept", wants.encode()), (b"if-none-match", has.encode())]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}
    asyncio.run(Delivery(behind, frozenset(PAGES))(scope, receive, send))
    if passed_on:
        return None
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in PAGES if name not in FORMER_PAGES)])
def test_every_page_by_its_address_has_something_to_see_at_once(path: str) -> None:
    answer = asked(path)
    assert answer is not None
    status, headers, body = answer
    page = gzip.decompress(body).decode()
    assert (status, headers["content-encoding"], headers["cache-control"]) == (200, "gzip", "no-cache")
    assert '<html lang="vi">' in page
    assert said("ui.opening").text("vi") in page
    assert f"<title>{said('ui.app').text('vi')}</title>" in page
    assert "BACKEND_BASE_URL" in page
    assert not re.findall(r"Streamlit app|enable JavaScript", page)


def test_the_opening_page_speaks_the_language_of_the_address() -> None:
    for query, language in (("lang=en", "en"), ("lang=vi", "vi"), ("lang=%3Cscript%3E", "vi"), ("lang=en&lang=xx", "vi"), ("a=%ff", "vi")):
        answer = asked("/ranking", query=query, accepts="identity")
        assert answer is not None
        assert answer[2].decode() == opening_page(language)  # type: ignore[arg-type]


def test_scripts_are_compressed_and_kept_by_the_browser() -> None:
    names = re.findall(r"\./(static/js/index\.[^\"]+\.js)", opening_page("vi"))
    answer = asked(f"/{names[0]}")
    assert answer is not None
    status, headers, body = answer
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in headers["cache-control"]
    assert len(body) < 0.45 * len(gzip.decompress(body))
    assert asked(f"/{names[0]}", accepts="identity") is None  # as it lies on the disk


@pytest.mark.parametrize(
    "path", ["/_stcore/health", "/static/js/no.js", "/static/../app.py", "/map/_stcore/stream", "/static/js", "/nothing"]
)
def test_everything_else_is_passed_on(path: str) -> None:
    assert asked(path) is None


def test_a_page_that_is_not_there_opens_in_the_same_way() -> None:
    assert asked("/khong_co", wants="text/html,*/*") is not None
    for path in ("/_stcore", "/app/static/x", "/favicon.png", "/khong/co"):
        assert asked(path, wants="text/html") is None


@pytest.mark.parametrize(("query", "rest"), [("", ""), ("lang=en&scenario=a", "?lang=en&scenario=a")])
def test_the_former_address_of_a_page_leads_to_where_the_same_is_done(query: str, rest: str) -> None:
    answer = asked("/import_list", query=query, wants="text/html")
    assert answer is not None
    assert (answer[0], answer[1]["location"]) == (307, f"/data{rest}")
    assert set(FORMER_PAGES.values()) <= {*PAGES, ""}
    assert not set(FORMER_PAGES) & (set(PAGES) - {"map"})


def test_the_first_page_by_its_name_is_the_first_page() -> None:
    answer = asked("/map", query="village=B1", wants="text/html")
    assert answer is not None
    assert (answer[0], answer[1]["location"]) == (307, "/?village=B1")


def test_what_is_sent_is_passed_on() -> None:
    assert asked("/", method="POST") is None


def test_the_widgets_words_are_found_again_in_either_language() -> None:
    """Each text is known by its own shape, before any other that would make something else of it."""
    texts = widget_words()
    for language in LANGUAGES:
        other = next(code for code in LANGUAGES if code not in (language,))
        for text in texts:
            told = text[language].replace("{}", "17")
            first = next(t for t in texts if re.fullmatch(re.escape(t[language]).replace(r"\{\}", "(.+?)"), told))
            assert first["en"].lower().rstrip(".…") in {t["en"].lower().rstrip(".…") for t in texts if t[other] == first[other]}
    assert len({text["en"] for text in texts}) == len(texts)


def test_the_table_of_words_cannot_end_its_script() -> None:
    script = translating_script()
    assert script.count("</script>") == 1
    table = script.partition("var table = ")[2].partition(", parts = ")[0]
    assert len(json.loads(table)) == len(widget_words())


def changed_scripts() -> dict[str, str]:
    """Streamlit's scripts that are sent with marks left out, by the part of the address, as they are sent."""
    scripts = {path.relative_to(_STATIC).as_posix(): path.read_text("utf-8") for path in (_STATIC / "static").rglob("*.js")}
    return {name: changed for name, text in scripts.items() if (changed := without_marks(text)) != text}


def test_the_searches_of_this_streamlit_leave_marks_out() -> None:
    changed = changed_scripts()
    assert len(changed) == 2, "Streamlit filters the options of its pickers, or searches its tables, elsewhere: marks would count"
    for name, script in changed.items():
        answer = asked(f"/{name}")
        assert answer is not None
        assert gzip.decompress(answer[2]).decode() == script
        assert script.count("function gpPlainLetters(") == 1
    pickers = next(script for script in changed.values() if "FILTER_MODE_FUZZY" in script)
    assert pickers.count("gpPlainLetters(") > 7  # both sides of every comparison, and the function
    tables = next(script for script in changed.values() if "gdg-search-bar" in script)
    assert tables.count("gpPlainLetters(") == 3  # what is typed, what a cell shows, and the function


SEARCH = r"let t=new RegExp(e.replace(/([$.?*])/g,`\\$1`),`i`);for(let c of all){let r=c.displayData;r!==void 0&&t.test(r)&&found.push(c)}"


def test_a_search_is_known_by_its_shape_whatever_its_letters() -> None:
    plain = without_marks(SEARCH)
    assert "RegExp(gpPlainLetters(e).replace(" in plain
    assert "t.test(gpPlainLetters(c.data?.label??r))" in plain
    assert plain.startswith("let t=")
    spelled = (
        SEARCH.replace("e.replace", "$typed.replace").replace("let t=", "const one = ").replace("t.test(", "one.test(").replace("`", '"')
    )
    assert "RegExp(gpPlainLetters($typed).replace(" in without_marks(spelled)


@pytest.mark.parametrize(
    "built_otherwise",
    [
        "a.toLowerCase()",
        SEARCH.replace("displayData", "data"),  # no cells
        SEARCH.replace("t.test", "u.test"),  # tries another expression
        SEARCH.replace("`i`", "`g`"),  # case would count
        SEARCH.replace("e.replace(/([$.?*])/g,`\\\\$1`)", "e"),  # an expression is typed, not a text
        SEARCH.replace("t.test(r)", "r.includes(t)"),
        "",
    ],
)
def test_a_script_that_is_built_otherwise_stays_as_it_is(built_otherwise: str) -> None:
    assert without_marks(built_otherwise) == built_otherwise
    assert built_otherwise != SEARCH


@pytest.mark.parametrize("accepts", ["gzip, br", "identity"])
def test_a_browser_asks_whether_its_copy_of_a_changed_script_is_still_ours(accepts: str) -> None:
    """Streamlit's name does not change with what we change; without gzip (proxies) marks are left out as well."""
    for name, script in changed_scripts().items():
        answer = asked(f"/{name}", accepts=accepts)
        assert answer is not None
        status, headers, body = answer
        assert (gzip.decompress(body) if "content-encoding" in headers else body).decode() == script
        assert (status, headers["cache-control"], headers["vary"]) == (200, "no-cache", "Accept-Encoding")
        tag = headers["etag"]
        for has in (tag, f"W/{tag}", f'"another", {tag}'):
            again = asked(f"/{name}", accepts=accepts, has=has)
            assert again is not None
            assert (again[0], again[1]["etag"], again[1]["cache-control"], again[2]) == (304, tag, "no-cache", b"")
        for has in ('"another"', tag.strip('"'), ""):
            other = asked(f"/{name}", accepts=accepts, has=has)
            assert other is not None
            assert (other[0], other[2]) == (200, body)
    assert changed_scripts()


def test_the_tag_of_a_script_is_that_of_what_is_sent() -> None:
    name = next(iter(changed_scripts()))
    tags = [answer[1]["etag"] for accepts in ("gzip", "identity") if (answer := asked(f"/{name}", accepts=accepts)) is not None]
    assert len(set(tags)) == 2
