/** Every number that more than one part of the relay, its stack or its docs relies on. Milliseconds unless the name says otherwise. */

/** A ticket opens a connection within five minutes of its making, or not at all. */
export const TICKET_LIFE_S = 300;

/** What two machines' clocks may differ by when a ticket's times are checked. */
export const CLOCK_TOLERANCE_S = 30;

/** Longest ticket that is looked at: an encrypted session with a 2,048-character guest token stays well below. */
export const TICKET_MAX_LENGTH = 6_144;

/** An authorizer's context holds at most 8 KB. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
export const SEALED_SESSION_MAX_LENGTH = 7_168;

/** Everything that one typing message may wait for from its arrival: a cold start, login, check, the call itself. */
export const UPSTREAM_DEADLINE_MS = 3_000;

/** What an upstream gets at least, however late a message is handled. */
export const UPSTREAM_MIN_MS = 500;

/** How long INIT may wait for secrets, token and connections; what is still under way then goes on by itself. */
export const WARM_UP_MS = 800;

/** An "on" older than this when its turn comes is dropped: the next refresh is better. */
export const STALE_AFTER_MS = 2_000;

/** One call to an AWS service on the message path, its one retry included. */
export const AWS_DEADLINE_MS = 2_000;

/** A guest socket kept between messages is closed once it was idle for so long, with the next message to any of its sort. */
export const SOCKET_IDLE_MS = 60_000;

/** A kept socket that was idle for longer is pinged at its next use: a frozen environment does not see its peer vanish. */
export const SOCKET_PING_AFTER_MS = 1_000;

/** How long that ping may take before the socket counts as dead and is opened anew. */
export const SOCKET_PONG_MS = 500;

/** How long a web messaging session is listened to after a typing message: a refusal is answered, success is not. */
export const REFUSAL_WAIT_MS = 200;

/** How long a socket may take to close: until the far side has seen it, it counts as one of the guest's three. */
export const SOCKET_CLOSE_MS = 500;

/** Guest sockets that one function environment keeps open at most. */
export const SOCKETS_MAX = 50;

/** Sessions whose check passed, that one environment remembers. */
export const CHECKS_REMEMBERED = 1_000;

/** How often a client repeats its "on" while keys come. */
export const CLIENT_REFRESH_MS = 5_000;

/** Expiring upstreams: an "on" less than this after the last one sent is coalesced. Below the client's refresh, so that jitter does not swallow every second one. */
export const REFRESH_MS = 4_500;

/** How long an "on" is to be shown, where the one who says it can say so too. Above the refresh by a margin for jitter. */
export const EXPIRY_MS = 7_000;

/** No two "on"s of a session go upstream closer together than this, whatever its clients do. */
export const MIN_GAP_MS = 1_000;

/** A connection that sends more frames than this within the window is closed. A client of ours sends three in it. */
export const FRAMES_MAX = 20;
export const FRAMES_WINDOW_MS = 2_000;

/** A flood that was told and goes on for so long was not closed: the environment that was to do it is over by then. */
export const FLOOD_TELL_AGAIN_MS = 10_000;

/** Held upstreams: a guest who gave no sign of life for so long has stopped. */
export const SILENCE_MS = 10_000;

/** How long a session's state outlives its last event. */
export const STATE_LIFE_S = 3 * 3_600;

/** Held upstreams: an "off" that could not be sent is tried again after this, then after four times that, and so on. */
export const RETRY_OFF_MS = 1_000;
export const RETRY_OFF_MAX_MS = 60_000;

/** ... so often, which is some seven minutes; then its watch ends among the dead letters. */
export const OFF_RETRIES = 10;

/** A watch whose function failed is handed out again after this, and put aside after so many times. */
export const WATCH_AGAIN_S = 60;
export const WATCH_TRIES = 5;

/** Frames of a connection that lie closer together than this are counted: twenty in two seconds are a tenth apart. */
export const HASTY_MS = 200;

/** An event cannot be handled so long after a later one (API Gateway waits 29 s at most): then its clock was set back. */
export const CLOCK_STEP_MS = 30_000;

/** A session's check that was refused is not asked again for so long: each asking costs a request of the budget. */
export const CHECK_REFUSED_MS = 5_000;

/** API Gateway ends a connection after two hours. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const CONNECTION_LIFE_S = 2 * 3_600;

/** A connection that is gone before it is so old may still be on its way up. */
export const CONNECTING_MS = 10_000;

/** Connections of one guest that an agent's typing goes to at most; the newest. */
export const LISTENERS_MAX = 20;

/** How long an agent's typing shows where Genesys does not say (genesys-messenger-transport-mobile-sdk, EventHandlerImpl.kt). */
export const AGENT_TYPING_MS = 5_000;

/** ... and how long at most, whatever Genesys says; the client library takes no more either. */
export const AGENT_TYPING_MAX_MS = 60_000;

/** A webhook's event that is older, or whose clock is farther ahead, is not shown: what is sent again does nothing. */
export const WEBHOOK_AGE_MAX_MS = 10_000;

/** A typing event has less than a kilobyte; a message with attachments some more. */
export const WEBHOOK_BODY_MAX_BYTES = 65_536;
