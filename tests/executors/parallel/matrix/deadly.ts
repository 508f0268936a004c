/** Takes its worker down whenever it is imported. */
const { process, close } = globalThis as unknown as {
  process?: { exit(code: number): void };
  close: () => void;
};
if (process === undefined) close();
else process.exit(4);
export const never = (): void => {};
