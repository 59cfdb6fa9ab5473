package dev.latchkey.testkit;

import java.util.List;

/**
 * What a program did.
 *
 * @param command what was run
 * @param exit its exit status; of a killed one, whatever the system reports
 * @param timedOut whether it was killed because its time was over
 * @param out its standard output, as UTF-8
 * @param err its standard error, as UTF-8
 */
public record ProgramResult(List<String> command, int exit, boolean timedOut, String out, String err) {
    /** {@return whether it ended by itself with status 0} */
    public boolean isSuccess() {
        return exit == 0 && !timedOut;
    }

    /** {@return all of it, for messages} */
    @Override
    public String toString() {
        return String.join(" ", command) + "\n" + (timedOut ? "killed, its time was over" : "exit " + exit)
                + "\n--- out\n" + out + "\n--- err\n" + err;
    }
}
