/**
 * The job of `crawl.ts`, which runs on workers.
 *
 * @module
 */

/** What was found in a page. */
export interface Page {
  readonly title: string;
  /** How many words it has. */
  readonly words: number;
  /** Where it leads to, as whole addresses. */
  readonly links: string[];
}

/** Reads a page. */
export function read(html: string, url: string): Page {
  const text = html.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/g, " ");
  const hrefs = [...html.matchAll(/<a\s[^>]*href=["']([^"'#]+)/gi)].map(([, href]) => href!);
  return {
    title: /<title>([^<]*)/i.exec(html)?.[1]?.trim() ?? "",
    words: text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0,
    links: [...new Set(hrefs.map((href) => new URL(href, url).href))],
  };
}
