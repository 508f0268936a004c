/**
 * The picture of the load test.
 *
 * @module
 */

import type { PingTimes } from "./http.ts";

const width = 760;
const left = 280;
const right = 40;
const top = 70;
const rowHeight = 56;
const colours = ["#2a6f97", "#61a5c2", "#e07a5f"] as const;
const names = ["half of the pings", "nine of ten", "99 of 100"] as const;

/** Draws how long pings took, as SVG: a row for each server, on a logarithmic scale. */
export function httpPicture(results: readonly PingTimes[]): string {
  const all = results.flatMap(({ quantiles }) => quantiles);
  const first = Math.floor(Math.log10(Math.min(...all)));
  const last = Math.ceil(Math.log10(Math.max(...all)));
  const x = (ms: number): number =>
    left + (Math.log10(ms) - first) / (last - first) * (width - left - right);
  const height = top + rowHeight * results.length + 40;
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
  const parts = [
    ...ticks.map((ms) => tick(x(ms), height, ms)),
    ...names.map((name, i) =>
      circle(left + i * 150, 44, i) + text(left + i * 150 + 12, 48, name, "start")
    ),
    ...results.map(({ name, quantiles }, row) => {
      const y = top + rowHeight * row + 30;
      const [from, , to] = quantiles;
      return [
        ...wrapped(name).map((line, i, lines) =>
          text(left - 20, y + 4 + (i - (lines.length - 1) / 2) * 16, line, "end")
        ),
        `<line x1="${x(from).toFixed(1)}" x2="${
          x(to).toFixed(1)
        }" y1="${y}" y2="${y}" stroke="#bbb" stroke-width="4"/>`,
        ...quantiles.map((ms, i) => circle(x(ms), y, i)),
        text(
          x(to) + 12,
          y + 5,
          label(to),
          x(to) > width - 110 ? "end" : "start",
          x(to) > width - 110 ? -22 : 0,
        ),
      ].join("\n");
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
${
    text(
      20,
      24,
      "How long a ping takes while 4 clients ask for pictures, which the server computes",
      "start",
    )
  }
${parts.join("\n")}
</svg>
`;
}

function tick(x: number, height: number, ms: number): string {
  return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${top}" y2="${
    height - 34
  }" stroke="#e4e4e4"/>
${text(x, height - 14, label(ms), "middle")}`;
}

function circle(x: number, y: number, i: number): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y}" r="6" fill="${colours[i]}"/>`;
}

function text(x: number, y: number, words: string, anchor: string, shift = 0): string {
  return `<text x="${(x + shift).toFixed(1)}" y="${y}" text-anchor="${anchor}">${words}</text>`;
}

function wrapped(name: string): string[] {
  return name.split(/(?<=,) /);
}

function label(ms: number): string {
  if (ms >= 1000) return `${Number((ms / 1000).toPrecision(2))} s`;
  return `${Number(ms.toPrecision(2))} ms`;
}
