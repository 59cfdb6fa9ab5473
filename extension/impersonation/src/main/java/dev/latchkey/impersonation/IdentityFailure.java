package dev.latchkey.impersonation;

/**
 * Why work was not run as a user, or why its thread does not serve any more.
 *
 * <p>Exceptions, logs and statistics use the same codes, stable over versions and meant for searching.
 */
public enum IdentityFailure {
    /** What the calling thread carries could not be captured. Nothing was run. */
    CAPTURE_FAILED("LK601", "the identity of the calling thread could not be captured"),

    /** A provider could not put the identity on the thread. The task was not run. */
    APPLY_FAILED("LK602", "the identity could not be applied; the task was not run"),

    /** The thread was asked what it carries, and it was not the identity. The task was not run. */
    VERIFY_FAILED("LK603", "the thread does not carry the identity that was applied; the task was not run"),

    /** The task ran, or was refused, and its thread could not be brought back: the thread serves no more. */
    REVERT_FAILED("LK604", "the thread could not be proven clean afterwards; it will not serve again"),

    /** A worker carried an identity before its task began. The task was not run. */
    WORKER_DIRTY("LK605", "the worker carried an identity before the task began; the task was not run"),

    /** The thread has been lost to an earlier failure and runs nothing more. */
    WORKER_LOST("LK606", "the thread was lost to an earlier failure and runs nothing more"),

    /** A virtual thread cannot carry this identity: it would stay with the carrier thread. */
    VIRTUAL_THREAD("LK607", "a virtual thread cannot carry this identity; use a platform thread, or let it hop"),

    /** The identity, or its flow, is closed. */
    CLOSED("LK608", "the identity is closed"),

    /** A part of the identity belongs to a provider that is not there or cannot serve. */
    NO_PROVIDER("LK609", "no provider can apply a part of this identity"),

    /** A provider refused to start: the process is set up so that identities would not be safe. */
    UNSAFE_SETUP("LK610", "the process is not set up to carry identities safely"),

    /** A scope was closed on another thread, twice, or out of order. Nothing was changed. */
    WRONG_SCOPE("LK611", "a scope is closed once, on its own thread, before those that were opened earlier"),

    /** The identity has a part that lasts as long as a call, and no scope can hold it. */
    NEEDS_CALL("LK612", "this identity cannot be opened as a scope; run the work through it instead"),

    /** A task left a scope open; the end of the task reverted it. */
    SCOPE_LEFT_OPEN("LK613", "a scope was left open and has been reverted"),

    /** A part could not be given back; a handle may be lost. */
    RELEASE_FAILED("LK614", "a captured identity could not be given back"),

    /** A pool's thread would have been started as a user, for life. The pool was not given the task. */
    THREAD_REFUSED(
            "LK615",
            "a pool does not start a thread while a user is on the starting one: it would be that user's for life; give"
                    + " the task by Identities.executor(pool), or the pool its threads by cleanThreads"),

    /** A thread carried an identity that it was started with; it has been cleaned, and the task has run as its own. */
    THREAD_INHERITED("LK616", "a thread carries an identity that it was started with");

    private final String code;
    private final String phrase;

    IdentityFailure(String code, String phrase) {
        this.code = code;
        this.phrase = phrase;
    }

    /** {@return a stable code, such as {@code LK602}} */
    public String code() {
        return code;
    }

    /** {@return one line for people} */
    public String phrase() {
        return phrase;
    }
}
