/* Legend and choice of layers; opacity of each layer; the buttons of the map. */
function geoPlannerLegend(map, data, tools, villages, build, taken, recoloured) {
  "use strict";
  const { words, element, titled, row, dot, choice } = tools;
  const size = map.getSize(), legend = element("details", "gp-box gp-legend");
  legend.open = size.x > 620 && size.y > 380;
  legend.append(titled("summary", "", "legend"));
  const columns = element("div", "gp-legend-columns"), points = element("div", ""), ground = element("div", ""), signs = element("div", "");
  /* Where the map is not wide, the marks wait behind a line of their own, so that the legend hides little of it. */
  const fold = element("details", "gp-legend-marks");
  fold.open = size.x > 1100;
  fold.append(titled("summary", "", "signs"), points);
  window.addEventListener("beforeprint", () => { legend.open = fold.open = true; });
  columns.append(ground, fold);
  legend.append(columns);
  points.append(titled("h4", "", "villages"));
  if (villages.colourings.length > 1) {
    const kinds = element("fieldset", "gp-choice");
    kinds.append(titled("legend", "", "status_by"));
    villages.colourings.forEach((colouring) => {
      kinds.append(choice("radio", "gp-status", colouring === villages.colouring(), colouring.label, () => { villages.colourBy(colouring.kind); showSigns(); recoloured(); }));
    });
    points.append(kinds);
  }
  points.append(signs);
  const showSigns = () => {
    const colouring = villages.colouring(), used = new Set(data.villages.map(colouring.key));
    signs.replaceChildren(...Object.keys(colouring.marks).filter((key) => used.has(key)).map((key) => row(dot(colouring.marks[key]), colouring.words[key], colouring.subtitles[key])));
  };
  showSigns();
  if (data.villages.some((v) => v.disagree)) points.append(row(element("i", "gp-dot gp-dot-disagree"), words.disagree, data.subtitles.disagree));
  points.append(row(element("i", "gp-dot gp-dot-site"), words.site_on_air, data.subtitles.site_on_air));
  if (data.sites.some((site) => !site.onAir)) points.append(row(element("i", "gp-dot gp-dot-site gp-dot-off"), words.site_other, data.subtitles.site_other));
  const parts = { build: element("div", "gp-legend-build"), measurements: element("div", ""), seats: element("div", "") };
  if (data.seats.length) {
    parts.seats.append(row(element("i", "gp-dot gp-dot-seat"), words.seat_mark, data.subtitles.seat_mark), element("p", "gp-note", words.seat_note));
    points.append(parts.seats);
  }
  if (build) {
    parts.build.append(titled("h4", "", "build"), ...build.legend(row));
    points.append(parts.build);
  }
  if (taken) {
    parts.measurements.append(titled("h4", "", "measurements"));
    taken.legend.forEach((entry) => {
      const mark = taken.marks[entry.kind], sign = element("i", "gp-dot gp-dot-measured"), side = 2 * mark.radius + mark.weight;
      sign.style.width = sign.style.height = side + "px";
      sign.style.margin = "0 " + (15 - side) / 2 + "px";
      sign.style.border = mark.weight + "px solid " + mark.color;
      sign.style.background = mark.fill ? mark.fillColor : "none";
      parts.measurements.append(row(sign, entry.label));
    });
    if (taken.note) parts.measurements.append(element("p", "gp-note", taken.note));
    points.append(parts.measurements);
  }
  const surface = element("div", "gp-legend-surface");
  ground.append(surface, element("p", "gp-note", words.number_is_rank));
  data.notes.forEach((note) => ground.append(element("p", "gp-note gp-note-sample", note)));
  const mixed = (colour, share) => {
    const part = (code, at) => parseInt(code.slice(at, at + 2), 16);
    return "rgb(" + [1, 3, 5].map((at) => Math.round(share * part(colour, at) + (1 - share) * part(data.ground, at))).join() + ")";
  };
  const showSurface = (theme, share) => {
    surface.replaceChildren();
    if (!theme.legend.length) return;
    surface.append(titled("h4", "", theme.key));
    theme.legend.forEach((entry) => {
      const sign = element("span", "gp-patches");
      (entry.colours || [entry.colour]).forEach((colour) => {
        const patch = element("i", entry.served ? "gp-patch gp-patch-served" : "gp-patch");
        patch.style.backgroundColor = share < 1 ? mixed(colour, share) : colour;
        sign.append(patch);
      });
      surface.append(row(sign, entry.label));
    });
  };
  return { box: legend, showSurface, part: (name, shown) => { if (parts[name]) parts[name].hidden = !shown; } };
}

function geoPlannerLayers(map, data, tools, layers, state, changed) {
  "use strict";
  const { words, element, titled, choice } = tools;
  const box = element("details", "gp-box gp-layers");
  box.open = map.getSize().x > 1100;
  box.append(titled("summary", "", "show"));
  const backgrounds = element("fieldset", "gp-choice gp-choice-rows"), toggles = element("fieldset", "gp-choice gp-choice-rows");
  backgrounds.append(titled("legend", "", "background"));
  data.themes.forEach((theme) => {
    backgrounds.append(choice("radio", "gp-theme", theme.key === state.theme, words[theme.key], () => { state.theme = theme.key; changed(); }));
  });
  const names = Object.keys(layers).filter((name) => layers[name]);
  const sliders = element("details", "gp-opacity");
  sliders.append(titled("summary", "", "opacity"));
  names.forEach((name) => {
    const label = name === "surface" ? words.background : words[name];
    if (name !== "surface") {
      toggles.append(choice("checkbox", "", state.layers[name] > 0, label, (ticked) => { state.layers[name] = ticked ? 1 : 0; slide.value = 100; changed(); }));
    }
    const line = element("label", "gp-slide", label), slide = element("input", "");
    slide.type = "range"; slide.min = 20; slide.max = 100; slide.step = 5; slide.value = 100 * (state.layers[name] || 1);
    slide.addEventListener("input", () => { if (state.layers[name] > 0) { state.layers[name] = slide.value / 100; changed(); } });
    line.append(slide);
    sliders.append(line);
  });
  box.append(backgrounds, toggles, sliders);
  return box;
}

function geoPlannerButtons(map, tools, whole, boxes) {
  "use strict";
  const { words, element } = tools;
  const put = (position, content) => {
    const made = new L.Control({ position });
    made.onAdd = () => { L.DomEvent.disableClickPropagation(content); L.DomEvent.disableScrollPropagation(content); return content; };
    made.addTo(map);
    content.addEventListener("toggle", () => map.fire("gp:layout"), true);
  };
  L.control.zoom({ position: "topleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  const home = element("button", "gp-box gp-home", "⌂");
  home.type = "button"; home.title = words.whole_province; home.setAttribute("aria-label", words.whole_province);
  home.addEventListener("click", whole);
  put("topleft", home);
  put("topright", boxes.layers);
  put("bottomleft", boxes.legend);
  L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);
}
