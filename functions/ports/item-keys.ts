/**
 * What the partition key of each sort of item begins with. The ports write it, and the stack lets a function at no
 * other items than those of its sorts (infra/grants.ts).
 */
export const ITEM_KEYS = {
  ticket: 'ticket#',
  session: 'session#',
  token: 'oauth#',
  frames: 'connection#',
  inbox: 'inbox#',
} as const;
export type ItemSort = keyof typeof ITEM_KEYS;
