/**
 * The job of `log_report.ts`, which runs on workers.
 *
 * @module
 */

/** What became of the requests for one path. */
export interface PathReport {
  requests: number;
  failures: number;
  bytes: number;
  /** How many took up to 1, 2, 4, 8 … ms: so the reports of parts can be added up. */
  times: number[];
}

/** What a part of a log says, by path; and how many of its lines say nothing. */
export interface Report {
  readonly paths: Map<string, PathReport>;
  unreadable: number;
}

// The combined format of Apache and nginx, with the time that the request took, in seconds, at its end.
const form =
  /^\S+ \S+ \S+ \[[^\]]+\] "[A-Z]+ ([^ ?"]+)[^"]*" (\d{3}) (\d+|-) "[^"]*" "[^"]*" ([\d.]+)$/;

/** Reads lines of a log. */
export function analyse(lines: readonly string[]): Report {
  const report: Report = { paths: new Map(), unreadable: 0 };
  for (const line of lines) {
    const [, path, status, bytes, seconds] = form.exec(line) ?? [];
    if (path === undefined) report.unreadable++;
    else {
      const times: number[] = [];
      times[Math.max(0, Math.ceil(Math.log2(Number(seconds) * 1000)))] = 1;
      const failures = Number(status) >= 500 ? 1 : 0;
      add(report.paths, path, { requests: 1, failures, bytes: Number(bytes) || 0, times });
    }
  }
  return report;
}

/** Adds what is known of a path to what was known before. */
export function add(paths: Map<string, PathReport>, path: string, more: PathReport): void {
  const known = paths.get(path);
  if (known === undefined) return void paths.set(path, more);
  known.requests += more.requests;
  known.failures += more.failures;
  known.bytes += more.bytes;
  more.times.forEach((count, i) => known.times[i] = (known.times[i] ?? 0) + count);
}
