"""Names of widgets for those who do not see them: the part of the page's script that tells apart what Streamlit calls alike.

Every field has a button "open" or "less" for the mouse, every table its "search", and a page of files a "download" each: seen, they stand beside what they
belong to; read out, they are one and the same. The word keeps its place at the beginning, so that who says what is written is understood.
"""

from __future__ import annotations

__all__ = ["NAMES"]

# `word` is what the button is called by itself, in the words of the framework or of the page; `name` what it was given here. Where the page
# has changed the one, the other is made anew. Labels come as they were written for the framework: marks of emphasis, and signs made harmless.
NAMES = r"""
  var named = new WeakMap(), waiting = 0;
  var fields = "[data-testid=stSelectbox], [data-testid=stMultiSelect], [data-testid=stNumberInput], [data-testid=stDateInput], [data-testid=stTimeInput]";
  var labelled = fields + ", [data-testid=stSlider], [data-testid=stTextInput], [data-testid=stTextArea], [data-testid=stRadio], [data-testid=stButtonGroup], [data-testid=stFileUploader]";
  var titles = "h1, h2, h3, h4, [data-testid=stMarkdownContainer] > p > strong:first-child", rows = titles + ", [data-testid=stText]";
  var no_titles = "[data-testid=stWidgetLabel], [data-testid=stAlert], button, label";
  var pressed = ["stButton", "stDownloadButton", "stFormSubmitButton", "stPopover"].map(function (id) {
    return "[data-testid=stMain] [data-testid=" + id + "] button";
  }).join(", ");
  var for_mouse = "button[aria-haspopup=listbox][tabindex='-1'], [data-testid=stNumberInputStepDown], [data-testid=stNumberInputStepUp]";
  var templates = "[class*=st-key-template_] button";
  function bare(label) { return label.replace(/\\([^a-zA-Z0-9\s])|\*\*/g, "$1"); }
  function short(text) { var line = text.trim().replace(/\s+/g, " "); return line.length > 80 ? line.slice(0, 79) + "…" : line; }
  function last(within, kinds) {
    var found = (within.matches(kinds) ? [within] : Array.from(within.querySelectorAll(kinds))).filter(function (one) {
      // a title stands alone in its line; in a row for a button more may follow
      return !one.closest(no_titles) && !(one.nodeName === "STRONG" && (one.previousSibling || (kinds === titles && one.nextSibling)));
    });
    return found.length ? short(found[found.length - 1].innerText || "") : "";
  }
  // what stands before an element as its title: beside it, above it, or the tab that it lies in
  function about(element, kinds) {
    for (var at = element; at && at !== document.body; at = at.parentElement) {
      var tab = at.getAttribute("role") === "tabpanel" && document.getElementById(at.getAttribute("aria-labelledby"));
      if (tab) { return short(tab.innerText || ""); }
      // the title of what stands in another column is none of a table's, but that of the row of a button
      if (kinds === titles && at.matches("[data-testid=stColumn]")) { continue; }
      for (var before = at.previousElementSibling; before; before = before.previousElementSibling) {
        var title = last(before, kinds);
        if (title) { return title; }
      }
    }
    return "";
  }
  function call(element, word, of) {
    var name = of && of !== word ? word + ": " + of : word;
    named.set(element, {word: word, name: name});
    if (element.getAttribute("aria-label") !== name) { element.setAttribute("aria-label", name); }
  }
  function own_word(element) {
    var known = named.get(element), now = element.getAttribute("aria-label");
    var word = known && known.name === now ? known.word : now;
    return exchanged(word) || word;
  }
  function belonging(selector, of) {
    document.querySelectorAll(selector).forEach(function (button) { call(button, own_word(button), of(button)); });
  }
  function name_all() {
    waiting = 0;
    document.querySelectorAll("[aria-label*='\\\\'], [aria-label*='**']").forEach(function (element) {
      var label = element.getAttribute("aria-label");
      if (element.closest(labelled) && bare(label) !== label) { element.setAttribute("aria-label", bare(label)); }
    });
    // a slider with one handle is named twice over: by itself and by the group around it
    document.querySelectorAll("input[type=range][id][aria-labelledby]").forEach(function (input) {
      if (input.getAttribute("aria-labelledby") !== input.id) { input.setAttribute("aria-labelledby", input.id); }
    });
    // what a field does by its own keys is not read a second time: these are for the mouse, and Tab passes them by
    document.querySelectorAll(for_mouse).forEach(function (button) {
      if (button.closest(fields) && !button.hasAttribute("aria-hidden")) { button.setAttribute("aria-hidden", "true"); }
    });
    belonging(fields.split(", ").map(function (field) { return field + " button[aria-label]:not([data-testid=stTooltipIcon] button):not([aria-hidden])"; }).join(", "), function (button) {
      var field = button.closest(fields).querySelector("input[aria-label]");
      return field ? bare(field.getAttribute("aria-label")) : "";
    });
    var seen = {};
    belonging("[data-testid=stElementToolbar] button[aria-label]", function (button) {
      var title = about(button.closest("[data-testid=stElementContainer]") || button, titles), key = own_word(button) + ":" + title;
      seen[key] = (seen[key] || 0) + 1;
      return seen[key] > 1 ? title + " (" + seen[key] + ")" : title;
    });
    belonging("[data-testid=stHeadingWithActionElements] a[aria-label]", function (link) {
      var heading = link.closest("h1, h2, h3, h4, [data-testid=stHeadingWithActionElements]");
      return short(Array.from(heading.querySelectorAll("span, div")).map(function (part) { return part.innerText; })[0] || "");
    });
    // a row of layers below what there is to take of each
    document.querySelectorAll(templates).forEach(function (button) {
      call(button, button.querySelector("[data-testid=stMarkdownContainer]").innerText.trim(), about(button, titles));
    });
    // an answer that is a bare number says what it is the number of
    document.querySelectorAll("[role=radiogroup][aria-label] [role=radio]").forEach(function (option) {
      var number = option.innerText.trim();
      if (/^\d+$/.test(number)) { option.setAttribute("aria-label", option.closest("[role=radiogroup]").getAttribute("aria-label") + " " + number); }
    });
    var alike = {};
    document.querySelectorAll(pressed).forEach(function (button) {
      var label = button.querySelector("[data-testid=stMarkdownContainer]"), word = label ? label.innerText.trim() : "";
      if (word) { (alike[word] = alike[word] || []).push(button); }
    });
    Object.keys(alike).forEach(function (word) {
      alike[word].forEach(function (button) {
        if (alike[word].length > 1) { call(button, word, about(button.closest("[data-testid=stElementContainer]") || button, rows)); }
        else if (named.has(button) && !button.closest(templates)) { named.delete(button); button.removeAttribute("aria-label"); }
      });
    });
  }
  function soon() { if (!waiting) { waiting = setTimeout(name_all, 150); } }
"""
