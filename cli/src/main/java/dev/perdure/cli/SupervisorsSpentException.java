package dev.perdure.cli;

import java.io.IOException;

/** Supervisors died one after the other, and nothing was trained between. */
final class SupervisorsSpentException extends IOException {
    private static final long serialVersionUID = 1L;

    SupervisorsSpentException(String message) {
        super(message);
    }
}
