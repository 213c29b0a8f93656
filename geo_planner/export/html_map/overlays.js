/* What the page around the map puts on it: masts on trial that can be dragged, and lines, marks and rings over everything else. */
function geoPlannerOverlays(map, tools, panes, tell) {
  "use strict";
  const { element, escaped } = tools;
  const trials = L.layerGroup().addTo(map), drawings = L.layerGroup().addTo(map);
  const STYLES = {
    ray: { color: "#0b5cad", weight: 3 }, blocked: { color: "#b23b00", weight: 3, dashArray: "8 6" }, ridge: { color: "#b23b00", weight: 3 },
    link: { color: "#9c1f66", weight: 3, dashArray: "7 5" }, plain: { color: "#111820", weight: 2.5 },
  };
  const tip = (layer, label) => (label ? layer.bindTooltip(escaped(label), { className: "gp-tip", direction: "top" }) : layer);
  const turned = (pair) => [pair[1], pair[0]];
  let trialsNow = "", drawnNow = "", labelled = [];
  const showTrials = (masts) => {
    const asked = JSON.stringify(masts || []);
    if (asked === trialsNow) return;
    trialsNow = asked;
    trials.clearLayers();
    (masts || []).forEach((mast) => {
      const sign = element("span", "gp-trial gp-trial-" + (mast.state || "trial"));
      const icon = L.divIcon({ className: "gp-trial-mark", html: sign, iconSize: [26, 32], iconAnchor: [13, 30] });
      const marker = L.marker([mast.lat, mast.lon], { pane: panes.trial, icon, keyboard: false, draggable: (mast.state || "trial") === "trial" });
      const here = () => { const at = marker.getLatLng(); return { id: mast.id, at: [at.lat, at.lng] }; };
      marker.on("click", () => tell("trial", here()));
      marker.on("dragend", () => tell("drag", here()));
      trials.addLayer(tip(marker, mast.label));
    });
  };
  const showDrawn = (items) => {
    const asked = JSON.stringify(items || []);
    if (asked === drawnNow) return;
    drawnNow = asked;
    drawings.clearLayers();
    labelled = [];
    (items || []).forEach((item) => {
      const style = STYLES[item.style] || STYLES.plain, places = item.coordinates.map(turned);
      if (!places.length) return;
      /* Below the villages: a line ends at one, and its number is to be read. */
      if (item.kind === "line") {
        drawings.addLayer(L.polyline(places, { pane: panes.ray, color: "#ffffff", weight: style.weight + 3, opacity: 0.85, interactive: false }));
        drawings.addLayer(tip(L.polyline(places, { pane: panes.ray, className: "gp-drawn", ...style }), item.label));
      } else if (item.kind === "ring") {
        drawings.addLayer(tip(L.circleMarker(places[0], { pane: panes.drawn, radius: 14, fill: false, className: "gp-drawn", ...style }), item.label));
      } else {
        const html = element("span", "gp-drawn-mark gp-drawn-" + item.style, "▲");
        if (item.label) html.append(element("b", "", item.label));
        const icon = L.divIcon({ className: "gp-drawn-place", html, iconSize: [0, 0] });
        drawings.addLayer(L.marker(places[0], { pane: panes.drawn, icon, keyboard: false, interactive: false }));
        if (item.label) labelled.push({ at: places[0], label: html.lastChild });
      }
    });
    map.fire("gp:layout");
  };
  /* A label stands over its mark, or beside or below it where it would lie under a button, over a village or beyond the edge. */
  const layout = (room) => labelled.forEach(({ at, label }) => {
    const p = map.latLngToLayerPoint(at), wide = label.offsetWidth / 2, high = label.offsetHeight, edge = map.getSize();
    const box = ([x, y]) => [p.x + x - wide, p.y + y - high, p.x + x + wide, p.y + y];
    const inside = (spot) => {
      const [left, top, right, bottom] = box(spot), first = map.layerPointToContainerPoint([left, top]), last = map.layerPointToContainerPoint([right, bottom]);
      return first.x >= 0 && first.y >= 0 && last.x <= edge.x && last.y <= edge.y;
    };
    const side = wide - 6, beside = high / 2 - 8, below = high + 2;
    const spots = [[0, -16], [wide + 10, beside], [-wide - 10, beside], [0, below], [side, -16], [side, below], [-side, -16], [-side, below]];
    const spot = spots.find((one) => inside(one) && room.free(box(one))) || spots[0];
    label.style.marginLeft = spot[0] + "px";
    label.style.marginBottom = -16 - spot[1] + "px";
    room.take(box(spot));
  });
  const pictures = L.layerGroup().addTo(map);
  let picturesNow = "", lookNow = "";
  const showPictures = (items) => {
    const asked = JSON.stringify(items || []);
    if (asked === picturesNow) return;
    picturesNow = asked;
    pictures.clearLayers();
    (items || []).forEach((item) => pictures.addLayer(L.imageOverlay(item.url, item.bounds, { pane: panes.cover, className: "gp-cells gp-picture" })));
  };
  /* A place that is in sight already moves nothing. */
  const look = (place, stay) => {
    const asked = JSON.stringify(place || null);
    if (asked === lookNow) return;
    lookNow = asked;
    if (!place || stay) return;
    if (place.length === 4) { map.fitBounds([[place[1], place[0]], [place[3], place[2]]], { animate: false, padding: [30, 30] }); return; }
    if (!map.getBounds().pad(-0.08).contains(turned(place))) map.panTo(turned(place), { animate: false });
  };
  return { showTrials, showDrawn, showPictures, look, layout };
}

/* Seats of the former communes: a small open square, and the name beside it where there is room. */
function geoPlannerSeats(map, seats, tools, panes) {
  "use strict";
  const { element } = tools;
  const marks = seats.map((seat) => {
    const html = element("span", "gp-seat"), name = element("b", "", seat.name);
    html.append(element("i", ""), name);
    const icon = L.divIcon({ className: "gp-seat-place", html, iconSize: [9, 9] });
    return { seat, name, marker: L.marker(seat.at, { pane: panes.seat, icon, keyboard: false }).bindTooltip(tools.lines(seat.name, [seat.line]), { className: "gp-tip", direction: "top" }) };
  });
  const layout = (room) => marks.forEach((mark) => {
    const p = map.latLngToLayerPoint(mark.seat.at), wide = mark.name.offsetWidth;
    const spot = [7, -7 - wide].find((x) => room.free([p.x + x, p.y - 7, p.x + x + wide, p.y + 7]));
    mark.name.style.visibility = spot === undefined ? "hidden" : "";
    if (spot === undefined) return;
    mark.name.style.left = spot + 4.5 + "px";
    room.take([p.x + spot, p.y - 7, p.x + spot + wide, p.y + 7]);
  });
  return { group: L.layerGroup(marks.map((mark) => mark.marker)), layout };
}
