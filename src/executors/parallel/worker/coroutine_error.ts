/**
 * What a worker says that cannot run coroutines.
 *
 * @module
 */

/** A job is a coroutine, and the worker was started without a way to run coroutines. */
export class CoroutineError extends TypeError {
  /** Tells it from other errors. */
  override readonly name = "CoroutineError";

  /**
   * Says which job.
   *
   * @param call its call
   */
  constructor(call: { readonly name: string; readonly module: string }) {
    super(
      `Cannot run job '${call.name}' of ${call.module}: it is a coroutine, and this worker was ` +
        "started without 'runCoroutine'. Start it with an entry that passes one to serve()",
    );
  }
}
