/* The exported page as one sheet of A4: title and day, the map with names, legend and list beside it, sources below. The class is set before
   the map is measured, so that what is laid out is what is printed. */
function geoPlannerPaper(tools, legend, list, aside) {
  "use strict";
  const { words, element } = tools, root = document.documentElement;
  const day = element("p", "gp-printed"), more = element("p", "gp-note");
  const head = document.querySelector(".gp-head"), sources = document.querySelector("details.gp-sources");
  const rows = [...list.querySelectorAll("li")];
  let home = null, kept = [], opened = false;
  const lay = () => {
    root.classList.add("gp-paper");
    home = legend.parentElement;
    kept = [...aside.childNodes];
    opened = sources.open;
    sources.open = true;
    day.textContent = words.printed + " " + new Date().toLocaleDateString("vi-VN");
    head.append(day);
    more.textContent = "";
    aside.replaceChildren(legend, list, more);
    /* As many rows as there is room; how many others there are is said. */
    const foot = aside.getBoundingClientRect().bottom - 16;
    const beyond = rows.filter((row) => row.getBoundingClientRect().bottom > foot);
    beyond.forEach((row) => { row.hidden = true; });
    if (beyond.length) more.textContent = "+ " + beyond.length + " " + words.more_in_list;
  };
  const clear = () => {
    root.classList.remove("gp-paper");
    home.append(legend);
    aside.replaceChildren(...kept);
    rows.forEach((row) => { row.hidden = false; });
    sources.open = opened;
    day.remove();
  };
  return { lay, clear };
}
