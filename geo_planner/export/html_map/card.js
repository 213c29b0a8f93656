/* Beside the exported map: the list of villages, or the card of the village or site that was chosen. */
function geoPlannerPanel(data, tools, map, panel) {
  "use strict";
  const { words, element, titled, dot } = tools, list = element("div", "gp-list");
  const show = (content) => { panel.replaceChildren(content); panel.scrollTop = 0; };
  const showList = () => { map.choose(null); show(list); };
  const backButton = () => {
    const back = element("button", "gp-back", "← " + words.priority_list);
    back.type = "button";
    back.addEventListener("click", showList);
    return back;
  };

  /* The card of a village */
  const cardOf = (village) => {
    const card = village.card;
    const box = element("article", "gp-card");
    box.append(backButton(), element("p", "gp-card-rank", card.rank_text + " · " + card.score_text));
    box.append(element("h2", "", card.name), element("p", "gp-card-place", card.commune));
    if (card.tied) box.append(element("p", "gp-card-tied", card.tied));
    if (card.sample_notes.length) box.append(element("p", "gp-card-sample", card.sample_notes.join(" ")));
    box.append(titled("h3", "", "signal"));
    const statuses = element("div", "gp-card-statuses");
    card.statuses.forEach((status) => {
      const cell = element("div", "");
      cell.append(element("small", "", status.title), dot(data.marks[status.key]), element("b", "", status.word));
      statuses.append(cell);
    });
    box.append(statuses, titled("h3", "", card.models.length > 1 ? "models" : "model"));
    const models = element("div", "gp-models");
    ["model_name", "rsrp", "probability", "status"].forEach((key) => models.append(element("small", "", words[key])));
    card.models.forEach((model) => {
      const status = element("b", "");
      status.append(dot(data.marks[model.key]), document.createTextNode(model.word));
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


  /* A site of the build plan: the same lines as its tooltip. */
  const siteCard = (site) => {
    const box = element("article", "gp-card");
    box.append(backButton(), element("p", "gp-card-rank", words.build), element("h2", "", site.id), ...site.lines.map((line) => element("p", "", line)));
    return box;
  };
  const choose = (village) => { map.choose(village.id); show(cardOf(village)); };
  list.append(titled("h2", "", "priority_list"), element("p", "gp-note", words.list_hint));
  const rows = element("ol", "");
  data.villages.forEach((village) => {
    const item = element("li", ""), button = element("button", "gp-row"), mark = data.marks[map.colouring().marks === data.marks ? map.colouring().key(village) : village.status.modelled];
    const sign = dot(mark), lines = element("span", "");
    button.type = "button";
    sign.textContent = village.rank;
    sign.style.color = mark.ink;
    lines.append(element("b", "", village.name), element("small", "", village.commune + " · " + village.responsibility));
    if (village.tied) lines.append(element("small", "", village.tied));
    button.append(sign, lines);
    button.addEventListener("click", () => choose(village));
    item.append(button);
    rows.append(item);
  });
  list.append(rows);
  showList();
  return { list, village: choose, site: (site) => { map.ringAt(site.at); show(siteCard(site)); } };
}
