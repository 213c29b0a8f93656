"""The words that Streamlit's widgets bring along in English, in the words of the app: a table, and the script that applies it in the page.

Streamlit offers no way to state them. Only texts that are whole in the table are exchanged, and only in its own parts (menus, tool bars,
upload fields, status): nothing that a user has written. What has no picture or table before its eyes, as a screen reader, gets names that
tell things apart: the script (:mod:`geo_planner.ui.widget_names`) puts what a button belongs to behind its word.
"""

from __future__ import annotations

import json

from geo_planner.ui.widget_names import NAMES
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
    "[data-testid=stDateInput]", "[data-testid=stTooltipIcon]", "[data-testid=stSelectboxVirtualDropdown]", "[data-testid=stMultiSelectVirtualDropdown]", "[data-testid=stDateInputCalendar]", "[data-live-announcer]", "[id^=react-aria-description]",
    "[data-testid=stSkipToContent]", "[data-testid=stSidebar]", "[data-testid=stHeadingWithActionElements]", "[data-testid=stVegaLiteChart]", "[data-testid=stHeading]",
    "[data-baseweb=popover]", ".gdg-search-bar", ".vega-actions",
)  # fmt: skip

# A text is exchanged in whichever direction the page's language asks for, so that a change of language turns back what was exchanged.
# What stands in the places of an English text is figures, days and sizes as English has them; it is written as the page's language has it.
# Widgets name months and weekdays, and group figures, as the browser's own language has them: here they are told the page's.
_SCRIPT = r"""<script>
(function () {
  var table = @table, parts = @parts, map = @map, names = ["aria-label", "title", "placeholder", "aria-valuetext", "aria-description", "aria-roledescription"];
  var months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  var month = months.join("|"), day = new RegExp("(" + month + ") (\\d+), (\\d+)", "g"), spun = new RegExp("^(\\d+) – (?:" + month + ")$");
  var size = /^\d+(\.\d+)?([KMG]?B)$/;
  function language() { return new URLSearchParams(window.location.search).get("lang") === "en" ? "en" : "vi"; }
  var own = {language: function () { return language() === "en" ? "en-GB" : "vi"; }, languages: function () { return [own.language()]; }};
  Object.keys(own).forEach(function (name) { Object.defineProperty(Navigator.prototype, name, {get: own[name], configurable: true}); });
  function figures(text) {
    var bytes = size.exec(text);
    if (bytes) { return text.slice(0, -bytes[2].length).replace(/\.0$/, "").replace(".", ",") + " " + bytes[2]; }
    return text.replace(spun, "tháng $1").replace(day, function (all, name, number, year) {
      return number + "/" + (months.indexOf(name) + 1) + "/" + year;
    }).replace(/(\d)\.(\d)/g, "$1,$2");
  }
  function exchanged(text) {
    var said = text.trim(), to = language(), from = to === "en" ? "vi" : "en";
    if (!said || said.length > 160) { return null; }
    for (var i = 0; i < table.length; i += 1) {
      var match = table[i][from].exec(said);
      if (match) {
        var told = match.slice(1).map(function (part) { return exchanged(part) || (to === "vi" ? figures(part) : part); });
        return text.replace(said, function () {
          return table[i][to + "_text"].split("{}").reduce(function (start, rest, n) { return start + told[n - 1] + rest; });
        });
      }
    }
    if (to === "en" && /^\d+(,\d+)? [KMG]?B$/.test(said)) { return text.replace(said, said.replace(",", ".").replace(" ", "")); }
    return to === "vi" && (size.test(said) || spun.test(said)) ? text.replace(said, figures(said)) : null;
  }
  // the cells of a table are the user's, and drawn on its canvas
  function ours(element) { return element && element.closest && element.closest(parts) && !element.closest("canvas"); }
  function look(node) {
    if (node.nodeType === 3) {
      var text = ours(node.parentElement) && exchanged(node.nodeValue);
      if (text && text !== node.nodeValue) { node.nodeValue = text; }
      return;
    }
    if (node.nodeName === "IFRAME" && /plan_map/.test(node.title) && node.getAttribute("aria-label") !== map[language()]) {
      node.setAttribute("aria-label", map[language()]);
    }
    if (node.nodeType !== 1 || /^(SCRIPT|STYLE|CANVAS|IFRAME)$/.test(node.nodeName)) { return; }
    names.forEach(function (name) {
      var text = node.hasAttribute(name) && ours(node) && exchanged(node.getAttribute(name));
      if (text && text !== node.getAttribute(name)) { node.setAttribute(name, text); }
    });
    node.childNodes.forEach(look);
  }
@names
  table.forEach(function (row) {
    ["en", "vi"].forEach(function (code) { row[code + "_text"] = row[code]; row[code] = new RegExp(row[code + "_shape"]); });
  });
  // a field for numbers takes the decimal sign of the browser's language alone and leaves the other out: 12,5 would become 125
  if (new Intl.NumberFormat().format(1.5) === "1.5") {
    document.addEventListener("beforeinput", function (event) {
      var given = event.data === null && event.dataTransfer ? event.dataTransfer.getData("text/plain") : event.data;
      if (event.target.type !== "number" || !/^\s*-?\d*,\d*\s*$/.test(given || "")) { return; }
      event.preventDefault();
      document.execCommand("insertText", false, given.trim().replace(",", "."));
    }, true);
  }
  var shown = language();
  new MutationObserver(function (changes) {
    document.documentElement.lang = language();
    soon();
    if (language() !== shown) { shown = language(); look(document.body); return; }
    changes.forEach(function (change) {
      if (change.type === "childList") { change.addedNodes.forEach(look); } else { look(change.target); }
    });
  }).observe(document.documentElement, {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: names});
})();
</script>"""


def widget_words() -> list[dict[Language, str]]:
    """Each text by language; ``{}`` stands for what differs from one place to the next, in the same order in every language."""
    names = sorted(key.removeprefix(_PREFIX) for key in catalogue("en") if key.startswith(_PREFIX))
    told = [said(f"widget_words.{name}", **dict.fromkeys(places(f"{_PREFIX}{name}"), _PLACE)) for name in names]
    texts = [{code: each.text(code) for code in LANGUAGES} for each in told]
    # those without a place first, then the longer ones: the first that fits is taken
    return sorted(texts, key=lambda text: (_PLACE in text["en"], -len(text["en"])))


def translating_script() -> str:
    """The script that exchanges them in the page, as its language is."""
    rows = [{**text, **{f"{code}_shape": _shape(text[code]) for code in LANGUAGES}} for text in widget_words()]
    table = json.dumps(rows, ensure_ascii=False).replace("</", "<\\/")
    map_title = {code: said("ui.page_map").text(code) for code in LANGUAGES}
    return (
        _SCRIPT.replace("@names", NAMES)
        .replace("@table", table)
        .replace("@parts", json.dumps(", ".join(_OWN_PARTS)))
        .replace("@map", json.dumps(map_title))
    )


def _shape(text: str) -> str:
    """A regular expression, understood alike here and in the browser, for a text with its place."""
    signs = "".join(f"\\{sign}" if sign in "\\^$.|?*+()[]{}/" else sign for sign in text)
    return "^" + signs.replace("\\{\\}", "(.+?)") + "$"
