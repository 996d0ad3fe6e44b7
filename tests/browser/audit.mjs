// The basics of a page that everybody can use, checked in the page itself: what is found wanting
// comes back as sentences. It looks at what can be computed and leaves taste to people.

/** Everything wrong with the page, in words; nothing if all is well. It may ask the others, too. */
export async function audit(page, others = []) {
  const found = await page.evaluate(inspect, others);
  const pale = await page.evaluate(contrasts);
  return [...found, ...pale, ...(await focusOrder(page))];
}

/** Tab walks through all links and controls in the order of the page, each visibly marked. */
async function focusOrder(page) {
  const wanted = await page.evaluate(numberFocusable);
  const problems = [];
  for (let expected = 0; expected < Math.min(wanted, TABS_MAX); expected += 1) {
    await page.keyboard.press("Tab");
    const { number, outline } = await page.evaluate(focused);
    if (number !== expected) problems.push(`Tab ${expected + 1} went to element ${number}`);
    if (outline < 2) problems.push(`element ${number} shows no outline when it has the focus`);
  }
  return problems;
}

const TABS_MAX = 30;

// What follows runs in the page and may use nothing from here.

function numberFocusable() {
  const known = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  // A browser lets the keyboard into whatever scrolls and holds nothing else to go to.
  const scrolls = (each) =>
    ["auto", "scroll"].includes(getComputedStyle(each).overflowX) &&
    (each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight) &&
    !each.querySelector(known);
  // What an element shows in its shadow stands where the element stands.
  const below = (root) => [...root.children].flatMap((each) =>
    each.shadowRoot ? [each, ...below(each.shadowRoot)] : [each, ...below(each)]);
  const all = below(document.body);
  const reached = all.filter((each) => each.matches(known) || scrolls(each));
  const seen = reached.filter((each) => each.type !== "hidden" && each.getClientRects().length > 0);
  seen.forEach((each, number) => (each.dataset.auditNumber = number));
  document.activeElement?.blur();
  return seen.length;
}

function focused() {
  let element = document.activeElement;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const style = getComputedStyle(element);
  const outline = style.outlineStyle === "none" ? 0 : Number.parseFloat(style.outlineWidth);
  return { number: Number(element.dataset.auditNumber ?? -1), outline };
}

function inspect(others) {
  const problems = [];
  const want = (holds, problem) => holds || problems.push(problem);
  const all = (selector) => [...document.querySelectorAll(selector)];
  want(document.title.trim() !== "", "no title");
  want(document.documentElement.lang === "en", "no language");
  want(document.querySelector('meta[name="viewport"]'), "no viewport");
  want(all("main").length === 1, `${all("main").length} main elements`);
  want(all("h1").length === 1, `${all("h1").length} h1 elements`);
  for (const image of all("img")) want(image.hasAttribute("alt"), `${image.src} without alt`);
  for (const control of all("input:not([type=hidden]), select, textarea")) {
    want(control.labels.length > 0, `${control.name} has no label`);
  }
  for (const link of all("a, button")) want(link.textContent.trim(), "a link without words");
  const levels = all("h1, h2, h3, h4, h5, h6").map((heading) => Number(heading.tagName[1]));
  levels.forEach((level, at) => {
    want(level - (levels[at - 1] ?? 0) <= 1, `h${level} skips a level`);
  });
  const { scrollWidth, clientWidth } = document.documentElement;
  want(scrollWidth <= clientWidth, `scrolls sideways: ${scrollWidth} in ${clientWidth} pixels`);
  const allowed = [new URL(location.href).origin, ...others, "data:"];
  for (const { name } of performance.getEntriesByType("resource")) {
    want(allowed.some((each) => name.startsWith(each)), `fetched from elsewhere: ${name}`);
  }
  return problems;
}

function contrasts() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const wrong = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    if (["STYLE", "SCRIPT"].includes(element.tagName) || style.visibility === "hidden") continue;
    const ratio = contrast(rgb(style.color), background(element));
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio >= (large ? 3 : 4.5)) continue;
    wrong.add(`contrast ${ratio.toFixed(2)}: "${walker.currentNode.data.trim().slice(0, 40)}"`);
  }
  return [...wrong];

  function background(element) {
    for (let each = element; each; each = each.parentElement) {
      const color = rgb(getComputedStyle(each).backgroundColor);
      if (color[3] > 0.99) return color;
    }
    return rgb(getComputedStyle(document.documentElement).colorScheme === "dark" ? "#000" : "#fff");
  }

  function rgb(text) {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  function contrast(one, other) {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  function luminance([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
}
