/** Takes its worker down whenever it is imported. */
import process from "node:process";

process.exit(4);
export const never = (): void => {};
