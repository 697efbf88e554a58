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

/** A guest socket kept between messages is closed at the next message after it has been idle for so long. */
export const SOCKET_IDLE_MS = 60_000;

/** A kept socket that was idle for longer is pinged before use: a frozen environment does not see its peer vanish. */
export const SOCKET_PING_AFTER_MS = 5_000;

/** How long that ping may take before the socket counts as dead and is opened anew. */
export const SOCKET_PONG_MS = 500;

/** Guest sockets that one function environment keeps open at most. */
export const SOCKETS_MAX = 50;

/** Sessions whose check passed, that one environment remembers. */
export const CHECKS_REMEMBERED = 1_000;

/** How often a client repeats its "on" while keys come. */
export const CLIENT_REFRESH_MS = 5_000;

/** Expiring upstreams: an "on" less than this after the last one sent is coalesced. Below the client's refresh, so that jitter does not swallow every second one. */
export const REFRESH_MS = 4_500;

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

/** Held upstreams: an "off" that could not be sent is tried again after this. */
export const RETRY_OFF_MS = 1_000;

/** ... so often; then only when the queue brings its message once more, until that ends among the dead letters. */
export const OFF_RETRIES = 3;
