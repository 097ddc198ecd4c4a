package dev.perdure.wire;

import java.io.IOException;

/** There is no supervisor to be found: its address is absent, damaged or out of date. Try again later. */
public final class NoSupervisorException extends IOException {
    public NoSupervisorException(String message) {
        super(message);
    }
}
