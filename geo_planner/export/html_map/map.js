/* Draws a plan on a Leaflet map. All names are data: they reach the page as text, never as markup. No doubled braces and no
   brace next to a percent or hash sign may stand in this file: the page is put together by a template engine. */
function geoPlannerMap(map, data) {
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
  const pane = (name, order) => { map.createPane(name).style.zIndex = order; return name; };
  const panes = {
    ground: pane("gp-ground", 210), theme: pane("gp-theme", 220), relief: pane("gp-relief", 230), border: pane("gp-border", 400),
    site: pane("gp-site", 420), measured: pane("gp-measured", 410), build: pane("gp-build", 430), village: pane("gp-village", 450), rank: pane("gp-rank", 460), label: pane("gp-label", 440),
  };
  ["ground", "theme", "relief", "rank", "label"].forEach((key) => { map.getPane(panes[key]).style.pointerEvents = "none"; });
  L.DomUtil.addClass(map.getContainer(), "gp-map");

  /* Ground, what is painted on it in the very colours of the legend, and over both the relief as shadows and lights. */
  L.geoJSON(data.province, { pane: panes.ground, interactive: false, style: { stroke: false, fillColor: data.ground, fillOpacity: 1 } }).addTo(map);
  const relief = L.imageOverlay(data.relief.url, data.relief.bounds, { pane: panes.relief, alt: words.relief }).addTo(map);
  const feature = (commune) => ({ type: "Feature", properties: commune, geometry: commune.geometry });
  const themes = data.themes.map((theme) => {
    if (theme.url) return L.imageOverlay(theme.url, theme.bounds, { pane: panes.theme, className: "gp-cells", alt: words[theme.key] });
    if (theme.key !== "theme_area") return L.layerGroup();
    return L.geoJSON(data.communes.map(feature), {
      pane: panes.theme, interactive: false,
      style: (f) => ({ stroke: false, fillColor: f.properties.colour, fillOpacity: 1 }),
    });
  });
  const rivers = data.rivers && L.geoJSON(data.rivers, { pane: panes.border, interactive: false, style: { color: "#5b8fb9", weight: 1.2 } }).addTo(map);

  /* Communes: one clickable outline each; the colour below it belongs to the theme. */
  const calm = { color: "#45525f", weight: 0.8, opacity: 0.75, fillOpacity: 0 };
  L.geoJSON(data.communes.map(feature), {
    pane: panes.border, style: () => ({ ...calm, className: "gp-commune" }),
    onEachFeature: (f, layer) => {
      const lines = f.properties.lines.map((line) => "<br>" + escaped(line)).join("");
      layer.bindTooltip("<b>" + escaped(f.properties.title) + "</b>" + lines, { sticky: true, className: "gp-tip" });
      layer.on("mouseover", () => layer.setStyle({ weight: 2.2, opacity: 1 }));
      layer.on("mouseout", () => layer.setStyle(calm));
    },
  }).addTo(map);
  L.geoJSON(data.province, { pane: panes.border, interactive: false, style: { color: "#24303b", weight: 1.8, fill: false } }).addTo(map);
  const names = L.layerGroup(data.communes.map((commune) => L.marker(commune.label, {
    pane: panes.label, interactive: false, keyboard: false,
    icon: L.divIcon({ className: "gp-name", html: element("span", "", commune.name), iconSize: [0, 0] }),
  }))).addTo(map);

  /* Sites: small diamonds would need an icon each; a small square outline is drawn as a circle of few pixels. */
  const sites = L.layerGroup(data.sites.map((site) => L.circleMarker(site.at, {
    pane: panes.site, radius: 3.2, weight: 1.2, color: "#ffffff", fillColor: site.onAir ? "#24303b" : "#a9b2bb", fillOpacity: 1, className: "gp-site-mark",
  }).bindTooltip("<b>" + escaped(site.name) + "</b><br>" + escaped(site.line), { className: "gp-tip" }))).addTo(map);

  const build = data.build && geoPlannerBuild(data.build, { element, escaped, panes, ink: data.buildInk });
  if (build) build.group.addTo(map);

  /* Measurements: a point a square, on one canvas, for there can be thousands. Form tells as much as colour: full, small, hollow. */
  const taken = data.measurements;
  const squares = taken && (() => {
    const canvas = L.canvas({ pane: panes.measured, padding: 0.3 });
    return L.layerGroup(taken.points.map((point) => L.circleMarker(point.at, { ...taken.marks[point.kind], renderer: canvas })
      .bindTooltip(point.lines.map((line, row) => (row ? escaped(line) : "<b>" + escaped(line) + "</b>")).join("<br>"), { className: "gp-tip" })));
  })();
  if (squares && taken.shown) squares.addTo(map);

  /* Villages, the first ranks on top. The tooltip begins with the rank: the app reads the chosen village from it. */
  const markStyle = (key) => {
    const mark = data.marks[key];
    return { color: mark.line, weight: mark.weight, dashArray: mark.dash || null, fillColor: mark.fill, fillOpacity: 1, opacity: 1 };
  };
  const villages = L.layerGroup();
  const marks = data.villages.slice().reverse().map((village) => {
    if (village.disagree) villages.addLayer(L.circleMarker(village.at, { pane: panes.village, radius: 14.5, weight: 2, color: "#7a1fa2", dashArray: "4 3", fill: false, interactive: false }));
    const circle = L.circleMarker(village.at, { pane: panes.village, radius: 10, className: "gp-village-mark" });
    circle.bindTooltip("<b>" + village.rank + ". " + escaped(village.name) + "</b><br>" + escaped(village.commune) + "<br><span class='gp-tip-status'></span>" + escaped(village.responsibility), { className: "gp-tip", direction: "top", offset: [0, -8] });
    const number = L.marker(village.at, {
      pane: panes.rank, interactive: false, keyboard: false,
      icon: L.divIcon({ className: "gp-rank", html: element("span", "", String(village.rank)), iconSize: [24, 16], iconAnchor: [12, 8] }),
    });
    villages.addLayer(circle).addLayer(number);
    return { village, circle, number };
  });
  villages.addTo(map);
  const colourBy = (kind) => marks.forEach((mark) => {
    const key = mark.village.status[kind];
    mark.circle.setStyle(markStyle(key));
    const span = mark.number.getElement();
    if (span) span.style.color = data.marks[key].ink;
    mark.ink = data.marks[key].ink;
  });
  villages.on("add", () => marks.forEach((mark) => { const e = mark.number.getElement(); if (e) e.style.color = mark.ink; }));

  /* The card of a village */
  const cardOf = (village) => {
    const card = village.card;
    const box = element("article", "gp-card");
    const back = element("button", "gp-back", "← " + words.priority_list);
    back.type = "button";
    back.addEventListener("click", showList);
    box.append(back, element("p", "gp-card-rank", card.rank_text + " · " + card.score_text));
    box.append(element("h2", "", card.name), element("p", "gp-card-place", card.commune));
    if (card.tied) box.append(element("p", "gp-card-tied", card.tied));
    if (card.sample_notes.length) box.append(element("p", "gp-card-sample", card.sample_notes.join(" ")));
    box.append(titled("h3", "", "signal"));
    const statuses = element("div", "gp-card-statuses");
    card.statuses.forEach((status) => {
      const cell = element("div", "");
      cell.append(element("small", "", status.title), swatch(status.key), element("b", "", status.word));
      statuses.append(cell);
    });
    box.append(statuses, titled("h3", "", card.models.length > 1 ? "models" : "model"));
    const models = element("div", "gp-models");
    ["model_name", "rsrp", "probability", "status"].forEach((key) => models.append(element("small", "", words[key])));
    card.models.forEach((model) => {
      const status = element("b", "");
      status.append(swatch(model.key), document.createTextNode(model.word));
      models.append(element("span", "", model.name), element("span", "", model.rsrp), element("span", "", model.probability), status);
    });
    box.append(models);
    if (card.models_disagree) box.append(element("p", "gp-card-sample", words.models_disagree));
    box.append(titled("h3", "", "responsibility"));
    const ground = element("p", "", "");
    ground.append(element("b", "", card.responsibility_word), document.createTextNode(card.reason ? ": " + card.reason : ""));
    box.append(ground, titled("h3", "", "why"));
    const most = Math.max(...card.contributions.map((part) => part.ceiling), 1);
    const bars = element("div", "gp-bars");
    card.contributions.forEach((part) => {
      bars.append(element("span", "gp-bar-title", part.title));
      const track = element("span", "gp-bar"), ceiling = element("i", "gp-bar-ceiling"), fill = element("i", part.assumed ? "gp-bar-fill gp-bar-assumed" : "gp-bar-fill");
      ceiling.style.width = (100 * part.ceiling / most) + "%";
      fill.style.width = (100 * part.points / most) + "%";
      track.append(ceiling, fill);
      bars.append(track, element("span", "gp-bar-value", part.value));
    });
    box.append(bars);
    if (card.lead) box.append(element("p", "gp-card-lead", card.lead));
    const list = (key, lines) => {
      if (!lines.length) return;
      const rows = element("ul", "");
      lines.forEach((line) => rows.append(line));
      box.append(titled("h3", "", key), rows);
    };
    list("questions", card.questions.map((question) => {
      const row = element("li", "", question.asks + ": " + question.text);
      row.title = question.why;
      return row;
    }));
    list("flags", card.flags.map((line) => element("li", "", line)));
    const facts = element("dl", "");
    card.facts.forEach((fact) => facts.append(element("dt", "", fact[0]), element("dd", "", fact[1])));
    const details = element("details", "gp-card-details");
    details.append(titled("summary", "", "details"), titled("h3", "", "certainty"), element("p", "", card.chance + "."));
    if (card.more) details.append(element("p", "", card.more));
    details.append(titled("h3", "", "facts"), facts);
    box.append(details);
    return box;
  };

  /* Marks of the legend are drawn as on the map. */
  const swatch = (key) => {
    const mark = data.marks[key], dot = element("i", "gp-dot");
    dot.style.background = mark.fill;
    dot.style.border = mark.weight + "px " + (mark.dash ? "dashed " : "solid ") + mark.line;
    return dot;
  };
  const legendRow = (sign, label, subtitle) => {
    const row = element("div", "gp-legend-row");
    const words = element("span", "", label);
    if (subtitle) words.append(element("small", "gp-sub", subtitle));
    row.append(sign, words);
    return row;
  };

  /* Legend */
  const legend = element("details", "gp-box gp-legend");
  legend.open = true;
  legend.append(titled("summary", "", "legend"));
  const kinds = ["modelled", "declared", "measured"].filter((kind) => data.villages.some((v) => v.status[kind] !== "unknown"));
  const choice = element("fieldset", "gp-choice");
  choice.append(titled("legend", "", "status_by"));
  kinds.forEach((kind, position) => {
    const label = element("label", ""), input = element("input", "");
    input.type = "radio"; input.name = "gp-status"; input.checked = position === 0;
    input.addEventListener("change", () => colourBy(kind));
    label.append(input, document.createTextNode(words[kind]));
    choice.append(label);
  });
  const points = element("div", ""), ground = element("div", ""), columns = element("div", "gp-legend-columns");
  columns.append(points, ground);
  legend.append(columns);
  points.append(titled("h4", "", "villages"));
  if (kinds.length > 1) points.append(choice);
  const used = new Set(data.villages.flatMap((v) => kinds.map((kind) => v.status[kind])));
  Object.keys(data.marks).filter((key) => used.has(key)).forEach((key) => points.append(legendRow(swatch(key), data.statusWords[key], data.statusSubtitles[key])));
  if (data.villages.some((v) => v.disagree)) points.append(legendRow(element("i", "gp-dot gp-dot-disagree"), words.disagree, data.subtitles.disagree));
  points.append(legendRow(element("i", "gp-dot gp-dot-site"), words.site_on_air, data.subtitles.site_on_air));
  if (data.sites.some((site) => !site.onAir)) points.append(legendRow(element("i", "gp-dot gp-dot-site gp-dot-off"), words.site_other, data.subtitles.site_other));
  const buildLegend = element("div", "gp-legend-build");
  if (build) {
    buildLegend.append(titled("h4", "", "build"), ...build.legend(legendRow));
    points.append(buildLegend);
  }
  const measuredLegend = element("div", "");
  if (squares) {
    measuredLegend.append(titled("h4", "", "measurements"));
    taken.legend.forEach((entry) => {
      const mark = taken.marks[entry.kind], dot = element("i", "gp-dot gp-dot-measured"), side = 2 * mark.radius + mark.weight;
      dot.style.width = dot.style.height = side + "px";
      dot.style.margin = "0 " + (15 - side) / 2 + "px";
      dot.style.border = mark.weight + "px solid " + mark.color;
      dot.style.background = mark.fill ? mark.fillColor : "none";
      measuredLegend.append(legendRow(dot, entry.label));
    });
    measuredLegend.append(element("p", "gp-note", taken.note));
    measuredLegend.hidden = !taken.shown;
    points.append(measuredLegend);
  }
  const surface = element("div", "gp-legend-surface");
  ground.append(surface, element("p", "gp-note", words.number_is_rank));
  data.notes.forEach((note) => ground.append(element("p", "gp-note gp-note-sample", note)));
  const showSurface = (theme) => {
    surface.replaceChildren();
    if (!theme.legend.length) return;
    surface.append(titled("h4", "", theme.key));
    theme.legend.forEach((entry) => {
      const patch = element("i", "gp-patch");
      patch.style.backgroundColor = entry.colour;
      surface.append(legendRow(patch, entry.label));
    });
  };

  /* Layer choice: a background, and what lies on it. */
  const layers = element("details", "gp-box gp-layers");
  layers.open = map.getSize().x > 860;
  layers.append(titled("summary", "", "show"));
  const backgrounds = element("fieldset", "gp-choice gp-choice-rows");
  backgrounds.append(titled("legend", "", "background"));
  const setTheme = (position) => {
    themes.forEach((layer, other) => { if (other !== position) layer.remove(); });
    themes[position].addTo(map);
    relief.setOpacity(data.themes[position].legend.length ? 0.34 : 1); /* a picture of its own, or form under classes that are to be read */
    showSurface(data.themes[position]);
  };
  const first = data.themes.findIndex((theme) => theme.key === data.theme);
  data.themes.forEach((theme, position) => {
    const label = element("label", ""), input = element("input", "");
    input.type = "radio"; input.name = "gp-theme"; input.checked = position === first;
    input.addEventListener("change", () => setTheme(position));
    label.append(input, document.createTextNode(words[theme.key]));
    backgrounds.append(label);
  });
  const toggles = element("fieldset", "gp-choice gp-choice-rows");
  [["villages", villages], ["sites", sites], ["build", build && build.group], ["measurements", squares], ["commune_names", names], ["rivers", rivers], ["relief", relief]].forEach(([key, layer]) => {
    if (!layer) return;
    const label = element("label", ""), input = element("input", "");
    input.type = "checkbox"; input.checked = map.hasLayer(layer);
    input.addEventListener("change", () => {
      if (input.checked) layer.addTo(map); else layer.remove();
      if (layer === squares) measuredLegend.hidden = !input.checked;
      if (build && layer === build.group) buildLegend.hidden = !input.checked;
    });
    label.append(input, document.createTextNode(words[key]));
    toggles.append(label);
  });
  layers.append(backgrounds, toggles);

  const control = (position, content) => {
    const made = new L.Control({ position });
    made.onAdd = () => { L.DomEvent.disableClickPropagation(content); L.DomEvent.disableScrollPropagation(content); return content; };
    made.addTo(map);
  };
  L.control.zoom({ position: "topleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  const home = element("button", "gp-box gp-home", "⌂");
  home.type = "button"; home.title = words.whole_province; home.setAttribute("aria-label", words.whole_province);
  const whole = () => {
    if (!map.getSize().x || !map.getSize().y) return; /* out of sight, as in a tab that is not open */
    map.fitBounds(data.bounds, { paddingTopLeft: [8, 10], paddingBottomRight: [8, 26], animate: false });
  };
  home.addEventListener("click", whole);
  control("topleft", home);
  control("topright", layers);
  control("bottomleft", legend);
  L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);

  /* View: the whole province, and not far beyond it. Names of communes come with nearness. */
  const byZoom = () => map.getContainer().classList.toggle("gp-near", map.getZoom() >= 9.9);
  map.on("zoomend", byZoom);
  whole();
  map.setMinZoom(Math.max(0, Math.min(map.getZoom() - 0.5, 8)));
  map.setMaxBounds(L.latLngBounds(data.bounds).pad(0.5));
  byZoom();
  if (window.ResizeObserver) {
    let untouched = true;
    map.on("zoomstart dragstart", () => { untouched = false; });
    new ResizeObserver(() => { map.invalidateSize(); if (untouched) { whole(); untouched = true; } }).observe(map.getContainer());
    untouched = true;
  }
  if (data.cards) {
    /* On paper the map is as wide as a landscape sheet, whatever the window was. */
    const stage = map.getContainer().parentElement;
    const sources = document.querySelector("details.gp-sources");
    window.addEventListener("beforeprint", () => { if (sources) sources.open = true; stage.style.cssText = "width:1000px;height:600px"; map.invalidateSize({ animate: false }); whole(); });
    window.addEventListener("afterprint", () => { stage.style.cssText = ""; map.invalidateSize({ animate: false }); whole(); });
  }
  setTheme(first);
  colourBy(kinds[0] || "modelled");

  /* Beside the exported map: the list of villages, or the card of the one that was chosen. */
  const panel = document.getElementById("gp-panel");
  if (!panel || !data.cards) return;
  const ring = L.circleMarker([0, 0], { pane: panes.village, radius: 17, weight: 3.5, color: "#111820", fill: false, interactive: false });
  const list = element("div", "gp-list");
  const showList = () => { ring.remove(); panel.replaceChildren(list); };
  const choose = (mark) => {
    villages.addTo(map);
    ring.setLatLng(mark.village.at).addTo(map);
    if (!map.getBounds().pad(-0.08).contains(mark.village.at)) map.panTo(mark.village.at, { animate: false });
    panel.replaceChildren(cardOf(mark.village));
    panel.scrollTop = 0;
  };
  /* A site of the build plan: the same lines as its tooltip. */
  const siteCard = (site) => {
    const box = element("article", "gp-card"), back = element("button", "gp-back", "← " + words.priority_list);
    back.type = "button";
    back.addEventListener("click", showList);
    box.append(back, element("p", "gp-card-rank", words.build), element("h2", "", site.id), ...site.lines.map((line) => element("p", "", line)));
    return box;
  };
  if (build) build.marks.forEach((mark) => mark.marker.on("click", () => {
    ring.setLatLng(mark.site.at).addTo(map);
    panel.replaceChildren(siteCard(mark.site));
    panel.scrollTop = 0;
  }));
  list.append(titled("h2", "", "priority_list"), element("p", "gp-note", words.list_hint));
  const rows = element("ol", "");
  marks.slice().reverse().forEach((mark) => {
    const item = element("li", ""), button = element("button", "gp-row");
    const key = mark.village.status[kinds[0] || "modelled"], sign = swatch(key);
    button.type = "button";
    sign.textContent = mark.village.rank;
    sign.style.color = data.marks[key].ink;
    const lines = element("span", "");
    lines.append(element("b", "", mark.village.name), element("small", "", mark.village.commune + " · " + mark.village.responsibility));
    if (mark.village.tied) lines.append(element("small", "", mark.village.tied));
    button.append(sign, lines);
    button.addEventListener("click", () => choose(mark));
    mark.circle.on("click", () => choose(mark));
    item.append(button);
    rows.append(item);
  });
  list.append(rows);
  showList();
}
