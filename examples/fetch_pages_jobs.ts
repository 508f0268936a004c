/**
 * The job of `fetch_pages.ts`, which runs on workers.
 *
 * @module
 */

/** A page as it was fetched. */
export interface Page {
  readonly url: string;
  readonly html: string;
}

/** What was found in a page. */
export interface ParsedPage {
  readonly url: string;
  readonly title: string;
  readonly links: string[];
  readonly paragraphs: number;
}

/** Finds the title and the links of a page. */
export function parse({ url, html }: Page): ParsedPage {
  return {
    url,
    title: /<title>(.*?)<\/title>/.exec(html)?.[1] ?? "",
    links: [...html.matchAll(/<a href="(.*?)">/g)].map(([, href]) => new URL(href, url).href),
    paragraphs: [...html.matchAll(/<p>/g)].length,
  };
}
