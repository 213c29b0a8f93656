/* What all parts of the map's script share. Names are data: they reach the page as text, never as markup. */
function geoPlannerTools(data) {
  "use strict";
  const words = data.texts;
  const element = (tag, className, content) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (content !== undefined) made.textContent = content;
    return made;
  };
  const escaped = (value) => element("span", "", value).innerHTML;
  const titled = (tag, className, key) => {
    const made = element(tag, className, words[key]);
    if (data.subtitles[key]) made.append(element("small", "gp-sub", data.subtitles[key]));
    return made;
  };
  const dot = (mark) => {
    const made = element("i", "gp-dot");
    made.style.background = mark.fill;
    made.style.border = mark.weight + "px " + (mark.dash ? "dashed " : "solid ") + mark.line;
    return made;
  };
  const row = (sign, label, subtitle) => {
    const made = element("div", "gp-legend-row"), said = element("span", "", label);
    if (subtitle) said.append(element("small", "gp-sub", subtitle));
    made.append(sign, said);
    return made;
  };
  const lines = (title, rest) => "<b>" + escaped(title) + "</b>" + rest.filter(Boolean).map((line) => "<br>" + escaped(line)).join("");
  const choice = (type, name, checked, label, changed) => {
    const made = element("label", ""), input = element("input", "");
    input.type = type; input.checked = checked;
    if (name) input.name = name;
    input.addEventListener("change", () => changed(input.checked));
    made.append(input, document.createTextNode(label));
    return made;
  };
  return { words, element, escaped, titled, dot, row, lines, choice };
}

/* Room on the map, in pixels: what is asked for first gets it. */
function geoPlannerRoom() {
  "use strict";
  const side = 40, taken = new Map();
  const squares = (box, each) => {
    for (let x = Math.floor(box[0] / side); x <= Math.floor(box[2] / side); x += 1)
      for (let y = Math.floor(box[1] / side); y <= Math.floor(box[3] / side); y += 1) if (each(x + "," + y)) return true;
    return false;
  };
  const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  const free = (box) => !squares(box, (key) => (taken.get(key) || []).some((other) => meet(box, other)));
  const take = (box) => { squares(box, (key) => { if (!taken.has(key)) taken.set(key, []); taken.get(key).push(box); }); };
  return { free, take, around: (p, x, y) => [p.x - x, p.y - y, p.x + x, p.y + y] };
}

/* What the buttons and boxes of the map cover, in its pixels: nothing that is to be read may lie there. */
function geoPlannerCovered(map) {
  "use strict";
  const here = map.getContainer().getBoundingClientRect();
  return [...map.getContainer().querySelectorAll(".leaflet-control")].map((control) => control.getBoundingClientRect()).filter((box) => box.width && box.height).map((box) => {
    const first = map.containerPointToLayerPoint([box.left - here.left, box.top - here.top]), last = map.containerPointToLayerPoint([box.right - here.left, box.bottom - here.top]);
    return [first.x, first.y, last.x, last.y];
  });
}
