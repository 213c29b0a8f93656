"""The words that Streamlit's widgets bring along in English, in the words of the app: a table, and the script that applies it in the page.

Streamlit offers no way to state them. Only texts that are whole in the table are exchanged, and only in its own parts (menus, tool bars,
upload fields, status): nothing that a user has written.
"""

from __future__ import annotations

import json

from geo_planner.words import LANGUAGES, Language, catalogue, said
from geo_planner.words.said import places

_PREFIX, _PLACE = "widget_words.", "{}"
_OWN_PARTS = (
    "[data-testid=stFileUploader]", "[data-testid=stFileUploaderDropzone]", "[data-testid=stElementToolbar]", "[data-testid=stStatusWidget]",
    "[data-testid=stToolbar]", "[data-testid=stMainMenu]", "[data-testid=stSidebarNav]", "[data-testid=stSidebarHeader]",
    "[data-testid=stDataFrameColumnMenu]", "[data-testid=stDataFrameColumnFormattingMenu]", "[data-testid=stDataFrameColumnVisibilityMenu]",
    "[data-testid=stMultiSelect]", "[data-testid=stSelectbox]", "[data-testid=stTextInput]", "[data-testid=stNumberInput]",
    "[data-testid=stDialog]", "[data-testid=stConnectionStatus]", "[data-testid=InputInstructions]", "[data-testid=stDataFrame]",
    "[data-testid=stHeader]", "[data-testid=stExpandSidebarButton]", "[role=dialog]", "[role=listbox]", "[role=menu]", "[role=tooltip]",
    "[data-testid=stSkipToContent]", "[data-testid=stSidebar]", "[data-testid=stHeadingWithActionElements]", "[data-testid=stVegaLiteChart]", "[data-testid=stHeading]",
    "[data-baseweb=popover]", ".gdg-search-bar", ".vega-actions",
)  # fmt: skip

# A text is exchanged in whichever direction the page's language asks for, so that a change of language turns back what was exchanged.
_SCRIPT = r"""<script>
(function () {
  var table = @table, parts = @parts, names = ["aria-label", "title", "placeholder"];
  function language() { return new URLSearchParams(window.location.search).get("lang") === "en" ? "en" : "vi"; }
  function exchanged(text) {
    var said = text.trim(), to = language(), from = to === "en" ? "vi" : "en";
    if (!said || said.length > 120) { return null; }
    for (var i = 0; i < table.length; i += 1) {
      var match = table[i][from].exec(said);
      if (match) { return text.replace(said, match.slice(1).reduce(function (told, part) { return told.replace("{}", part); }, table[i][to + "_text"])); }
    }
    // sizes of files: 60.5KB
    return to === "vi" && /^\d+\.\d[KMG]?B$/.test(said) ? text.replace(".", ",").replace(/([KMG]?B)/, " $1") : null;
  }
  function ours(element) { return element && element.closest && element.closest(parts); }
  function look(node) {
    if (node.nodeType === 3) {
      var text = ours(node.parentElement) && exchanged(node.nodeValue);
      if (text && text !== node.nodeValue) { node.nodeValue = text; }
      return;
    }
    if (node.nodeType !== 1 || /^(SCRIPT|STYLE|CANVAS|IFRAME)$/.test(node.nodeName)) { return; }
    names.forEach(function (name) {
      var text = node.hasAttribute(name) && ours(node) && exchanged(node.getAttribute(name));
      if (text && text !== node.getAttribute(name)) { node.setAttribute(name, text); }
    });
    node.childNodes.forEach(look);
  }
  table.forEach(function (row) {
    ["en", "vi"].forEach(function (code) { row[code + "_text"] = row[code]; row[code] = new RegExp(row[code + "_shape"]); });
  });
  var shown = language();
  new MutationObserver(function (changes) {
    document.documentElement.lang = language();
    if (language() !== shown) { shown = language(); look(document.body); return; }
    changes.forEach(function (change) {
      if (change.type === "childList") { change.addedNodes.forEach(look); } else { look(change.target); }
    });
  }).observe(document.documentElement, {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: names});
})();
</script>"""


def widget_words() -> list[dict[Language, str]]:
    """Each text by language; ``{}`` stands for what differs from one place to the next, several in the same order in both languages."""
    names = sorted(key.removeprefix(_PREFIX) for key in catalogue("en") if key.startswith(_PREFIX))
    told = [said(f"widget_words.{name}", **dict.fromkeys(places(f"{_PREFIX}{name}"), _PLACE)) for name in names]
    texts = [{code: each.text(code) for code in LANGUAGES} for each in told]
    # those without a place first, then the longer ones: the first that fits is taken
    return sorted(texts, key=lambda text: (_PLACE in text["en"], -len(text["en"])))


def translating_script() -> str:
    """The script that exchanges them in the page, as its language is."""
    rows = [{**text, **{f"{code}_shape": _shape(text[code]) for code in LANGUAGES}} for text in widget_words()]
    table = json.dumps(rows, ensure_ascii=False).replace("</", "<\\/")
    return _SCRIPT.replace("@table", table).replace("@parts", json.dumps(", ".join(_OWN_PARTS)))


def _shape(text: str) -> str:
    """A regular expression, understood alike here and in the browser, for a text with its place."""
    signs = "".join(f"\\{sign}" if sign in "\\^$.|?*+()[]{}/" else sign for sign in text)
    return "^" + signs.replace("\\{\\}", "(.+?)") + "$"
