/* Villages: a disc with its rank where there is room, a dot where there is none; the first ranks on top. */
function geoPlannerVillages(map, data, tools, panes, tell) {
  "use strict";
  const { words, element, escaped } = tools;
  const crowd = data.villages.length > 600; /* so many are painted on one canvas instead of an element each */
  const renderer = crowd ? L.canvas({ pane: panes.village, padding: 0.4 }) : undefined;
  const FULL = 10, DOT = 4.5, FEW = 60, CROWD = 250, many = data.villages.length;
  /* A disc is as large as its number wants: four digits of a small one would lie on its rim. */
  const fullOf = (village) => FULL + Math.max(0, String(village.rank).length - 2) * 2;
  const dotAt = (deeper) => Math.min(DOT, (many > 1500 ? 2.2 : crowd ? 3.2 : DOT) + 0.8 * Math.max(0, deeper));
  const group = L.layerGroup();
  const colourings = [
    ...["modelled", "declared", "measured"].filter((kind) => data.villages.some((v) => v.status[kind] !== "unknown"))
      .map((kind) => ({ kind, label: words[kind], marks: data.marks, words: data.statusWords, subtitles: data.statusSubtitles, key: (v) => v.status[kind] })),
    { kind: "payer", label: words.responsibility, marks: data.payerMarks, words: data.payerWords, subtitles: data.payerSubtitles, key: (v) => v.payer },
    ...(data.phases ? [{ kind: "phase", label: words.colour_phase, marks: data.phases.marks, words: data.phases.words, subtitles: data.phases.subtitles, key: (v) => v.phase }] : []),
  ];
  let colouring = colourings[0], shown = new Set(), chosen = null;
  const style = (mark) => ({ color: mark.line, weight: mark.weight, dashArray: mark.dash || null, fillColor: mark.fill, fillOpacity: 1, opacity: 1 });
  const told = (village) => tools.lines(village.rank + ". " + village.name, [village.commune, village.responsibility, village.phaseWord]);
  const marks = data.villages.slice().reverse().map((village) => {
    const circle = L.circleMarker(village.at, { pane: panes.village, renderer, radius: FULL, className: "gp-village-mark", bubblingMouseEvents: false });
    circle.bindTooltip(() => told(village), { className: "gp-tip", direction: "top", offset: [0, -8] });
    const halo = village.disagree && L.circleMarker(village.at, { pane: panes.village, renderer, radius: 14.5, weight: 2, color: "#7a1fa2", dashArray: "4 3", fill: false, interactive: false });
    const mark = { village, circle, halo, number: null, full: true, drawn: "" };
    circle.on("click", () => tell("village", { id: village.id, at: village.at }, mark));
    return mark;
  });
  const byRank = marks.slice().reverse();
  const number = (mark) => {
    if (!mark.number) {
      mark.label = element("span", "", String(mark.village.rank));
      mark.label.style.fontSize = mark.village.rank > 999 ? "9.5px" : "";
      mark.number = L.marker(mark.village.at, {
        pane: panes.rank, interactive: false, keyboard: false,
        icon: L.divIcon({ className: "gp-rank", html: mark.label, iconSize: [24, 16], iconAnchor: [12, 8] }),
      });
    }
    return mark.number;
  };
  /* Which have room: by rank; at first sight of many only the first few of those shown may have a number. */
  const layout = (room, deeper) => {
    const view = map.getBounds().pad(0.2), nearer = deeper >= 1.5, small = dotAt(deeper), few = shown.size <= FEW;
    let before = 0;
    byRank.forEach((mark) => {
      const village = mark.village;
      if (!shown.has(mark)) { if (mark.number) group.removeLayer(mark.number); return; }
      const large = fullOf(village), p = map.latLngToLayerPoint(village.at), box = room.around(p, large - 1, large - 1);
      const mayBe = village.id === chosen || before < data.firstK || few || nearer;
      before += 1;
      const full = mayBe && (room.free(box) || village.id === chosen);
      if (full) room.take(box);
      mark.full = full;
      mark.place = p;
      const look = colouring.marks[colouring.key(village)], drawn = colouring.kind + (full || small) + nearer + (shown.size <= CROWD);
      if (mark.drawn !== drawn) {
        mark.drawn = drawn;
        mark.circle.setStyle({ ...style(look), ...(full ? {} : { weight: Math.min(look.weight, small < DOT ? 0.8 : 1.6) }) }).setRadius(full ? large : small);
        if (mark.halo) mark.halo.setRadius(full ? large + 4.5 : small + 3.5).setStyle({ opacity: full || shown.size <= CROWD || nearer ? 1 : 0 });
      }
      if (full && view.contains(village.at)) {
        group.addLayer(number(mark));
        mark.label.style.color = look.ink;
      } else if (mark.number) group.removeLayer(mark.number);
    });
  };
  /* On paper a village has its name beside it, where there is room on the map and no other village: at its right or left, above or below. */
  const named = L.layerGroup();
  const onMap = ([left, top, right, bottom]) => {
    const first = map.layerPointToContainerPoint([left, top]), last = map.layerPointToContainerPoint([right, bottom]), size = map.getSize();
    return first.x >= 0 && first.y >= 0 && last.x <= size.x && last.y <= size.y;
  };
  const nameBeside = (room) => {
    marks.forEach((mark) => { if (mark.place && shown.has(mark) && !mark.full) room.take(room.around(mark.place, DOT, DOT)); });
    byRank.forEach((mark) => nameOf(mark, room));
  };
  const nameOf = (mark, room) => {
    if (!mark.place || !shown.has(mark)) return;
    if (!mark.name) {
      mark.title = element("span", "gp-village-name", mark.village.name);
      const icon = L.divIcon({ className: "gp-name", html: mark.title, iconSize: [0, 0] });
      mark.name = L.marker(mark.village.at, { pane: panes.label, interactive: false, keyboard: false, icon });
    }
    named.addLayer(mark.name);
    const half = mark.title.offsetWidth / 2 + 1, off = (mark.full ? fullOf(mark.village) : DOT) + (mark.halo ? 6 : 2);
    const box = (spot) => [mark.place.x + spot[0] - half, mark.place.y + spot[1] - 6, mark.place.x + spot[0] + half, mark.place.y + spot[1] + 6];
    const spot = [[off + half, 0], [-off - half, 0], [0, -off - 6], [0, off + 6]].find((one) => onMap(box(one)) && room.free(box(one)));
    if (!spot) { named.removeLayer(mark.name); return; }
    room.take(box(spot));
    mark.title.style.marginLeft = spot[0] + "px";
    mark.title.style.marginTop = spot[1] + "px";
  };
  const passes = (village, f) => (!f.payers || !f.payers.length || f.payers.includes(village.payer))
    && (!f.communes || !f.communes.length || f.communes.includes(village.communeCode))
    && (!f.statuses || !f.statuses.length || f.statuses.includes(village.status.modelled))
    && (!f.to_measure || village.measure)
    && (f.covered_by_plan === undefined || f.covered_by_plan === null || f.covered_by_plan === village.planned);
  const filter = (filters) => {
    let left = byRank.filter((mark) => passes(mark.village, filters || {}));
    if (filters && filters.first_k) left = left.slice(0, filters.first_k);
    shown = new Set(left);
    marks.forEach((mark) => {
      [mark.halo, mark.circle].filter(Boolean).forEach((layer) => { if (shown.has(mark)) group.addLayer(layer); else group.removeLayer(layer); });
    });
  };
  filter(null);
  return {
    group, marks, byRank, colourings, layout, filter, named, nameBeside,
    count: () => shown.size,
    colouring: () => colouring,
    colourBy: (kind) => { colouring = colourings.find((c) => c.kind === kind) || colourings[0]; },
    choose: (id) => { chosen = id; return marks.find((mark) => mark.village.id === id); },
    escaped,
  };
}
