"""What of a page's texts and icons stands out too little from what lies behind it, from the computed styles."""

CONTRAST = r"""least => {
  const parse = text => { const n = (text.match(/[\d.]+/g) || []).map(Number); return [n[0] || 0, n[1] || 0, n[2] || 0, n.length > 3 ? n[3] : 1]; };
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = c => { const l = c.slice(0, 3).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.nodeValue.trim(), element = node.parentElement;
    if (!text || !element || element.closest("script, style, noscript, [aria-hidden=true] canvas, :disabled, [aria-disabled=true]")) { continue; }
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) { continue; }
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect(); if (box.width < 2 || box.height < 2) { continue; }
    const chain = []; for (let e = element; e; e = e.parentElement) { chain.push(getComputedStyle(e)); }
    let behind = [255, 255, 255, 1], alpha = 1;
    for (const style of chain.slice().reverse()) { behind = over(parse(style.backgroundColor), behind); alpha *= Number(style.opacity); }
    const own = parse(element.ownerSVGElement ? chain[0].fill : chain[0].color); own[3] *= alpha;
    const [a, b] = [light(over(own, behind)), light(behind)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least) { found.push(`${ratio.toFixed(2)} ${text.slice(0, 40)} (${chain[0].color}) ${element.className}`.slice(0, 150)); }
  }
  return [...new Set(found)];
}"""
