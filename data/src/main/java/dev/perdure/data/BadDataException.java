package dev.perdure.data;

/**
 * The data cannot be trained on as they are: a file is damaged, or more records are bad than the settings allow. The
 * remedy is a person's: mend the data or change the settings; retrying cannot help. The message is for that person.
 */
public final class BadDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadDataException(String message) {
        super(message);
    }
}
