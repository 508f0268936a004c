await new Promise(() => setInterval(() => {}, 1e6));
export const never = (): void => {};
