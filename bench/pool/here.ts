/**
 * Where the other modules of this folder are: as they are written on Deno, in JavaScript on Node.
 *
 * @module
 */

const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));

/** The URL of a module of this folder. */
export function here(name: string): string {
  return new URL(`./${name}${extension}`, import.meta.url).href;
}
