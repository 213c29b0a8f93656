/* Draws a plan on a Leaflet map and says what was clicked. All names are data: they reach the page as text, never as markup. No doubled
   braces and no brace next to a percent or hash sign may stand in these files: the exported page is put together by a template engine. */
function geoPlannerMap(map, data, options) {
  "use strict";
  const asked = options || {}, tools = geoPlannerTools(data), { words, element } = tools;
  /* A mark is for the pointer; the same things are reached by keyboard in the lists beside the map, without a stop at each. */
  L.Layer.include({ _addFocusListeners() {} });
  const pane = (name, order) => { map.createPane("gp-" + name).style.zIndex = order; return "gp-" + name; };
  const orders = { ground: 210, theme: 220, hatch: 225, cover: 228, relief: 230, rivers: 390, roads: 395, border: 400, measured: 410, site: 420, build: 430, label: 440, seat: 442, ray: 445, village: 450, rank: 460, mark: 470, drawn: 480, trial: 490 };
  const panes = {};
  Object.keys(orders).forEach((key) => { panes[key] = pane(key, orders[key]); });
  ["ground", "theme", "hatch", "cover", "relief", "rank", "label"].forEach((key) => { map.getPane(panes[key]).style.pointerEvents = "none"; });
  L.DomUtil.addClass(map.getContainer(), "gp-map");
  const state = { theme: data.theme, layers: { surface: 1, villages: 1, sites: 1, build: 1, measurements: data.measurements && data.measurements.shown ? 1 : 0, commune_names: 1, seats: 0, roads: 1, rivers: 1, relief: 1 } };
  const own = { ...state.layers };
  if (data.themes.some((theme) => theme.key === asked.theme)) state.theme = asked.theme;
  Object.keys(asked.layers || {}).forEach((name) => { if (name in state.layers) state.layers[name] = asked.layers[name]; });
  let count = Date.now(), points = false, chosenAt = null;
  const tell = (event, detail) => {
    const centre = map.getCenter();
    if (!asked.onEvent) return;
    count = Math.max(count + 1, Date.now());
    asked.onEvent({ n: count, event, id: detail.id || "", lat: detail.at[0], lon: detail.at[1], planned: Boolean(detail.planned), theme: state.theme, view: [centre.lat, centre.lng, map.getZoom()] });
  };
  let panel = null;

  /* Ground, what is painted on it in the very colours of the legend, and over both the relief as shadows and lights. */
  L.geoJSON(data.province, { pane: panes.ground, interactive: false, style: { stroke: false, fillColor: data.ground, fillOpacity: 1 } }).addTo(map);
  const relief = L.imageOverlay(data.relief.url, data.relief.bounds, { pane: panes.relief, alt: words.relief });
  const feature = (commune) => ({ type: "Feature", properties: commune, geometry: commune.geometry });
  const picture = (url, bounds, where, key) => L.imageOverlay(url, bounds, { pane: where, className: where === panes.hatch ? "gp-cells gp-hatch" : "gp-cells", alt: words[key] });
  const themes = data.themes.map((theme) => {
    if (theme.url) return picture(theme.url, theme.bounds, panes.theme, theme.key);
    if (theme.key !== "theme_area") return L.layerGroup();
    return L.geoJSON(data.communes.map(feature), {
      pane: panes.theme, interactive: false,
      style: (f) => ({ stroke: false, fillColor: f.properties.colour, fillOpacity: 1 }),
    });
  });
  const hatches = data.themes.map((theme) => theme.hatch && picture(theme.hatch, theme.bounds, panes.hatch, theme.key));
  const waterways = data.rivers && L.geoJSON(data.rivers, { pane: panes.rivers, interactive: false, style: { color: "#5b8fb9", weight: 1.2 } });
  const roads = data.roads && L.geoJSON(data.roads, { pane: panes.roads, interactive: false, style: { color: "#7a5c3a", weight: 1.3 } });

  /* Communes: one clickable outline each; the colour below it belongs to the theme. */
  const calm = { color: "#45525f", weight: 0.8, opacity: 0.75, fillOpacity: 0 };
  L.geoJSON(data.communes.map(feature), {
    pane: panes.border, style: () => ({ ...calm, className: "gp-commune" }),
    onEachFeature: (f, layer) => {
      layer.bindTooltip(tools.lines(f.properties.title, f.properties.lines), { sticky: true, className: "gp-tip" });
      layer.on("mouseover", () => layer.setStyle({ weight: 2.2, opacity: 1 }));
      layer.on("mouseout", () => layer.setStyle(calm));
    },
  }).addTo(map);
  L.geoJSON(data.province, { pane: panes.border, interactive: false, style: { color: "#24303b", weight: 1.8, fill: false } }).addTo(map);
  const names = data.communes.slice().sort((a, b) => b.weight - a.weight).map((commune) => {
    const span = element("span", "", commune.name);
    const icon = L.divIcon({ className: "gp-name", html: span, iconSize: [0, 0] });
    return { commune, span, marker: L.marker(commune.label, { pane: panes.label, interactive: false, keyboard: false, icon }) };
  });
  const nameGroup = L.layerGroup(names.map((name) => name.marker));

  const seats = data.seats.length > 0 && geoPlannerSeats(map, data.seats, tools, panes);

  /* Sites: a small square outline is drawn as a circle of few pixels. */
  const sites = L.layerGroup(data.sites.map((site) => L.circleMarker(site.at, {
    pane: panes.site, radius: 3.2, weight: 1.2, color: "#ffffff", fillColor: site.onAir ? "#24303b" : "#a9b2bb", fillOpacity: 1, className: "gp-site-mark", bubblingMouseEvents: false,
  }).bindTooltip(tools.lines(site.name, [site.line]), { className: "gp-tip" }).on("click", () => tell("site", { id: site.id, at: site.at }))));
  const build = data.build && geoPlannerBuild(data.build, { ...tools, panes, ink: data.buildInk }, (site) => {
    if (panel) panel.site(site);
    tell("site", { id: site.id, at: site.at, planned: true });
  });

  /* Measurements: a point a square, on one canvas, for there can be thousands. Form tells as much as colour: full, small, hollow. */
  const taken = data.measurements;
  const squares = taken && (() => {
    const canvas = L.canvas({ pane: panes.measured, padding: 0.3 });
    return L.layerGroup(taken.points.map((point) => L.circleMarker(point.at, { ...taken.marks[point.kind], renderer: canvas })
      .bindTooltip(() => tools.lines(point.lines[0], point.lines.slice(1)), { className: "gp-tip" })));
  })();

  const villages = geoPlannerVillages(map, data, tools, panes, (event, detail, mark) => {
    if (panel) panel.village(mark.village);
    tell(event, detail);
  });
  const ring = L.circleMarker([0, 0], { pane: panes.village, radius: 17, weight: 3.5, color: "#111820", fill: false, interactive: false });
  const overlays = geoPlannerOverlays(map, tools, panes, tell);

  /* Layers: the panes of each, so that its opacity is one number. */
  const layers = {
    surface: { group: null, panes: [panes.theme, panes.hatch] }, villages: { group: villages.group, panes: [panes.village, panes.rank] }, sites: { group: sites, panes: [panes.site] },
    build: build && { group: build.group, panes: [panes.build, panes.mark] }, measurements: squares && { group: squares, panes: [panes.measured] },
    commune_names: { group: nameGroup, panes: [panes.label] }, seats: seats && { group: seats.group, panes: [panes.seat] }, roads: roads && { group: roads, panes: [panes.roads] }, rivers: waterways && { group: waterways, panes: [panes.rivers] },
    relief: { group: relief, panes: [panes.relief] },
  };
  if (asked.colour) villages.colourBy(asked.colour);
  const legend = geoPlannerLegend(map, data, tools, villages, build, taken, () => { touched = true; layout(); told(); });
  let onPaper = false;
  const layout = () => {
    const room = geoPlannerRoom();
    if (state.layers.villages > 0) villages.layout(room, map.getZoom() - firstZoom);
    if (build && state.layers.build > 0) build.layout(room, map);
    geoPlannerCovered(map).forEach(room.take);
    overlays.layout(room);
    if (state.layers.commune_names > 0) names.forEach((name) => {
      const p = map.latLngToLayerPoint(name.commune.label);
      name.width = name.width || name.span.offsetWidth / 2 + 2;
      const up = [0, -16, 16, -30, 30].find((shift) => room.free([p.x - name.width, p.y + shift - 8, p.x + name.width, p.y + shift + 8]));
      name.span.style.visibility = up === undefined ? "hidden" : "";
      if (up === undefined) return;
      name.span.style.marginTop = up + "px";
      room.take([p.x - name.width, p.y + up - 8, p.x + name.width, p.y + up + 8]);
    });
    if (seats && state.layers.seats > 0) seats.layout(room);
    if (onPaper && state.layers.villages > 0) villages.nameBeside(room);
  };
  const show = () => {
    Object.keys(layers).forEach((name) => {
      const layer = layers[name], opacity = state.layers[name];
      if (!layer) return;
      layer.panes.forEach((key) => { map.getPane(key).style.opacity = opacity; });
      if (layer.group && opacity > 0) layer.group.addTo(map); else if (layer.group) layer.group.remove();
      legend.part(name, opacity > 0);
    });
    const position = data.themes.findIndex((theme) => theme.key === state.theme), theme = data.themes[position];
    themes.forEach((layer, other) => { if (other !== position) { layer.remove(); if (hatches[other]) hatches[other].remove(); } });
    themes[position].addTo(map);
    if (hatches[position]) hatches[position].addTo(map);
    relief.setOpacity(theme.legend.length ? 0.34 : 1); /* a picture of its own, or form under classes that are to be read */
    legend.showSurface(theme, state.layers.surface);
    layout();
  };
  let touched = false, untouched = true, waiting = null;
  /* What a reader has made of it: layers that are not as they were at first, the colours of the villages, the view unless it is the whole province. */
  const shownNow = () => {
    const centre = map.getCenter(), changed = Object.keys(state.layers).filter((name) => state.layers[name] !== own[name]), colour = villages.colouring().kind;
    return {
      theme: state.theme, layers: Object.fromEntries(changed.map((name) => [name, state.layers[name]])), colour: colour === villages.colourings[0].kind ? "" : colour,
      view: untouched ? null : [centre.lat, centre.lng, map.getZoom()],
    };
  };
  const told = () => {
    if (!touched || !asked.onShown) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => asked.onShown(shownNow()), 250);
  };

  /* View: the whole province, not far beyond it, and no nearer than the figures are fine. */
  let foot = 26, ours = false;
  const whole = () => {
    if (!map.getSize().x || !map.getSize().y) return; /* out of sight, as in a tab that is not open */
    ours = true;
    map.fitBounds(data.bounds, { paddingTopLeft: [8, 10], paddingBottomRight: [8, foot], animate: false });
    ours = false;
  };
  whole();
  const firstZoom = map.getZoom();
  map.setMinZoom(Math.max(0, Math.min(firstZoom - 0.5, 8)));
  map.setMaxZoom(Math.max(data.maxZoom, firstZoom + 1));
  map.setMaxBounds(L.latLngBounds(data.bounds).pad(0.5));
  if (asked.theme || asked.layers || asked.view || asked.colour) touched = true; /* taken up again: the address is to say so too */
  if (asked.view) { map.setView([asked.view[0], asked.view[1]], asked.view[2], { animate: false }); untouched = false; }
  geoPlannerButtons(map, tools, () => { untouched = touched = true; whole(); told(); }, {
    legend: legend.box,
    layers: geoPlannerLayers(map, data, tools, layers, state, () => { touched = true; show(); told(); }),
  });
  show();
  told();
  map.on("moveend", () => { layout(); told(); });
  map.on("gp:layout", layout);
  map.on("zoomstart dragstart", () => { if (!ours) { untouched = false; touched = true; } });
  map.on("click", (event) => { if (points) tell("point", { at: [event.latlng.lat, event.latlng.lng] }); });
  if (window.ResizeObserver) {
    const sized = new ResizeObserver(() => { map.invalidateSize(); if (untouched) whole(); });
    sized.observe(map.getContainer());
    map.on("unload", () => { sized.disconnect(); clearTimeout(waiting); });
  }

  /* The map follows to what is out of sight; not where it shows the whole province, and not where a view was asked for together with it. */
  const ringAt = (at, stay) => {
    chosenAt = at;
    if (!at) { ring.remove(); return; }
    ring.setLatLng(at).addTo(map);
    if (!stay && !untouched && !map.getBounds().pad(-0.03).contains(at)) map.panTo(at, { animate: false });
  };
  const handle = {
    choose: (id, stay) => {
      const mark = villages.choose(id), at = mark ? mark.village.at : null;
      if (String(at) !== String(chosenAt)) ringAt(at, stay);
      layout();
    },
    ringAt, colouring: villages.colouring, shown: () => (touched ? shownNow() : null),
    filter: (filters) => { villages.filter(filters); layout(); return villages.count(); },
    trials: overlays.showTrials, drawn: overlays.showDrawn, pictures: overlays.showPictures, look: overlays.look, points: (wanted) => { points = Boolean(wanted); },
  };
  const aside = document.getElementById("gp-panel");
  if (aside && data.cards) {
    panel = geoPlannerPanel(data, tools, handle, aside);
    const paper = geoPlannerPaper(tools, legend.box, panel.list, aside);
    let seen = null;
    window.addEventListener("beforeprint", () => {
      if (onPaper) return;
      seen = [map.getCenter(), map.getZoom()];
      onPaper = true;
      foot = 10;
      paper.lay();
      villages.named.addTo(map);
      map.invalidateSize({ animate: false });
      whole();
      layout();
    });
    window.addEventListener("afterprint", () => {
      if (!onPaper) return;
      onPaper = false;
      foot = 26;
      paper.clear();
      villages.named.remove();
      map.invalidateSize({ animate: false });
      map.setView(seen[0], seen[1], { animate: false });
      layout();
    });
  }
  return handle;
}
