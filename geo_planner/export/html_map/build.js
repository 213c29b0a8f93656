/* Sites and links of the build plan. The shape tells the kind, the dash the link: neither needs colour. */
function geoPlannerBuild(build, tools, chosen) {
  "use strict";
  const { element, panes, ink } = tools;
  const told = (item) => tools.lines(item.id, item.lines);
  const shape = (mark, side) => {
    const drawn = build.marks[mark], name = "http:\/\/www.w3.org/2000/svg";
    const svg = document.createElementNS(name, "svg"), path = document.createElementNS(name, "path");
    svg.setAttribute("viewBox", "-1.5 -1.5 21 21");
    svg.setAttribute("width", side);
    svg.setAttribute("height", side);
    svg.setAttribute("class", "gp-build-shape");
    path.setAttribute("d", drawn.path);
    path.setAttribute("fill", drawn.filled ? ink : "#ffffff");
    path.setAttribute("stroke", drawn.filled ? "#ffffff" : ink);
    path.setAttribute("stroke-width", drawn.filled ? 1.6 : 3);
    path.setAttribute("stroke-linejoin", "round");
    svg.append(path);
    return svg;
  };
  const line = (kind) => ({ color: ink, weight: build.lines[kind].weight, dashArray: build.lines[kind].dash || null, fill: false });
  const group = L.layerGroup(), marks = [];
  build.links.forEach((link) => {
    const style = line(link.kind);
    group.addLayer(L.polyline(link.path, { pane: panes.build, color: "#ffffff", weight: style.weight + 2.4, opacity: 0.85, interactive: false }));
    const drawn = L.polyline(link.path, { pane: panes.build, ...style, className: "gp-build-link" });
    group.addLayer(drawn.bindTooltip(told(link), { sticky: true, className: "gp-tip" }));
  });
  /* Several at one place stand side by side. */
  const here = {};
  build.sites.forEach((site) => { const key = site.at.join(); (here[key] = here[key] || []).push(site); });
  build.sites.forEach((site) => {
    const same = here[site.at.join()], shift = 15 * (same.indexOf(site) - (same.length - 1) / 2);
    const icon = L.divIcon({ className: "gp-build-mark", html: shape(site.mark, 19), iconSize: [19, 19], iconAnchor: [9.5 - shift, 10.5] });
    const marker = L.marker(site.at, { pane: panes.mark, icon, keyboard: false });
    marker.on("click", () => chosen(site));
    group.addLayer(marker.bindTooltip(told(site), { className: "gp-tip", direction: "top", offset: [shift, -8] }));
    marks.push({ site, marker, shift });
  });
  /* A mark at a village stands over its disc, not on its number. */
  const layout = (room, map) => marks.forEach((mark) => {
    const drawn = mark.marker.getElement(), p = map.latLngToLayerPoint(mark.site.at);
    const up = room.free(room.around({ x: p.x + mark.shift, y: p.y }, 6, 6)) ? 0 : -20;
    if (drawn) drawn.firstElementChild.style.marginTop = up + "px";
    room.take(room.around({ x: p.x + mark.shift, y: p.y + up }, 8, 8));
  });
  const legend = (row) => {
    const rows = Object.keys(build.marks).map((mark) => {
      const sign = element("i", "gp-build-sign");
      sign.append(shape(mark, 17));
      return row(sign, build.markWords[mark], build.markSubtitles[mark]);
    });
    Object.keys(build.lines).forEach((kind) => {
      const sign = element("i", "gp-build-sign gp-build-line");
      sign.style.borderTop = build.lines[kind].weight + "px " + (build.lines[kind].dash ? "dashed " : "solid ") + ink;
      rows.push(row(sign, build.lineWords[kind], build.lineSubtitles[kind]));
    });
    return rows;
  };
  return { group, layout, legend };
}
