/* The map in the app: a frame that is told its arguments and tells its events in the messages of Streamlit's components. */
(function () {
  "use strict";
  const KEYS = ["theme", "colour", "layers", "view"], LEAST_PX = 430, MOST_PX = 1400, FOOT_PX = 14;
  const tell = (type, more) => window.parent.postMessage({ isStreamlitMessage: true, type: "streamlit:" + type, ...more }, "*");
  const said = document.getElementById("said");
  let map = null, handle = null, standing = "", args = null, sent = 0;

  const say = (text) => { said.textContent = text; said.hidden = !text; };
  /* As high as the window leaves room for below the place where the frame begins. */
  const fit = () => {
    const frame = window.frameElement;
    if (!frame || !frame.getClientRects().length) return;
    const page = window.parent, scroller = page.document.querySelector("[data-testid=stMain]");
    const top = frame.getBoundingClientRect().top + (scroller ? scroller.scrollTop : page.scrollY);
    const height = Math.round(Math.min(MOST_PX, Math.max(LEAST_PX, page.innerHeight - top - FOOT_PX)));
    if (Math.abs(height - sent) < 2) return;
    sent = height;
    tell("setFrameHeight", { height });
  };
  const number = (text) => (text.trim() === "" ? NaN : Number(text));
  const read = (params) => {
    const shown = {}, layers = {};
    if (/^theme_[a-z]+$/.test(params.theme || "")) shown.theme = params.theme;
    if (/^[a-z]{1,20}$/.test(params.colour || "")) shown.colour = params.colour;
    (params.layers || "").split(",").forEach((part) => {
      const [name, opacity] = part.split(":");
      if (opacity !== undefined && number(opacity) >= 0 && number(opacity) <= 1) layers[name] = number(opacity);
    });
    if (Object.keys(layers).length) shown.layers = layers;
    const view = (params.view || "").split(",").map(number);
    if (view.length === 3 && view.every(Number.isFinite) && Math.abs(view[0]) <= 90 && Math.abs(view[1]) <= 180) shown.view = view;
    return shown;
  };
  const written = (shown) => ({
    theme: shown.theme,
    colour: shown.colour,
    layers: Object.keys(shown.layers).map((name) => name + ":" + shown.layers[name]).join(","),
    view: (shown.view || []).map((part, position) => part.toFixed(position < 2 ? 5 : 1)).join(","),
  });
  const memory = () => "gp-map-" + args.name;
  const keep = (shown) => {
    const parts = written(shown), address = new URL(window.parent.location.href);
    KEYS.forEach((key) => { if (parts[key]) address.searchParams.set(key, parts[key]); else address.searchParams.delete(key); });
    window.parent.history.replaceState(window.parent.history.state, "", address);
    try { window.sessionStorage.setItem(memory(), JSON.stringify(parts)); } catch (error) { /* a browser that keeps nothing */ }
  };
  const atFirst = () => {
    const address = new URLSearchParams(window.parent.location.search);
    const inAddress = read(Object.fromEntries(KEYS.map((key) => [key, address.get(key) || ""])));
    let inTab = {};
    try { inTab = read(JSON.parse(window.sessionStorage.getItem(memory()) || "null") || {}); } catch (error) { /* nothing kept */ }
    const asked = {};
    KEYS.forEach((key) => { const value = args[key]; if (value && (key !== "layers" || Object.keys(value).length)) asked[key] = value; });
    return { ...inTab, ...asked, ...inAddress };
  };
  /* Maps of one group on the same page: each tells its view to the others, which follow without telling it again. */
  let following = false;
  window.gpFollow = (group, centre, zoom) => {
    if (!map || !args || args.link !== group) return;
    following = true;
    map.setView(centre, zoom, { animate: false });
    following = false;
  };
  const lead = () => {
    if (following || !args.link) return;
    const centre = map.getCenter(), zoom = map.getZoom();
    Array.from(window.parent.frames).forEach((frame) => {
      try { if (frame !== window && frame.gpFollow) frame.gpFollow(args.link, [centre.lat, centre.lng], zoom); } catch (error) { /* a frame of somebody else */ }
    });
  };
  /* What is in sight is not left for a village or a place that was there when the map was here last; a village that a map opens with is no news. */
  const follows = (name, value, news) => {
    const key = memory() + "-" + name, now = JSON.stringify(value || null);
    let before = null;
    try { before = window.sessionStorage.getItem(key); window.sessionStorage.setItem(key, now); } catch (error) { /* a browser that keeps nothing */ }
    return before === null ? news : before !== now;
  };
  const apply = () => {
    handle.choose(args.chosen, !follows("chosen", args.chosen, false));
    handle.filter(args.filters);
    handle.trials(args.trial_masts);
    handle.drawn(args.drawn);
    handle.pictures(args.pictures);
    handle.look(args.look, !follows("look", args.look, true));
    handle.points(args.points);
  };
  const draw = (data, shown) => {
    if (map) map.remove();
    map = window.map_plan = L.map("map", { zoomControl: false, attributionControl: false, zoomSnap: 0.1, zoomDelta: 0.5, wheelPxPerZoomLevel: 90 });
    map.fitBounds(data.bounds, { animate: false });
    document.documentElement.lang = data.language;
    handle = geoPlannerMap(map, data, {
      ...shown,
      onEvent: (event) => tell("setComponentValue", { value: event, dataType: "json" }),
      onShown: keep,
    });
    say("");
    apply();
    map.on("move zoomend", lead);
  };
  const render = () => {
    fit();
    if (args.payload_url === standing) { if (handle) apply(); return; }
    const asked = standing = args.payload_url, before = handle && handle.shown();
    if (!handle) say(args.words.loading);
    fetch(asked).then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); }).then((data) => {
      if (asked === standing) draw(data, before || atFirst());
    }).catch((error) => { if (asked === standing) { standing = ""; say(args.words.gone); } if (!(error instanceof TypeError)) console.warn(error); });
  };
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !event.data || event.data.type !== "streamlit:render") return;
    args = event.data.args;
    render();
  });
  /* What stands above may come late or need another line: the page is then as much longer. */
  const column = window.parent.document.querySelector("[data-testid=stMainBlockContainer]");
  const above = column && new window.parent.ResizeObserver(fit);
  if (above) above.observe(column);
  window.parent.addEventListener("resize", fit);
  window.addEventListener("pagehide", () => {
    window.parent.removeEventListener("resize", fit);
    if (above) above.disconnect();
  });
  tell("componentReady", { apiVersion: 1 });
})();
