/**
 * The jobs as this library's pool takes them.
 *
 * @module
 */
import { jobsFrom, type JobsOf } from "@heddle/runtime";
import { here } from "./here.ts";

/** The jobs. */
export const jobs: JobsOf<typeof import("./jobs.ts")> = jobsFrom<typeof import("./jobs.ts")>(
  here("jobs"),
);
