/**
 * The picture of `monte_carlo.ts`.
 *
 * @module
 */

const width = 720;
const height = 320;
const margin = 40;

/**
 * Draws how often each number of days came, as SVG.
 *
 * @param counts how often each came
 * @param marks the days to mark: half of the runs, and nine of ten
 */
export function histogram(counts: ReadonlyMap<number, number>, marks: readonly number[]): string {
  const days = [...counts.keys()];
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const most = Math.max(...counts.values());
  const step = (width - 2 * margin) / (last - first + 1);
  const x = (day: number): string => (margin + (day - first) * step).toFixed(1);
  const y = (count: number): string =>
    (height - margin - count / most * (height - 2 * margin)).toFixed(1);
  const bars = [...counts].map(([day, count]) =>
    `<rect x="${x(day)}" y="${y(count)}" width="${(step * 0.9).toFixed(1)}" height="${
      (height - margin - Number(y(count))).toFixed(1)
    }" fill="${day <= marks[0]! ? "#2a6f97" : day <= marks[1]! ? "#61a5c2" : "#e07a5f"}"/>`
  );
  const labels = [first, ...marks, last].map((day) =>
    `<text x="${x(day)}" y="${height - margin + 18}" text-anchor="middle">${day}</text>`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
<text x="${margin}" y="24">days until it is done: dark, half of all runs; with the light, nine of ten</text>
${bars.join("\n")}
${labels.join("\n")}
</svg>
`;
}
