/**
 * A picture that is higher than a sheet of paper is printed in parts, each with the names of its columns.
 *
 * @module
 */

/** So high may a part be, in the picture's own units: a sheet of Letter has room for it. */
const MOST = 1000;
/** The first part of some: the same, below what opens the lesson. */
const FIRST = 600;
/** Room for the names above another part, and above an event's first line. */
const [HEAD, LINE] = [56, 16];

export function startPaper(): void {
  addEventListener("beforeprint", () => {
    for (const svg of document.querySelectorAll(".picture .wide")) {
      const parts = inParts(svg);
      if (parts.length === 0) continue;
      svg.classList.add("in-parts");
      svg.after(...parts);
    }
  });
  addEventListener("afterprint", () => {
    for (const part of document.querySelectorAll(".picture .piece")) part.remove();
    for (const svg of document.querySelectorAll(".in-parts")) svg.classList.remove("in-parts");
  });
}

function inParts(svg: Element): Element[] {
  const height = Number(svg.getAttribute("height"));
  if (height <= MOST) return [];
  const begins = [0];
  let last = 0;
  for (const event of svg.querySelectorAll(".e")) {
    const top = Math.min(...[...event.querySelectorAll("text")].map(y)) - LINE;
    const most = begins.length === 1 ? FIRST : MOST - HEAD;
    if (top - begins.at(-1)! > most) begins.push(last);
    last = top;
  }
  return begins.map((begin, i) => part(svg, begin, begins[i + 1] ?? height));
}

function part(svg: Element, begin: number, end: number): Element {
  const made = svg.cloneNode(true) as Element;
  const head = begin > 0 ? HEAD : 0;
  const [, , width] = made.getAttribute("viewBox")!.split(" ");
  made.classList.add("piece");
  made.setAttribute("viewBox", `0 ${begin - head} ${width} ${end - begin + head}`);
  made.setAttribute("height", `${end - begin + head}`);
  if (begin === 0) return made;
  for (const one of made.querySelectorAll(".h")) {
    one.setAttribute("transform", `translate(0 ${begin - head})`);
  }
  for (const one of made.querySelectorAll(".l line")) {
    one.setAttribute("y1", `${Math.max(begin, Number(one.getAttribute("y1")))}`);
  }
  // Those before would stand between the names.
  for (const one of made.querySelectorAll(".e")) {
    if (Math.min(...[...one.querySelectorAll("text")].map(y)) < begin) one.remove();
  }
  return made;
}

function y(text: Element): number {
  return Number(text.getAttribute("y"));
}
