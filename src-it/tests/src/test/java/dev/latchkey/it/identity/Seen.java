package dev.latchkey.it.identity;

/** How a server ties a request to who asks. */
enum Seen {
    /** By the token of each request. */
    BY_REQUEST,

    /** By the first token of a connection: requests without one are who came first. */
    BY_CONNECTION,

    /** By a session cookie, after the first token. */
    BY_COOKIE
}
