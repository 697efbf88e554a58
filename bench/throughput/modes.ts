/** serverless-offline's ways to run a function, in threads of their own or all in its own thread, and their flags. */
export const OFFLINE_FLAGS = { threads: [], 'in-process': ['--useInProcess'] } as const;
export type OfflineMode = keyof typeof OFFLINE_FLAGS;

export const isOfflineMode = (text: string | undefined): text is OfflineMode =>
  text !== undefined && Object.hasOwn(OFFLINE_FLAGS, text);
