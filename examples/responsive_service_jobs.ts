/**
 * The jobs of `responsive_service.ts`.
 *
 * @module
 */

/** The Mandelbrot set as a picture in grey (PGM): computes, and does not wait. */
export function picture(size: number): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`P5 ${size} ${size} 255\n`);
  const bytes = new Uint8Array(head.length + size * size);
  bytes.set(head);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const cx = column / size * 3 - 2.2;
      const cy = row / size * 3 - 1.5;
      let [x, y, n] = [0, 0, 0];
      while (n < 255 && x * x + y * y < 4) {
        [x, y] = [x * x - y * y + cx, 2 * x * y + cy];
        n++;
      }
      bytes[head.length + row * size + column] = 255 - n;
    }
  }
  return bytes;
}

/** How long requests took, in milliseconds. */
export interface Latencies {
  readonly pings: number[];
  readonly pictures: number[];
}

/**
 * Asks a service for pictures, `clients` at a time, and meanwhile for a ping every 10 ms, whether or not the last one has
 * been answered: so that one that waits does not keep the others from waiting too.
 */
export async function load(origin: string, pings: number, clients: number): Promise<Latencies> {
  const times: Latencies = { pings: [], pictures: [] };
  const ask = async (path: string, into: number[], since: number): Promise<void> => {
    const response = await fetch(origin + path);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    into.push(performance.now() - since);
  };
  let isOver = false;
  const drawing = Array.from({ length: clients }, async () => {
    while (!isOver) await ask("/picture?size=300", times.pictures, performance.now());
  });
  const began = performance.now();
  const answers: Promise<void>[] = [];
  for (let n = 0; n < pings; n++) {
    const due = began + 10 * n;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    answers.push(ask("/ping", times.pings, due));
  }
  await Promise.all(answers);
  isOver = true;
  await Promise.all(drawing);
  return times;
}
