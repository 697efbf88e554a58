/** The client's times, in milliseconds. A test holds them against the relay's. */

/** While keys come, "on" is said again after this: the relay and the far side take it for a sign of life. */
export const CLIENT_REFRESH_MS = 5_000;

/**
 * Without a key for so long, the guest has stopped. Above the refresh, so that who writes slowly gets refreshes,
 * not off and on in turn; below the expiry, so that the off comes before a far side that counts from the same key gives
 * up; of the 5 to 6 seconds that suit a customer chat the longer, so that fewer pauses for thought flicker.
 */
export const CLIENT_IDLE_MS = 6_000;

/**
 * Two ons lie at least so far apart: the relay drops one that comes within a second of the last, and the rest is for
 * jitter on the way. The first key after that speaks.
 */
export const CLIENT_GAP_MS = 1_200;

/** How long the agent's "on" shows where its frame does not say. */
export const EXPIRY_MS = 7_000;

/** The longest that a frame may ask to be shown. */
export const EXPIRY_MAX_MS = 60_000;

/** How often an open socket is pinged. */
export const PING_MS = 300_000;

/** API Gateway closes a connection after 10 idle minutes. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const PING_MAX_MS = 540_000;

/** A ping costs a message: not more of them than this. */
export const PING_MIN_MS = 1_000;
